"""Which boards are behind their votes.

Commit order is not id order, so "the highest id seen" would lose votes that commit late. Postgres' own snapshot of the
transaction that counted says of every transaction whether it was seen, however late it commits.
"""

import uuid
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# A board whose oldest uncounted vote is older than this says that it is stale.
STALE_SECONDS = 60

# The range on recorded_xid is what the index serves. Its upper end leaves out rows that a restored dump brought with
# the ids of another server: they were there when the arena was first counted here.
_UNSEEN = """
    v.{column} >= pg_snapshot_xmin(s.counted) AND v.{column} < pg_snapshot_xmax(pg_current_snapshot())
    AND NOT pg_visible_in_snapshot(v.{column}, s.counted)
"""
_ARENA_SEEN = """
    WITH here AS (SELECT system_identifier FROM pg_control_system()),
    arena_seen AS (
        SELECT a.id, w.counted::pg_snapshot AS counted, w.cluster FROM arena a
        LEFT JOIN leaderboard_watermark w ON w.arena_id = a.id AND w.slice = :slice
    )
"""
_STALE = text(f"""
    {_ARENA_SEEN}
    SELECT s.id FROM arena_seen s, here
    WHERE s.counted IS NULL OR s.cluster <> here.system_identifier
    OR EXISTS (SELECT FROM vote v WHERE v.arena_id = s.id AND {_UNSEEN.format(column="recorded_xid")})
    OR EXISTS (SELECT FROM vote_exclusion v WHERE v.arena_id = s.id AND {_UNSEEN.format(column="recorded_xid")})
    OR EXISTS (SELECT FROM vote_exclusion v WHERE v.arena_id = s.id AND {_UNSEEN.format(column="lifted_xid")})
    ORDER BY s.id
""")

_UNCOUNTED_SINCE = text(f"""
    {_ARENA_SEEN}
    SELECT (
        SELECT v.created_at FROM vote v WHERE v.arena_id = s.id AND {_UNSEEN.format(column="recorded_xid")}
        ORDER BY v.recorded_xid LIMIT 1
    ) FROM arena_seen s WHERE s.id = :arena_id
""")

_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:work, 0))")


async def try_lock(session: AsyncSession, work: str) -> bool:
    """Whether this transaction is now the only one, of all workers, at the work of this name."""
    return bool(await session.scalar(_TRY_LOCK, {"work": work}))


async def arenas_with_new_votes(session: AsyncSession, slice_name: str) -> list[uuid.UUID]:
    """The arenas whose slice was never counted here, and those with votes or exclusions recorded since it was."""
    return list(await session.scalars(_STALE, {"slice": slice_name}))


async def uncounted_since(
    session: AsyncSession, arena_id: uuid.UUID, slice_name: str, patience: float = STALE_SECONDS
) -> datetime | None:
    """When the first vote was cast that a slice's counts have not seen, if that is longer ago than `patience`."""
    since: datetime | None = await session.scalar(_UNCOUNTED_SINCE, {"arena_id": arena_id, "slice": slice_name})
    if since is None or (datetime.now(since.tzinfo) - since).total_seconds() < patience:
        return None
    return since
