"""Which boards are behind their votes.

Commit order is not id order, so "the highest id seen" would lose votes that commit late. Postgres' own snapshot of the
transaction that counted says of every transaction whether it was seen, however late it commits.
"""

import uuid
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.leaderboards.schemas import BoardMethod

# A board whose oldest uncounted vote is older than this says that it is stale.
STALE_SECONDS = 60
# Slices rest between two counts, so this long may be as it should be; beyond, something is wrong with the worker.
LONG_SECONDS = 900

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

# Anything that could change the board: votes, and votes set aside or let in again.
_UNCOUNTED_SINCE = text(f"""
    {_ARENA_SEEN}
    SELECT least(
        (SELECT v.created_at FROM vote v WHERE v.arena_id = s.id AND {_UNSEEN.format(column="recorded_xid")}
         ORDER BY v.recorded_xid LIMIT 1),
        (SELECT min(v.created_at) FROM vote_exclusion v
         WHERE v.arena_id = s.id AND {_UNSEEN.format(column="recorded_xid")}),
        (SELECT min(v.lifted_at) FROM vote_exclusion v
         WHERE v.arena_id = s.id AND {_UNSEEN.format(column="lifted_xid")})
    ) FROM arena_seen s WHERE s.id = :arena_id
""")

# The board by another method is of an older input than the first method's of the same slice: since when that is so.
_SUPERSEDED = text("""
    SELECT f.votes, coalesce((
        SELECT min(n.created_at) FROM leaderboard_snapshot n
        WHERE n.arena_id = :arena_id AND n.slice = :slice AND n.method = :first AND n.created_at > o.created_at
    ), f.created_at) AS since
    FROM (
        SELECT input_hash, created_at FROM leaderboard_snapshot
        WHERE arena_id = :arena_id AND slice = :slice AND method = :method ORDER BY created_at DESC, id DESC LIMIT 1
    ) o CROSS JOIN (
        SELECT input_hash, created_at, votes FROM leaderboard_snapshot
        WHERE arena_id = :arena_id AND slice = :slice AND method = :first ORDER BY created_at DESC, id DESC LIMIT 1
    ) f
    WHERE o.input_hash <> f.input_hash
""")

_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:work, 0))")


async def try_lock(session: AsyncSession, work: str) -> bool:
    """Whether this transaction is now the only one, of all workers, at the work of this name."""
    return bool(await session.scalar(_TRY_LOCK, {"work": work}))


async def arenas_with_new_votes(session: AsyncSession, slice_name: str) -> list[uuid.UUID]:
    """The arenas whose slice was never counted here, and those with votes or exclusions recorded since it was."""
    return list(await session.scalars(_STALE, {"slice": slice_name}))


class Behind(NamedTuple):
    """A board that is behind its votes.

    since:   when the first was cast, or counted elsewhere, that is not in it
    is_long: whether that is longer ago than a worker may rest
    counted: by how many votes the slice's first board is made, where it is ahead of this one
    """

    since: datetime
    is_long: bool
    counted: int | None = None


async def find_behind(
    session: AsyncSession, arena_id: uuid.UUID, slice_name: str, method: BoardMethod, first: BoardMethod
) -> Behind | None:
    """Whether the board of this slice by this method is behind: its slice is, or the slice's `first` board is ahead."""
    since = await uncounted_since(session, arena_id, slice_name)
    counted = None
    if method != first:
        key = {"arena_id": arena_id, "slice": slice_name, "method": method, "first": first}
        row = (await session.execute(_SUPERSEDED, key)).one_or_none()
        if row is not None:
            since, counted = min(filter(None, (since, row.since))), row.votes
    if since is None:
        return None
    return Behind(since, _age(since) > LONG_SECONDS, counted)


async def uncounted_since(
    session: AsyncSession, arena_id: uuid.UUID, slice_name: str, patience: float = STALE_SECONDS
) -> datetime | None:
    """When the first vote was cast, or set aside, that a slice's counts have not seen, if that is long ago."""
    since: datetime | None = await session.scalar(_UNCOUNTED_SINCE, {"arena_id": arena_id, "slice": slice_name})
    return since if since is not None and _age(since) >= patience else None


def _age(moment: datetime) -> float:
    return (datetime.now(moment.tzinfo) - moment).total_seconds()
