"""Counts of a slice's votes per pair of models and outcome, kept up to date from the new votes alone.

What was counted is known exactly: `counted` of the slice's watermark is Postgres' own snapshot of the transaction that
counted. Everything that decides whether a vote counts is written once and carries the id of the transaction that wrote
it: votes, the raising and the lifting of exclusions, tags. So for each battle that anything new was recorded about,
what it contributes now less what it contributed then is what the counts have to change by, whatever the order in which
transactions commit. A recount from nothing gives the same counts.
"""

import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Database
from app.leaderboards.selection import select_by
from app.leaderboards.slices import SliceDefinition

# With more new votes than this, counting all of them again is about as quick.
MOST_CHANGES = 50_000

# A million votes are joined and sorted in memory instead of on disk.
_ROOM = text("SET LOCAL work_mem = '128MB'")

_HORIZON = text("""
    SELECT pg_current_snapshot()::text AS counted, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS watermark,
        (SELECT system_identifier FROM pg_control_system()) AS cluster
""")

_COUNTED = text("""
    SELECT w.counted FROM leaderboard_watermark w, pg_control_system() c
    WHERE w.arena_id = :arena_id AND w.slice = :slice AND w.cluster = c.system_identifier
""")

# What the transaction sees: the current vote of a battle, unless it was taken back, changed after the names were
# revealed, or set aside. A battle of a model against itself says nothing about any other.
CURRENT = """
    FROM battle t
    JOIN vote v ON v.battle_id = t.id AND v.arena_id = t.arena_id AND v.revision = t.revision
    JOIN annotator n ON n.id = v.annotator_id
    {joins}
    WHERE t.arena_id = :arena_id AND v.winner IS NOT NULL AND NOT v.after_reveal
    AND t.contestants[1] <> t.contestants[2]
    AND NOT EXISTS (
        SELECT FROM vote_exclusion x
        WHERE x.battle_id = t.id AND x.arena_id = t.arena_id AND x.lifted_at IS NULL)
    {conditions}
"""


def _seen(column: str) -> str:
    return f"pg_visible_in_snapshot({column}, CAST(:counted AS pg_snapshot))"


def _unseen(column: str) -> str:
    """The range is what an index on the column serves."""
    return f"{column} >= pg_snapshot_xmin(CAST(:counted AS pg_snapshot)) AND NOT {_seen(column)}"


# The same as the last count saw it.
_EARLIER = f"""
    FROM battle t
    JOIN LATERAL (
        SELECT * FROM vote o WHERE o.battle_id = t.id AND o.arena_id = t.arena_id AND {_seen("o.recorded_xid")}
        ORDER BY o.revision DESC LIMIT 1
    ) v ON true
    JOIN annotator n ON n.id = v.annotator_id
    {{joins}}
    WHERE t.arena_id = :arena_id AND v.winner IS NOT NULL AND NOT v.after_reveal
    AND t.contestants[1] <> t.contestants[2]
    AND NOT EXISTS (
        SELECT FROM vote_exclusion x
        WHERE x.battle_id = t.id AND x.arena_id = t.arena_id AND {_seen("x.recorded_xid")}
        AND (x.lifted_xid IS NULL OR NOT {_seen("x.lifted_xid")}))
    {{conditions}}
"""

_TOUCHED = f"""
    SELECT battle_id FROM vote WHERE arena_id = :arena_id AND {_unseen("recorded_xid")}
    UNION SELECT battle_id FROM vote_exclusion WHERE arena_id = :arena_id AND {_unseen("recorded_xid")}
    UNION SELECT battle_id FROM vote_exclusion WHERE arena_id = :arena_id AND {_unseen("lifted_xid")}
"""
_TAGGED_SINCE = text(f"""
    SELECT DISTINCT prompt_id FROM prompt_tag WHERE arena_id = :arena_id AND tag = :tag AND {_unseen("recorded_xid")}
""")
_OF_PROMPTS = """
    UNION SELECT t.id FROM matchup mu JOIN battle t ON t.matchup_id = mu.id AND t.arena_id = mu.arena_id
    WHERE mu.arena_id = :arena_id AND mu.prompt_id = ANY(:prompts)
"""

