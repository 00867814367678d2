"""Finding the database that the settings name; starting it where it is our own."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from app.config import Settings
from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """The URL of a running database for the length of the block.

    The embedded server keeps running while any process is inside such a block, and stops with the last.
    """
    configured = settings.configured_database_url
    if configured:
        yield configured
        return
    server = EmbeddedPostgres(settings.postgres_folder)
    url = server.start()
    try:
        yield url
    finally:
        server.stop()


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    with database_url(settings) as url:
        async with Database(url, pool_size=settings.pool_size) as database:
            yield database
