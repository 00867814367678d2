"""The stream of votes: in order, from one snapshot, in constant memory."""

import tracemalloc
import uuid
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.arenas.tables import Arena
from app.db.engine import Database
from app.releases import stream
from app.releases.dataset import write_dataset
from app.releases.order import Order
from app.releases.stream import snapshot, stream_votes
from tests.releases.arenas import Cast, arena_with, minutes

LONG = (("Tell me all.", "a" * 100_000, "b" * 100_000),)


async def ids(session: AsyncSession, arena: Arena) -> list[uuid.UUID]:
    return [uuid.UUID(row[0]) async for batch in stream_votes(session, arena.id) for row in batch]


async def test_votes_come_in_the_canonical_order(database: Database) -> None:
    timed = [Cast(cast_at=minutes(minute)) for minute in (5, 3, 9)]
    placed = [Cast(cast_at=None, source_row=row) for row in (7, 2)]
    bare = [Cast(cast_at=None) for _ in range(3)]
    same_time = [Cast(cast_at=minutes(1)) for _ in range(3)]
    arena = await arena_with(database, [*timed, *placed, *same_time, *bare])
    expected = [
        *sorted(cast.battle_id for cast in bare),
        placed[1].battle_id,
        placed[0].battle_id,
        *sorted(cast.battle_id for cast in same_time),
        *(timed[place].battle_id for place in (1, 0, 2)),
    ]
    async with snapshot(database) as session:
        assert await ids(session, arena) == expected


async def test_what_is_cast_during_a_release_is_not_in_it(database: Database) -> None:
    arena = await arena_with(database, [Cast() for _ in range(40)])
    async with snapshot(database) as session:
        batches = stream_votes(session, arena.id)
        seen = list(await anext(batches))
        async with database.session() as other:
            await other.execute(text("UPDATE vote SET winner = 'tie'"))
            await other.execute(text("UPDATE battle SET revision = 9"))
        seen += [row async for batch in batches for row in batch]
    assert len(seen) == 40
    assert {(row[2], row[7]) for row in seen} == {(True, "model_a")}


async def test_long_texts_make_the_batches_shorter(database: Database) -> None:
    arena = await arena_with(database, [Cast(turns=LONG) for _ in range(40)])
    async with snapshot(database) as session:
        sizes = [len(batch) async for batch in stream_votes(session, arena.id)]
    assert sum(sizes) == 40
    assert max(sizes[1:]) * 200_000 <= 2 * stream.BATCH_BYTES


async def test_a_group_of_votes_on_one_matchup_holds_its_texts_once(database: Database, tmp_path: Path) -> None:
    arena = await arena_with(database, [Cast(turns=LONG) for _ in range(100)])

    async def on_progress(done: int, total: int) -> None:
        pass

    tracemalloc.start()
    try:
        async with snapshot(database) as session:
            manifest = await write_dataset(session, arena, Order("ranking", "jsonl", ["human"]), tmp_path, on_progress)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (manifest["rows"], manifest["votes_used"]) == (1, 100)
    assert peak < 8_000_000 < 100 * 200_000


async def test_memory_does_not_grow_with_the_number_of_votes(database: Database, tmp_path: Path) -> None:
    arena = await arena_with(database, [Cast(turns=LONG) for _ in range(300)])

    async def on_progress(done: int, total: int) -> None:
        pass

    tracemalloc.start()
    try:
        async with snapshot(database) as session:
            manifest = await write_dataset(
                session, arena, Order("raw-votes", "jsonl", ["human"]), tmp_path, on_progress
            )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert manifest["files"][0]["bytes"] > 60_000_000
    assert peak < 15_000_000
