"""Raw votes out of one database and into a fresh one: the same board, to the last digit."""

import datetime
import random
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app.accounts.viewer import OPERATOR
from app.arenas.service import access_arena
from app.db.engine import Database
from app.leaderboards.compute import Board, compute_board
from app.leaderboards.refreshing import take_look
from app.leaderboards.slices import EVERYTHING, OVERALL
from app.model_registry.tables import Model, ModelVersion
from app.releases.service import export_arena
from tests.imports import rows as make
from tests.imports.conftest import import_into

VOTES = 400
MODELS = ("owl", "owl@v2", "elk", "ant", "bee", "zoo@cat@x")
START = datetime.datetime(2025, 5, 1, tzinfo=datetime.UTC)


def mixed_votes() -> list[make.Row]:
    """Votes of all sorts: undone, changed, set aside, after the reveal, without a time, several at the same moment."""
    rng = random.Random(20250501)
    rows: list[make.Row] = []
    for number in range(VOTES):
        model_a, model_b = rng.sample(MODELS, 2)
        minutes = rng.choice([None, number // 7, number])
        exclusion = {"reason": "fast", "excluded_by": "rule", "created_at": "2025-06-01T00:00:00.000001+00:00"}
        lifted = exclusion | {"lifted_at": "2025-06-02T00:00:00+00:00"}
        row = make.raw_vote(
            number,
            model_a=model_a,
            model_b=model_b,
            winner=rng.choice(["model_a", "model_a", "model_b", "tie", "both_bad"]),
            annotator=f"reader-{rng.randrange(9)}",
            cast_at=minutes and (START + datetime.timedelta(minutes=minutes)).isoformat(),
            source_row=rng.choice([None, number]),
            strength=rng.choice([None, 1, 3]),
            side_order=rng.choice(["ab", "ba", None]),
            exclusions=rng.choice([[], [], [], [lifted], [exclusion], [lifted, exclusion]]),
            after_reveal=rng.random() < 0.05,
        )
        if rng.random() < 0.1:
            rows.append({**row, "current": False})
            row |= {"revision": 2, "winner": rng.choice([None, "tie"])}
        rows.append(row)
    return rows


async def register_models(database: Database) -> None:
    """The models as a server has them that has known them for long: with ids of its own, in another order."""
    async with database.session() as session:
        for name in sorted(MODELS, reverse=True):
            base, _, label = name.rpartition("@") if "@" in name else (name, "", "")
            model = await session.scalar(select(Model).where(Model.name == base)) or Model(name=base)
            session.add(model)
            await session.flush()
            session.add(ModelVersion(model_id=model.id, label=label))


async def board_of(database: Database) -> Board:
    async with database.read_session() as session:
        arena = await access_arena(session, OPERATOR, "kitchen", "read")
    return compute_board((await take_look(database, arena.id, OVERALL, EVERYTHING)).counted)


async def votes_of(database: Database) -> list[tuple[object, ...]]:
    """Every vote in the canonical order, with all that is not an id of this database."""
    query = text("""
        SELECT v.battle_id, v.revision, v.winner, v.strength, v.after_reveal, v.cast_at, v.source_row, b.state,
            b.revision, b.repeat, b.side_order, b.sampler, b.propensity, b.shown_at, m.external_id, m.coverage, n.kind,
            ARRAY(SELECT row(x.reason, x.excluded_by, x.created_at, x.lifted_at)::text FROM vote_exclusion x
                WHERE x.battle_id = b.id ORDER BY x.created_at, x.id)
        FROM vote v JOIN battle b ON b.id = v.battle_id JOIN matchup m ON m.id = b.matchup_id
        JOIN annotator n ON n.id = b.annotator_id
        ORDER BY v.cast_at NULLS FIRST, v.source_row NULLS FIRST, v.battle_id, v.revision
    """)
    async with database.read_session() as session:
        return [(*row[:-1], sorted(row[-1])) for row in await session.execute(query)]


@pytest.mark.parametrize("file_type", ["jsonl", "parquet", "csv", "arrow"])
async def test_exported_votes_give_a_fresh_database_the_same_board(
    tmp_path: Path, database: Database, fresh_database: Database, file_type: str
) -> None:
    await register_models(database)
    await import_into(database, make.write_jsonl(tmp_path / "votes.jsonl", mixed_votes()))
    expected = await board_of(database)
    assert 200 < expected.votes < VOTES
    assert sum(entry.rating is not None for entry in expected.entries) == 6

    async def on_progress(done: int, total: int) -> None:
        pass

    await export_arena(
        database, OPERATOR, "kitchen", tmp_path, on_progress, format="raw-votes", file_type=file_type, kinds=()
    )
    await import_into(fresh_database, tmp_path / f"raw-votes.{file_type}")
    assert await votes_of(fresh_database) == await votes_of(database)
    found = await board_of(fresh_database)
    assert found.input_hash == expected.input_hash
    assert found.entries == expected.entries