_FIRST_WINS = "winner = CASE WHEN a < b THEN 'model_a' ELSE 'model_b' END"
_LAST_WINS = "winner = CASE WHEN a < b THEN 'model_b' ELSE 'model_a' END"
_TALLY = f"""
    SELECT kind, least(a, b) AS model_a, greatest(a, b) AS model_b,
        coalesce(sum(sign) FILTER (WHERE {_FIRST_WINS}), 0)::bigint AS wins_a,
        coalesce(sum(sign) FILTER (WHERE {_LAST_WINS}), 0)::bigint AS wins_b,
        coalesce(sum(sign) FILTER (WHERE winner = 'tie'), 0)::bigint AS ties,
        coalesce(sum(sign) FILTER (WHERE winner = 'both_bad'), 0)::bigint AS both_bad
    FROM ({{ballots}}) ballot GROUP BY 1, 2, 3
"""
_COLUMNS = "n.kind, t.contestants[1] AS a, t.contestants[2] AS b, v.winner"
FIRST_OF_DAY = """
    DISTINCT ON (v.annotator_id, (v.cast_at AT TIME ZONE 'UTC')::date)"""
ORDER_OF_DAY = """
    AND v.cast_at IS NOT NULL
    ORDER BY v.annotator_id, (v.cast_at AT TIME ZONE 'UTC')::date, v.cast_at, v.source_row NULLS FIRST, v.battle_id
"""

# Ids that came with a dump from another server mean nothing here. What is visible with an id that this server has not
# given out yet was there before all counting, and so was everything of an arena that was last counted elsewhere.
_ADOPT = tuple(
    text(
        f"UPDATE {table} SET {column} = '3' WHERE arena_id = :arena_id AND {column} >= "
        "CASE WHEN :is_foreign THEN pg_snapshot_xmin(pg_current_snapshot()) "
        "ELSE pg_snapshot_xmax(pg_current_snapshot()) END"
    )
    for table, column in (
        ("vote", "recorded_xid"),
        ("vote_exclusion", "recorded_xid"),
        ("vote_exclusion", "lifted_xid"),
        ("prompt_tag", "recorded_xid"),
    )
)
_FOREIGN = text("""
    WITH gone AS (
        DELETE FROM leaderboard_watermark w USING pg_control_system() c
        WHERE w.arena_id = :arena_id AND w.cluster <> c.system_identifier RETURNING 1
    )
    SELECT EXISTS (SELECT FROM gone) AND NOT EXISTS (
        SELECT FROM leaderboard_watermark w, pg_control_system() c
        WHERE w.arena_id = :arena_id AND w.cluster = c.system_identifier)
""")


@dataclass(frozen=True)
class Horizon:
    """What the transaction that counted could see: see LeaderboardWatermark."""

    counted: str
    watermark: int
    cluster: int


@dataclass(frozen=True)
class Tally:
    """Votes between two model versions, or the change of their number; model_a < model_b."""

    kind: str
    model_a: uuid.UUID
    model_b: uuid.UUID
    wins_a: int
    wins_b: int
    ties: int
    both_bad: int


@dataclass(frozen=True)
class Change:
    """What the stored counts of a slice have to change by to be those at the horizon.

    before:        the snapshot that they are of now; None where the tallies replace all there is
    has_new_votes: whether anything was recorded since that could be in the slice
    """

    horizon: Horizon
    before: str | None
    tallies: tuple[Tally, ...]
    has_new_votes: bool


@asynccontextmanager
async def one_look(database: Database) -> AsyncIterator[AsyncSession]:
    """A read-only session in which every statement sees the same votes."""
    engine = database.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    async with AsyncSession(engine) as session, session.begin():
        await session.execute(_ROOM)
        yield session


