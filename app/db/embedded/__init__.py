"""A Postgres server of our own: installed with us, started on demand, reached by a Unix socket, no set-up."""

from app.db.embedded.binaries import POSTGRES_MAJOR
from app.db.embedded.errors import EmbeddedPostgresError
from app.db.embedded.server import EmbeddedPostgres

__all__ = ["POSTGRES_MAJOR", "EmbeddedPostgres", "EmbeddedPostgresError"]
