"""The main path on real votes: import, rank, export, and the same board from the export alone."""

import math
import os
from collections.abc import AsyncIterator
from pathlib import Path

import evalica
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from app.accounts.viewer import OPERATOR
from app.arenas.service import access_arena
from app.db.engine import Database
from app.imports.check import check
from app.imports.plan import ImportOptions
from app.imports.progress import Silent
from app.imports.service import Destination, import_checked
from app.leaderboards.service import refresh
from app.releases.service import export_arena
from tests.conftest import copy_of
from tests.people import Visitors
from tests.worlds import open_arena

DATA = os.environ.get("PREFERENDUM_TEST_DATA")
LLMFAO = ImportOptions(
    mapping=Path(__file__).parent.parent / "docs/examples/llmfao.toml", folder=Path(DATA or ".") / "llmfao"
)
pytestmark = pytest.mark.long
needs_llmfao = pytest.mark.skipif(DATA is None, reason="PREFERENDUM_TEST_DATA does not say where llmfao is")


@pytest.fixture
async def fresh_database(server_url: str, template: str) -> AsyncIterator[Database]:
    """A second database, which has never heard of the first."""
    with copy_of(server_url, template) as url:
        async with Database(url) as opened:
            yield opened


async def load(database: Database, options: ImportOptions, slug: str = "llmfao") -> None:
    checked = check(options, Silent())
    async with database.session() as session:
        await import_checked(session, OPERATOR, Destination(slug, slug, open_it=True), checked, Silent())


async def board(database: Database, slug: str) -> list[tuple[object, ...]]:
    """Every number of every line, as stored."""
    async with database.read_session() as session:
        arena = await access_arena(session, OPERATOR, slug, "read")
    await refresh(database, arena.id)
    async with database.read_session() as session:
        rows = await session.execute(
            text("""
                SELECT model, rating, rating_lower, rating_upper, rank, rank_lower, rank_upper, elo, win_rate, votes
                FROM leaderboard_entry WHERE arena_id = :arena_id ORDER BY model
            """),
            {"arena_id": arena.id},
        )
        return [tuple(row) for row in rows]


@needs_llmfao
async def test_the_board_of_real_votes_agrees_with_evalica(database: Database) -> None:
    await load(database, LLMFAO)
    ours = {row[0]: row[1] for row in await board(database, "llmfao")}
    async with database.read_session() as session:
        votes = (
            await session.execute(
                text("""
                    SELECT a.name AS a, b.name AS b, v.winner FROM vote v JOIN battle t ON t.id = v.battle_id
                    JOIN model_version x ON x.id = t.contestants[1] JOIN model a ON a.id = x.model_id
                    JOIN model_version y ON y.id = t.contestants[2] JOIN model b ON b.id = y.model_id
                """)
            )
        ).all()
    assert len(votes) == 8_931
    outcomes = {"model_a": evalica.Winner.X, "model_b": evalica.Winner.Y, "tie": evalica.Winner.Draw}
    theirs = evalica.bradley_terry(
        [vote.a for vote in votes],
        [vote.b for vote in votes],
        [outcomes[vote.winner] for vote in votes],
        tolerance=1e-14,
        limit=100_000,
    ).scores
    points = {name: 400 * math.log10(score) for name, score in theirs.items()}
    mean = sum(points.values()) / len(points)
    assert len(ours) == 59
    for name, rating in ours.items():
        assert rating == pytest.approx(1000 + points[name] - mean, abs=0.01)
    best = sorted(ours, key=lambda name: -float(str(ours[name])))
    assert best[:3] == ["GPT 4", "Platypus-2 Instruct (70B)", "command"]


@needs_llmfao
@pytest.mark.parametrize("file_type", ["jsonl", "parquet"])
async def test_exported_real_votes_give_the_same_board_to_the_last_digit(
    database: Database, fresh_database: Database, tmp_path: Path, file_type: str
) -> None:
    await load(database, LLMFAO)
    expected = await board(database, "llmfao")
    await export(database, "llmfao", tmp_path, file_type)
    file = tmp_path / f"raw-votes.{file_type}"
    await load(fresh_database, ImportOptions(file=file), "again")
    assert await board(fresh_database, "again") == expected


async def test_votes_of_every_sort_survive_the_way_out_and_in(
    database: Database, fresh_database: Database, tmp_path: Path, visitors: Visitors
) -> None:
    """Skips, undone votes, choices after the reveal and exclusions: the same board, and the same export again."""
    await open_arena(database, matchups=12)
    for number in range(6):
        person = await visitors.stranger()
        for choice in ("side_a", "side_b", "tie", "both_bad"):
            battle_id = await person.start("kitchen")
            await person.vote(battle_id, choice)
            if number == 1:
                await person.http.delete(f"/api/battles/{battle_id}/vote")
            if number == 2:
                await person.http.delete(f"/api/battles/{battle_id}/vote")
                await person.vote(battle_id, "tie", revision=2)
        await person.http.post(f"/battles/{await person.start('kitchen')}/skip")
    async with database.session() as session:
        await session.execute(
            text("""
                INSERT INTO vote_exclusion (id, arena_id, battle_id, reason, excluded_by)
                SELECT gen_random_uuid(), arena_id, id, 'a test', 'the test' FROM battle WHERE state = 'voted' LIMIT 3
            """)
        )
    expected = await board(database, "kitchen")
    await export(database, "kitchen", tmp_path / "once", "parquet")
    file = tmp_path / "once" / "raw-votes.parquet"
    await load(fresh_database, ImportOptions(file=file), "kitchen")
    assert await board(fresh_database, "kitchen") == expected
    await export(fresh_database, "kitchen", tmp_path / "twice", "parquet")
    again = tmp_path / "twice" / "raw-votes.parquet"
    assert votes_in(again) == votes_in(file)


def votes_in(file: Path) -> list[dict[str, object]]:
    """Rows without what is made anew by each export: the pseudonyms. And without the way they came in."""
    new = {"annotator", "source", "protocol_version"}
    return [{name: value for name, value in row.items() if name not in new} for row in pq.read_table(file).to_pylist()]


async def export(database: Database, slug: str, folder: Path, file_type: str) -> None:
    async def ignore(_done: int, _total: int) -> None: ...

    folder.mkdir(exist_ok=True)
    await export_arena(database, OPERATOR, slug, folder, ignore, format="raw-votes", file_type=file_type, kinds=[])
