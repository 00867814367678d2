"""Alembic's environment. The connection is handed over by `app.db.migrate`, or made from alembic's -x url=…"""

from alembic import context
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.dialects.postgresql.base import ischema_names

import app.accounts.tables
import app.arenas.tables
import app.battles.tables
import app.db.outbox
import app.events.tables
import app.leaderboards.tables
import app.model_registry.tables
import app.prompts.tables
import app.releases.tables
import app.votes.tables
import app.web.tables  # noqa: F401 (importing the tables registers them)
from app.db.base import Base, Xid8

ischema_names["xid8"] = Xid8  # SQLAlchemy does not know the type, and reflection would warn


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """The queue's tables belong to procrastinate, which brings its own schema."""
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_name=include_name,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


connection: Connection | None = context.config.attributes.get("connection")
if connection is not None:
    run(connection)
else:
    url = make_url(context.get_x_argument(as_dictionary=True)["url"]).set(drivername="postgresql+psycopg")
    with create_engine(url).begin() as own_connection:
        run(own_connection)
