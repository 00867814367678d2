"""Which boards are behind their votes.

Commit order is not id order, so "the highest id seen" would lose votes that commit late. Postgres' own snapshot of the
transaction that counted says of every transaction whether it was seen, however late it commits.
"""

import uuid

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.leaderboards.aggregate import Horizon

# A large arena that is voted on without a pause rests as long as its last counting took, or else counting would slow
# the voting down.
LARGE_VOTES = 100_000

# The range on recorded_xid is what the index serves. Its upper end leaves out rows that a restored dump brought with
# the ids of another server: they were there when the arena was first counted here.
_STALE = text("""
    WITH here AS (SELECT system_identifier FROM pg_control_system()),
    arena_seen AS (
        SELECT a.id, w.counted::pg_snapshot AS counted, w.cluster FROM arena a
        LEFT JOIN leaderboard_watermark w ON w.arena_id = a.id AND w.slice = :slice
    )
    SELECT s.id FROM arena_seen s, here
    WHERE NOT EXISTS (
        SELECT FROM leaderboard_snapshot n WHERE n.arena_id = s.id AND n.slice = :slice AND n.votes > :large
        AND n.created_at > now() - interval '1 minute'
        AND n.created_at + make_interval(secs => n.duration_seconds) > now())
    AND (s.counted IS NULL OR s.cluster <> here.system_identifier
    OR EXISTS (
        SELECT FROM vote v WHERE v.arena_id = s.id
        AND v.recorded_xid >= pg_snapshot_xmin(s.counted)
        AND v.recorded_xid < pg_snapshot_xmax(pg_current_snapshot())
        AND NOT pg_visible_in_snapshot(v.recorded_xid, s.counted))
    OR EXISTS (
        SELECT FROM vote_exclusion x WHERE x.arena_id = s.id
        AND x.recorded_xid >= pg_snapshot_xmin(s.counted)
        AND x.recorded_xid < pg_snapshot_xmax(pg_current_snapshot())
        AND NOT pg_visible_in_snapshot(x.recorded_xid, s.counted)))
    ORDER BY s.id
""")

# Of two workers that counted at once, the one that saw less gives way: the board never goes back in time.
_ADVANCE = text("""
    INSERT INTO leaderboard_watermark AS w (arena_id, slice, counted, cluster)
    VALUES (:arena_id, :slice, :counted, :cluster)
    ON CONFLICT (arena_id, slice) DO UPDATE
    SET counted = excluded.counted, cluster = excluded.cluster, checked_at = now()
    WHERE w.cluster <> excluded.cluster
    OR (pg_snapshot_xmax(w.counted::pg_snapshot), pg_snapshot_xmin(w.counted::pg_snapshot))
        <= (pg_snapshot_xmax(excluded.counted::pg_snapshot), pg_snapshot_xmin(excluded.counted::pg_snapshot))
    RETURNING true
""")

_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:work, 0))")


async def try_lock(session: AsyncSession, work: str) -> bool:
    """Whether this transaction is now the only one, of all workers, at the work of this name."""
    return bool(await session.scalar(_TRY_LOCK, {"work": work}))


async def arenas_with_new_votes(session: AsyncSession, slice_name: str) -> list[uuid.UUID]:
    """The arenas never counted here, and those with votes or exclusions recorded since they were.

    Raising or lifting an exclusion must set its recorded_xid to pg_current_xact_id(), or it goes unnoticed.
    """
    return list(await session.scalars(_STALE, {"slice": slice_name, "large": LARGE_VOTES}))


async def advance_watermark(session: AsyncSession, arena_id: uuid.UUID, slice_name: str, horizon: Horizon) -> bool:
    """Remember what was seen, and lock the arena's watermark until the end of the transaction.

    False where somebody has seen more by now: what was computed from this horizon is out of date.
    """
    parameters = {
        "arena_id": arena_id,
        "slice": slice_name,
        "counted": horizon.counted,
        "cluster": horizon.cluster,
    }
    return bool(await session.scalar(_ADVANCE, parameters))
