"""Sessions as FastAPI dependencies: one transaction a request.

`scope="function"` matters: FastAPI's default runs the code after a `yield` when the response has already been sent, and
a vote could be acknowledged that then fails to commit.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Database


async def get_database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


DatabaseDependency = Annotated[Database, Depends(get_database)]


async def _session(database: DatabaseDependency) -> AsyncIterator[AsyncSession]:
    async with database.session() as session:
        yield session


async def _read_session(database: DatabaseDependency) -> AsyncIterator[AsyncSession]:
    async with database.read_session() as session:
        yield session


WriteSession = Annotated[AsyncSession, Depends(_session, scope="function")]
ReadSession = Annotated[AsyncSession, Depends(_read_session, scope="function")]
