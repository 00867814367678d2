"""Working out how sure the newest boards are, and keeping it beside them."""

import asyncio
import time
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Database
from app.leaderboards.analysis import analyse
from app.leaderboards.analysis_schemas import Analysis
from app.leaderboards.compute import METHOD
from app.leaderboards.engine import engine_version
from app.leaderboards.refreshing import take_look
from app.leaderboards.schemas import BoardMethod
from app.leaderboards.slices import EVERYTHING, OVERALL, SliceDefinition
from app.leaderboards.stale import try_lock
from app.leaderboards.tables import LeaderboardAnalysis

# A board that is voted on without a pause is analysed this often at most, and for this share of a worker's time.
REST_SECONDS = 60.0
REST_SHARE = 0.05

# The style of answers is read along, for the models' profiles.
_READ: tuple[BoardMethod, ...] = (METHOD, "style-controlled")

_WAITING = text("""
    WITH boards AS (
        SELECT id AS arena_id, CAST(:overall AS text) AS slice, NULL::jsonb AS definition FROM arena
        UNION ALL SELECT arena_id, slug, definition FROM leaderboard_slice
    )
    SELECT b.arena_id, b.slice, b.definition, n.id AS snapshot_id
    FROM boards b
    CROSS JOIN LATERAL (
        SELECT id FROM leaderboard_snapshot
        WHERE arena_id = b.arena_id AND slice = b.slice AND method = :method ORDER BY created_at DESC, id DESC LIMIT 1
    ) n
    LEFT JOIN LATERAL (
        SELECT a.snapshot_id, a.created_at, a.duration_seconds
        FROM leaderboard_analysis a JOIN leaderboard_snapshot s ON s.id = a.snapshot_id AND s.arena_id = a.arena_id
        WHERE s.arena_id = b.arena_id AND s.slice = b.slice AND s.method = :method ORDER BY s.created_at DESC LIMIT 1
    ) l ON true
    WHERE l.snapshot_id IS DISTINCT FROM n.id AND (l.created_at IS NULL
        OR l.created_at < now() - make_interval(secs => greatest(:rest, l.duration_seconds / :share)))
    ORDER BY l.created_at NULLS FIRST, b.arena_id, b.slice
""")

_LATEST = text("""
    SELECT a.snapshot_id, a.document, a.code_version, a.created_at
    FROM leaderboard_analysis a JOIN leaderboard_snapshot s ON s.id = a.snapshot_id AND s.arena_id = a.arena_id
    WHERE s.arena_id = :arena_id AND s.slice = :slice AND s.method = :method ORDER BY s.created_at DESC LIMIT 1
""")
_LATEST_ID = text("""
    SELECT a.snapshot_id
    FROM leaderboard_analysis a JOIN leaderboard_snapshot s ON s.id = a.snapshot_id AND s.arena_id = a.arena_id
    WHERE s.arena_id = :arena_id AND s.slice = :slice AND s.method = :method ORDER BY s.created_at DESC LIMIT 1
""")


@dataclass(frozen=True)
class StoredAnalysis:
    """An analysis with the snapshot that it stands beside."""

    snapshot_id: uuid.UUID
    analysis: Analysis
    code_version: str
    created_at: datetime


async def analyse_missing(database: Database, budget_seconds: float) -> list[Exception]:
    """Analyse the newest boards that are not yet. What went wrong with some keeps none of the others.

    One worker does this at a time. No analysis begins after `budget_seconds`.
    """
    failures: list[Exception] = []
    deadline = time.perf_counter() + budget_seconds
    async with database.read_session() as lock:
        if not await try_lock(lock, "leaderboard analyses"):
            return []
        async with database.read_session() as session:
            pace = {"overall": OVERALL, "method": METHOD, "rest": REST_SECONDS, "share": REST_SHARE}
            waiting = (await session.execute(_WAITING, pace)).all()
        for row in waiting:
            if time.perf_counter() > deadline:
                break
            definition = EVERYTHING if row.definition is None else SliceDefinition.model_validate(row.definition)
            try:
                await _analyse(database, row.arena_id, row.snapshot_id, row.slice, definition)
            except Exception as error:  # noqa: BLE001 (handed to the caller)
                failures.append(error)
    return failures


async def find_analysis(session: AsyncSession, arena_id: uuid.UUID, slice_name: str = OVERALL) -> StoredAnalysis | None:
    """The newest analysis of a slice's board."""
    key = {"arena_id": arena_id, "slice": slice_name, "method": METHOD}
    row = (await session.execute(_LATEST, key)).one_or_none()
    if row is None:
        return None
    return StoredAnalysis(row.snapshot_id, Analysis.model_validate(row.document), row.code_version, row.created_at)


async def find_analysed(session: AsyncSession, arena_id: uuid.UUID, slice_name: str = OVERALL) -> uuid.UUID | None:
    """The snapshot whose analysis `find_analysis` would give, without reading that document."""
    key = {"arena_id": arena_id, "slice": slice_name, "method": METHOD}
    found: uuid.UUID | None = await session.scalar(_LATEST_ID, key)
    return found


async def _analyse(
    database: Database, arena_id: uuid.UUID, snapshot_id: uuid.UUID, slice_name: str, definition: SliceDefinition
) -> None:
    started = time.perf_counter()
    look = await take_look(database, arena_id, slice_name, definition, _READ)
    analysis = await asyncio.to_thread(analyse, look.counted)
    values = {
        "snapshot_id": snapshot_id,
        "arena_id": arena_id,
        "document": analysis.model_dump(mode="json"),
        "code_version": engine_version(),
        "duration_seconds": time.perf_counter() - started,
    }
    async with database.session() as session:
        await session.execute(insert(LeaderboardAnalysis).values(values).on_conflict_do_nothing())
