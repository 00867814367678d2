"""The stored counts of a slice: read as arrays, and brought to a newer horizon together with its watermark."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.leaderboards.counting import Change, Tally
from app.leaderboards.schemas import KINDS, AnnotatorKind
from app.ratings import PairCounts

_CODES = """
    WITH code AS (
        SELECT * FROM unnest(CAST(:version_ids AS uuid[]), CAST(:codes AS int[])) AS c (version_id, code)
    )
"""
_STORED = text(f"""
    {_CODES}
    SELECT p.kind, string_agg(int8send(a.code) || int8send(b.code) || int8send(p.wins_a) || int8send(p.wins_b)
        || int8send(p.ties) || int8send(p.both_bad), ''::bytea) AS block
    FROM pair_count p JOIN code a ON a.version_id = p.model_a JOIN code b ON b.version_id = p.model_b
    WHERE p.arena_id = :arena_id AND p.slice = :slice GROUP BY p.kind
""")

_DROP = text("DELETE FROM pair_count WHERE arena_id = :arena_id AND slice = :slice")
_ROWS = """
    unnest(CAST(:kind AS text[]), CAST(:model_a AS uuid[]), CAST(:model_b AS uuid[]), CAST(:wins_a AS bigint[]),
        CAST(:wins_b AS bigint[]), CAST(:ties AS bigint[]), CAST(:both_bad AS bigint[]))
    AS c (kind, model_a, model_b, wins_a, wins_b, ties, both_bad)
"""
# How many of the pairs were there: once a board is large mostly all of them, and there is none to insert.
_ADD = text(f"""
    WITH added AS (
        UPDATE pair_count p SET wins_a = p.wins_a + c.wins_a, wins_b = p.wins_b + c.wins_b, ties = p.ties + c.ties,
            both_bad = p.both_bad + c.both_bad
        FROM {_ROWS}
        WHERE p.arena_id = :arena_id AND p.slice = :slice AND p.kind = c.kind AND p.model_a = c.model_a
        AND p.model_b = c.model_b RETURNING 1
    )
    SELECT count(*) FROM added
""")
_INSERT = text(f"""
    INSERT INTO pair_count (arena_id, slice, kind, model_a, model_b, wins_a, wins_b, ties, both_bad)
    SELECT CAST(:arena_id AS uuid), CAST(:slice AS text), c.* FROM {_ROWS}
    WHERE NOT EXISTS (
        SELECT FROM pair_count p WHERE p.arena_id = :arena_id AND p.slice = :slice AND p.kind = c.kind
        AND p.model_a = c.model_a AND p.model_b = c.model_b)
""")

# A change fits only the counts that it was computed from.
_MOVE = text("""
    UPDATE leaderboard_watermark SET counted = :counted, checked_at = clock_timestamp()
    WHERE arena_id = :arena_id AND slice = :slice AND cluster = :cluster AND counted = :before RETURNING true
""")
# Of two workers that counted from nothing, the one that saw less gives way: the board never goes back in time.
_PLACE = text("""
    INSERT INTO leaderboard_watermark AS w (arena_id, slice, counted, cluster)
    VALUES (:arena_id, :slice, :counted, :cluster)
    ON CONFLICT (arena_id, slice) DO UPDATE
    SET counted = excluded.counted, cluster = excluded.cluster, checked_at = clock_timestamp()
    WHERE w.cluster <> excluded.cluster
    OR (pg_snapshot_xmax(w.counted::pg_snapshot), pg_snapshot_xmin(w.counted::pg_snapshot))
        <= (pg_snapshot_xmax(excluded.counted::pg_snapshot), pg_snapshot_xmin(excluded.counted::pg_snapshot))
    RETURNING true
""")


@dataclass(frozen=True)
class Contestants:
    """The model versions of an arena: their ids, their names on the board, and the names' codes in order."""

    version_ids: Sequence[uuid.UUID]
    names: tuple[str, ...]
    codes: Sequence[int]

    @property
    def code_of(self) -> dict[uuid.UUID, int]:
        return dict(zip(self.version_ids, self.codes, strict=True))


async def counts_with(
    session: AsyncSession, arena_id: uuid.UUID, slice_name: str, contestants: Contestants, change: Change
) -> dict[AnnotatorKind, PairCounts]:
    """The slice's counts at the change's horizon, by kind of annotator; kinds without votes are left out.

    The session must be the look in which the change was found.
    """
    # (M, M, 4) whole numbers: wins of the first, wins of the second, ties, both bad; each pair in one of its two cells.
    slots: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.int64]]] = {}
    size = len(contestants.names)
    if change.before is not None:
        stored = await session.execute(_STORED, {**_key(arena_id, slice_name), **_coded(contestants)})
        for kind, block in stored:
            rows = np.frombuffer(block, dtype=">i8").reshape(-1, 6).astype(np.int64)
            slots[kind] = np.zeros((size, size, 4), dtype=np.int64)
            slots[kind][rows[:, 0], rows[:, 1]] = rows[:, 2:]
    code = contestants.code_of
    for tally in change.tallies:
        if tally.kind not in slots:
            slots[tally.kind] = np.zeros((size, size, 4), dtype=np.int64)
        cell = slots[tally.kind][code[tally.model_a], code[tally.model_b]]
        cell += (tally.wins_a, tally.wins_b, tally.ties, tally.both_bad)
    return {kind: _pair_counts(contestants.names, slots[kind]) for kind in KINDS if kind in slots and slots[kind].any()}


async def write_change(session: AsyncSession, arena_id: uuid.UUID, slice_name: str, change: Change) -> bool:
    """Bring counts and watermark to the change's horizon, and lock the watermark until the end of the transaction.

    False where the counts are others by now than those that the change was computed from: then nothing is written.
    """
    key = _key(arena_id, slice_name)
    seen = {"counted": change.horizon.counted, "cluster": change.horizon.cluster}
    if change.before is None:
        if not await session.scalar(_PLACE, {**key, **seen}):
            return False
        await session.execute(_DROP, key)
    elif not await session.scalar(_MOVE, {**key, **seen, "before": change.before}):
        return False
    if change.tallies:
        values = {**key, **_columns(change.tallies)}
        known = (await session.scalars(_ADD, values)).one() if change.before is not None else 0
        if known < len(change.tallies):
            await session.execute(_INSERT, values)
    return True


def _pair_counts(names: tuple[str, ...], slots: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> PairCounts:
    numbers = slots.astype(np.float64)
    return PairCounts(
        models=names,
        wins=numbers[:, :, 0] + numbers[:, :, 1].T,
        ties=numbers[:, :, 2] + numbers[:, :, 2].T,
        both_bad=numbers[:, :, 3] + numbers[:, :, 3].T,
    )


def _columns(tallies: Sequence[Tally]) -> Mapping[str, list[object]]:
    return {field.name: [getattr(tally, field.name) for tally in tallies] for field in fields(Tally)}


def _coded(contestants: Contestants) -> dict[str, object]:
    return {"version_ids": list(contestants.version_ids), "codes": list(contestants.codes)}


def _key(arena_id: uuid.UUID, slice_name: str) -> dict[str, object]:
    return {"arena_id": arena_id, "slice": slice_name}
