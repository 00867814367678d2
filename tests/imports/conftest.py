"""Importing into a real database, and looking at what came of it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts.viewer import OPERATOR
from app.db.base import Base
from app.db.engine import Database
from app.imports.check import check
from app.imports.load import Loaded
from app.imports.plan import ImportOptions
from app.imports.progress import Silent
from app.imports.service import Destination, import_checked
from tests.conftest import copy_of

Import = Callable[..., Awaitable[Loaded]]
Fetch = Callable[..., Awaitable[list[Any]]]


async def import_into(database: Database, file: Path | None, *, slug: str = "kitchen", **options: Any) -> Loaded:
    """Import a file into an arena, which is made if it is missing."""
    checked = check(ImportOptions(file, **options), Silent())
    assert checked.log.kept == []
    async with database.session() as session:
        return await import_checked(session, OPERATOR, Destination(slug, "The kitchen"), checked, Silent())


@pytest.fixture
def import_file(database: Database) -> Import:
    return partial(import_into, database)


@pytest.fixture
async def fresh_database(server_url: str, template: str) -> AsyncIterator[Database]:
    """Another database beside `database`, as empty as that."""
    with copy_of(server_url, template) as url:
        async with Database(url) as opened:
            yield opened


@pytest.fixture
def fetch(database: Database) -> Fetch:
    """The rows of a query, as tuples, or as values where there is one column."""

    async def run(query: str, **values: Any) -> list[Any]:
        async with database.read_session() as session:
            rows = [tuple(row) for row in await session.execute(text(query), values)]
        return [row[0] if len(row) == 1 else row for row in rows]

    return run


async def content_of(database: Database) -> dict[str, tuple[int, str]]:
    """For each table how many rows it has, and a hash of all of them, transaction ids included."""
    found = {}
    async with database.read_session() as session:
        for table in Base.metadata.tables.values():
            query = f"SELECT count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table.name} t"
            found[table.name] = tuple((await session.execute(text(query))).one())
    return found