async def adopt(database: Database, arena_id: uuid.UUID, slice_name: str) -> None:
    """Before an arena's first count on this server: settle transaction ids that another server gave out."""
    key = {"arena_id": arena_id}
    async with database.session() as session:
        if await session.scalar(_COUNTED, {**key, "slice": slice_name}) is not None:
            return
        is_foreign = await session.scalar(_FOREIGN, key)
        for statement in _ADOPT:
            await session.execute(statement, {**key, "is_foreign": is_foreign})


async def find_horizon(session: AsyncSession) -> Horizon:
    seen = (await session.execute(_HORIZON)).one()
    return Horizon(seen.counted, seen.watermark, seen.cluster)


async def find_change(
    session: AsyncSession, arena_id: uuid.UUID, slice_name: str, definition: SliceDefinition
) -> Change:
    """What changed since the slice was last counted; all of it where that cannot be told, or costs more.

    The session must be one look: the horizon is that of its snapshot.
    """
    horizon = await find_horizon(session)
    before = await session.scalar(_COUNTED, {"arena_id": arena_id, "slice": slice_name})
    if before is not None:
        touched = await _touched(session, arena_id, before, definition)
        if not touched:
            return Change(horizon, before, (), has_new_votes=False)
        if definition.is_incremental and len(touched) <= MOST_CHANGES:
            tallies = await _difference(session, arena_id, before, definition, touched)
            return Change(horizon, before, tallies, has_new_votes=True)
    return Change(horizon, None, await count_all(session, arena_id, definition), has_new_votes=True)


async def count_all(session: AsyncSession, arena_id: uuid.UUID, definition: SliceDefinition) -> tuple[Tally, ...]:
    """The counts of a slice from nothing."""
    selection = select_by(definition)
    current = CURRENT.format(joins=selection.joins, conditions=selection.conditions)
    first, order = (FIRST_OF_DAY, ORDER_OF_DAY) if definition.one_vote_a_day else ("", "")
    ballots = f"SELECT {first} 1 AS sign, {_COLUMNS} {current} {order}"
    rows = await session.execute(text(_TALLY.format(ballots=ballots)), {"arena_id": arena_id, **selection.parameters})
    return tuple(Tally(*row) for row in rows)


async def _touched(
    session: AsyncSession, arena_id: uuid.UUID, before: str, definition: SliceDefinition
) -> Sequence[uuid.UUID]:
    """The battles that anything was recorded about since; one more than MOST_CHANGES at most."""
    values: dict[str, object] = {"arena_id": arena_id, "counted": before}
    statement = _TOUCHED
    if definition.tag is not None:
        prompts = (await session.scalars(_TAGGED_SINCE, {**values, "tag": definition.tag})).all()
        if prompts:
            statement += _OF_PROMPTS
            values["prompts"] = prompts
    found = await session.scalars(text(f"{statement} LIMIT {MOST_CHANGES + 1}"), values)
    return found.all()


async def _difference(
    session: AsyncSession,
    arena_id: uuid.UUID,
    before: str,
    definition: SliceDefinition,
    touched: Sequence[uuid.UUID],
) -> tuple[Tally, ...]:
    """What the touched battles contribute now less what they did then; pairs that did not change are left out."""
    now, then = select_by(definition), select_by(definition, as_seen=_seen)
    ballots = (
        f"SELECT 1 AS sign, {_COLUMNS} {CURRENT.format(joins=now.joins, conditions=now.conditions)}"
        " AND t.id = ANY(:battles) UNION ALL "
        f"SELECT -1 AS sign, {_COLUMNS} {_EARLIER.format(joins=then.joins, conditions=then.conditions)}"
        " AND t.id = ANY(:battles)"
    )
    values = {"arena_id": arena_id, "counted": before, "battles": list(touched), **now.parameters}
    rows = await session.execute(text(_TALLY.format(ballots=ballots)), values)
    return tuple(Tally(*row) for row in rows if any(row[3:]))
