"""Bringing a database to the newest schema, from the command line and at the start of `preferendum demo`."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import alembic.command
import structlog
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from app.config import PROJECT_FOLDER
from app.db.engine import SUPPORTED_MAJOR_VERSIONS
from app.errors import UnavailableError

log = structlog.get_logger(__name__)

MIGRATIONS: Path = PROJECT_FOLDER / "migrations"
PATIENCE_SECONDS = 60.0
_RETRY_SECONDS = 0.5
_LOCK = 7_241_993_150  # an advisory lock: two processes that start at once migrate one after the other


def config() -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.set_main_option("path_separator", "os")
    return settings


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate up to a revision. Waits at most five seconds for a lock, so that it never blocks voting for long."""
    _run(url, lambda settings: alembic.command.upgrade(settings, revision))


def upgrade_when_reachable(url: str, patience: float = PATIENCE_SECONDS) -> None:
    """Migrate as soon as the database answers: a server that starts while Postgres recovers waits instead of exiting.

    Raises:
        OperationalError: the database did not answer within `patience` seconds.

    """
    deadline = time.monotonic() + patience
    while True:
        try:
            return upgrade(url)
        except OperationalError as error:
            if time.monotonic() > deadline:
                raise
            log.warning("the database cannot be reached; trying again", error=str(error.orig))
            time.sleep(_RETRY_SECONDS)


def downgrade(url: str, revision: str) -> None:
    _run(url, lambda settings: alembic.command.downgrade(settings, revision))


def _run(url: str, command: Callable[[Config], None]) -> None:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    try:
        with engine.connect() as connection:
            check_server_version(connection)
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
            connection.execute(text("SET lock_timeout = '5s'"))
            connection.commit()
            settings = config()
            settings.attributes["connection"] = connection
            command(settings)
            connection.commit()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
    finally:
        engine.dispose()


def check_server_version(connection: Connection) -> None:
    """Refuse a server that this version was not tested on."""
    major = int(connection.scalar(text("SHOW server_version_num"))) // 10_000
    if major not in SUPPORTED_MAJOR_VERSIONS:
        raise UnavailableError(
            f"The database is Postgres {major}; Preferendum needs {SUPPORTED_MAJOR_VERSIONS[0]} to "
            f"{SUPPORTED_MAJOR_VERSIONS[-1]}. Point PREFERENDUM_DATABASE_URL to one of those."
        )


def is_pending(connection: Connection) -> bool:
    """Whether the database's schema is another than the code's."""
    newest = ScriptDirectory.from_config(config()).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() != newest


async def upgrade_async(url: str) -> None:
    await asyncio.to_thread(upgrade, url)
