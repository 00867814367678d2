"""`preferendum slice`."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.cli import cli
from app.db.engine import Database
from app.errors import ConflictError, InvalidInputError
from app.leaderboards import service
from tests.leaderboards.ballots import ballot, cast, circle, make_arena

Run = Callable[..., Awaitable[Result]]


@pytest.fixture
def run(test_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("PREFERENDUM_DATABASE_URL", test_url)
    monkeypatch.setenv("COLUMNS", "120")

    async def invoke(*words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, cli, ["slice", *words])

    return invoke


async def test_a_slice_is_added_counted_listed_and_removed(run: Run, database: Database) -> None:
    arena = await make_arena(database)
    await cast(database, arena, [*circle(["a", "b"]), ballot("a", "b", "tie")])
    added = await run("add", "kitchen", "decided", "Decided votes", '{"exclude_ties": true}')
    assert added.exit_code == 0, added.output
    await service.refresh_slices(database, budget_seconds=60)

    listed = await run("list", "kitchen")

    assert "Decided votes" in listed.output
    assert '{"exclude_ties":true}' in listed.output
    assert (await run("remove", "kitchen", "decided")).exit_code == 0
    assert "Decided" not in (await run("list", "kitchen")).output


async def test_a_definition_that_makes_no_sense_is_refused_with_the_reason(run: Run, database: Database) -> None:
    await make_arena(database)
    for definition, reason in (("{turns", "not JSON"), ('{"turns": {"least": 3, "most": 2}}', "definition.turns")):
        refused = await run("add", "kitchen", "odd", "Odd", definition)
        assert isinstance(refused.exception, InvalidInputError)
        assert reason in str(refused.exception)
    assert isinstance((await run("remove", "kitchen", "overall")).exception, ConflictError)
