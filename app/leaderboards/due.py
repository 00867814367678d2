"""Which boards beside the first of each arena it is time to compute: slices, and the other methods."""

import uuid
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.leaderboards.compute import METHOD
from app.leaderboards.schemas import METHODS
from app.leaderboards.slices import EVERYTHING, OVERALL, SliceDefinition

# Between two computations of one slice, at least; and at most this share of a worker's time goes to it.
REST_SECONDS = 20.0
REST_SHARE = 0.05

_UNSEEN = """
    c.{column} >= pg_snapshot_xmin(s.counted) AND c.{column} < pg_snapshot_xmax(pg_current_snapshot())
    AND NOT pg_visible_in_snapshot(c.{column}, s.counted)
"""

# A slice is due when anything was recorded that its last count did not see; a new tag concerns the slice of that tag.
_SLICES = text(f"""
    WITH known AS (
        SELECT l.arena_id, l.slug, l.definition, w.checked_at,
            CASE WHEN w.cluster = c.system_identifier THEN w.counted::pg_snapshot END AS counted,
            (SELECT n.duration_seconds FROM leaderboard_snapshot n
             WHERE n.arena_id = l.arena_id AND n.slice = l.slug AND n.method = :method
             ORDER BY n.created_at DESC LIMIT 1) AS seconds
        FROM leaderboard_slice l CROSS JOIN pg_control_system() c
        LEFT JOIN leaderboard_watermark w ON w.arena_id = l.arena_id AND w.slice = l.slug
    )
    SELECT s.arena_id, s.slug, s.definition, s.checked_at FROM known s
    WHERE s.counted IS NULL
    OR (s.checked_at < now() - make_interval(secs => greatest(:rest, coalesce(s.seconds, 0) / :share)) AND (
        EXISTS (SELECT FROM vote c WHERE c.arena_id = s.arena_id AND {_UNSEEN.format(column="recorded_xid")})
        OR EXISTS (SELECT FROM vote_exclusion c WHERE c.arena_id = s.arena_id
            AND {_UNSEEN.format(column="recorded_xid")})
        OR EXISTS (SELECT FROM vote_exclusion c WHERE c.arena_id = s.arena_id
            AND {_UNSEEN.format(column="lifted_xid")})
        OR EXISTS (SELECT FROM prompt_tag c WHERE c.arena_id = s.arena_id AND c.tag = s.definition->>'tag'
            AND {_UNSEEN.format(column="recorded_xid")})))
    ORDER BY s.checked_at NULLS FIRST, s.arena_id, s.slug
""")

# The other methods follow the board of all votes: due when theirs are of another input.
_METHODS = text("""
    SELECT a.id AS arena_id, max(m.created_at) AS checked_at
    FROM arena a
    CROSS JOIN LATERAL (
        SELECT input_hash FROM leaderboard_snapshot
        WHERE arena_id = a.id AND slice = :slice AND method = :method ORDER BY created_at DESC, id DESC LIMIT 1
    ) f
    CROSS JOIN unnest(CAST(:others AS text[])) AS o (method)
    LEFT JOIN LATERAL (
        SELECT input_hash, created_at, duration_seconds FROM leaderboard_snapshot
        WHERE arena_id = a.id AND slice = :slice AND method = o.method ORDER BY created_at DESC, id DESC LIMIT 1
    ) m ON true
    GROUP BY a.id
    HAVING bool_or(m.input_hash IS DISTINCT FROM f.input_hash)
    AND coalesce(max(m.created_at) < now() - make_interval(
        secs => greatest(:rest, sum(m.duration_seconds) / :share)), true)
    ORDER BY checked_at NULLS FIRST, a.id
""")


@dataclass(frozen=True)
class Work:
    """A slice whose boards by all methods are to be computed."""

    arena_id: uuid.UUID
    slice_name: str
    definition: SliceDefinition


async def find_due(session: AsyncSession) -> list[Work]:
    """The other methods of arenas that have new votes, then the slices, each longest waiting first."""
    pace = {"method": METHOD, "rest": REST_SECONDS, "share": REST_SHARE}
    others = [method for method in METHODS if method != METHOD]
    arenas = await session.execute(_METHODS, {**pace, "slice": OVERALL, "others": others})
    slices = await session.execute(_SLICES, pace)
    return [
        *(Work(row.arena_id, OVERALL, EVERYTHING) for row in arenas),
        *(Work(row.arena_id, row.slug, SliceDefinition.model_validate(row.definition)) for row in slices),
    ]
