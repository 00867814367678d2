"""The connection pools, and the ways to use them: to write, to only read, and one statement by itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

SUPPORTED_MAJOR_VERSIONS = range(15, 19)


class Database:
    """One pool of connections, shared by everything in a process."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=20,
            connect_args={"connect_timeout": 5, "application_name": "preferendum"},
        )
        self._reading = self.engine.execution_options(postgresql_readonly=True)
        self._single = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._direct: AsyncConnectionPool[psycopg.AsyncConnection[DictRow]] = AsyncConnectionPool(
            url,
            connection_class=psycopg.AsyncConnection[DictRow],
            min_size=1,
            max_size=pool_size,
            timeout=20,
            open=False,
            kwargs={
                "autocommit": True,
                "connect_timeout": 5,
                "application_name": "preferendum",
                "row_factory": dict_row,
                # Planning the vote's one statement anew each time takes three times as long as running it.
                "options": "-c plan_cache_mode=force_generic_plan",
            },
        )
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A session in one transaction: committed at the end of the block, rolled back if the block raises."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def read_session(self) -> AsyncIterator[AsyncSession]:
        """A session in a READ ONLY transaction, which Postgres itself holds to that."""
        async with AsyncSession(self._reading, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[AsyncSession]:
        """A session for one look at something, without the round trips of a transaction. Nothing is written by it."""
        async with AsyncSession(self._single, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def single_statements(self) -> AsyncIterator[AsyncConnection]:
        """A connection on which each statement is its own transaction: one round trip, for the hot routes."""
        async with self._single.connect() as connection:
            yield connection

    @asynccontextmanager
    async def direct(self) -> AsyncIterator[psycopg.AsyncConnection[DictRow]]:
        """The driver's own connection, each statement its own transaction: for the vote, where each layer is felt."""
        if self._direct.closed:
            async with self._opening:
                await self._direct.open()
        async with self._direct.connection() as connection:
            yield connection

    async def close(self) -> None:
        await self._direct.close()
        await self.engine.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
