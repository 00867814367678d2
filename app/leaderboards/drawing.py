"""Figures for the newest snapshots: drawn after the numbers are published, because drawing takes longer."""

import asyncio
import sys
import time
import uuid
from collections.abc import Sequence

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Database
from app.leaderboards import repository
from app.leaderboards.compute import METHOD
from app.leaderboards.history import MOST_LINES, read_history
from app.leaderboards.repository import SLICE, StoredBoard
from app.leaderboards.schemas import FIGURE_NAMES, Figure, FigureData, FigureName, RatingPoint
from app.leaderboards.stale import try_lock
from app.leaderboards.tables import LeaderboardFigure

# Under constant votes a board's figures are of snapshots at least this far apart, so that a worker is not kept busy
# with drawing.
SECONDS_BETWEEN_FIGURES = 10
SECONDS_BETWEEN_FIGURES_OF_PARTS = 300
FIGURES_OF_PARTS: tuple[FigureName, ...] = ("intervals", "ranks")
DRAWING_SECONDS = 120

_RATING = {"rating", "rating_lower", "rating_upper"}

_WAITING = text("""
    SELECT a.id AS arena_id, s.id AS snapshot_id
    FROM arena a CROSS JOIN LATERAL (
        SELECT id, votes FROM leaderboard_snapshot WHERE arena_id = a.id AND slice = :slice AND method = :method
        ORDER BY created_at DESC, id DESC LIMIT 1
    ) s
    WHERE s.votes > 0 AND NOT EXISTS (
        SELECT FROM leaderboard_figure f JOIN leaderboard_snapshot d ON d.id = f.snapshot_id AND d.arena_id = f.arena_id
        WHERE f.arena_id = a.id AND d.slice = :slice AND d.method = :method
        AND (d.id = s.id OR d.created_at > now() - make_interval(secs => :pause)))
    ORDER BY a.id
""")

# All the other boards that rank anybody: those first whose figures are missing or oldest.
_WAITING_PARTS = text("""
    WITH boards AS (
        SELECT DISTINCT ON (arena_id, slice, method) arena_id, slice, method, id FROM leaderboard_snapshot
        ORDER BY arena_id, slice, method, created_at DESC, id DESC
    )
    SELECT b.arena_id, b.id AS snapshot_id FROM boards b
    LEFT JOIN LATERAL (
        SELECT d.id, d.created_at FROM leaderboard_snapshot d
        WHERE d.arena_id = b.arena_id AND d.slice = b.slice AND d.method = b.method
        AND EXISTS (SELECT FROM leaderboard_figure f WHERE f.snapshot_id = d.id AND f.arena_id = d.arena_id)
        ORDER BY d.created_at DESC, d.id DESC LIMIT 1
    ) d ON true
    WHERE (b.slice, b.method) <> (:slice, :method) AND d.id IS DISTINCT FROM b.id
    AND (d.created_at IS NULL OR d.created_at < now() - make_interval(secs => :pause))
    AND EXISTS (SELECT FROM leaderboard_entry e
        WHERE e.snapshot_id = b.id AND e.arena_id = b.arena_id AND e.rating IS NOT NULL)
    ORDER BY d.created_at NULLS FIRST, b.arena_id, b.slice, b.method
""")

# Pages that were loaded a moment ago still show the last ones.
_DROP_OLD = text("""
    DELETE FROM leaderboard_figure f USING leaderboard_snapshot s
    WHERE f.arena_id = :arena_id AND f.snapshot_id <> :snapshot_id
    AND s.id = f.snapshot_id AND s.arena_id = f.arena_id AND s.slice = :slice AND s.method = :method
    AND s.created_at < now() - interval '10 minutes'
""")


async def draw_missing(database: Database) -> list[Exception]:
    """Draw the figures of every newest snapshot that has none. What went wrong with some keeps none of the others.

    One worker draws at a time; the lock ends with the transaction, which does nothing else.
    """
    failures: list[Exception] = []
    async with database.read_session() as lock:
        if not await try_lock(lock, "leaderboard figures"):
            return []
        async with database.read_session() as session:
            wanted = {"slice": SLICE, "method": METHOD, "pause": SECONDS_BETWEEN_FIGURES}
            waiting = (await session.execute(_WAITING, wanted)).all()
        for arena_id, snapshot_id in waiting:
            try:
                await _draw(database, arena_id, snapshot_id)
            except Exception as error:  # noqa: BLE001 (handed to the caller)
                failures.append(error)
    return failures


async def draw_parts(database: Database, budget_seconds: float) -> list[Exception]:
    """As draw_missing for slices and further methods, only ratings and ranks. None begins after `budget_seconds`."""
    failures: list[Exception] = []
    deadline = time.perf_counter() + budget_seconds
    async with database.read_session() as lock:
        if not await try_lock(lock, "leaderboard figures of parts"):
            return []
        async with database.read_session() as session:
            wanted = {"slice": SLICE, "method": METHOD, "pause": SECONDS_BETWEEN_FIGURES_OF_PARTS}
            waiting = (await session.execute(_WAITING_PARTS, wanted)).all()
        for arena_id, snapshot_id in waiting:
            if time.perf_counter() > deadline:
                break
            try:
                await _draw(database, arena_id, snapshot_id, FIGURES_OF_PARTS)
            except Exception as error:  # noqa: BLE001 (handed to the caller)
                failures.append(error)
    return failures


async def _draw(
    database: Database, arena_id: uuid.UUID, snapshot_id: uuid.UUID, names: Sequence[FigureName] = FIGURE_NAMES
) -> None:
    """Read, draw, write: no transaction is open on the data while the drawing goes on."""
    async with database.read_session() as session:
        board = await repository.read_board(session, arena_id, snapshot_id)
        if board is None:
            return
        points = await _history(session, board) if "history" in names else []
    figures = await draw(
        FigureData(
            entries=board.entries,
            models=[facts.name for facts in board.details.facts],
            pairs=board.details.pairs,
            predicted=board.details.predicted,
            history=points,
            names=list(names),
        )
    )
    if not figures:
        return
    key = {"arena_id": arena_id, "snapshot_id": snapshot_id}
    drawn = [{**key, **figure.model_dump()} for figure in figures]
    async with database.session() as session:
        await session.execute(insert(LeaderboardFigure).on_conflict_do_nothing(), drawn)
        await session.execute(_DROP_OLD, {**key, "slice": board.snapshot.slice, "method": board.snapshot.method})


async def _history(session: AsyncSession, board: StoredBoard) -> list[RatingPoint]:
    """The past ratings of the models that stand first, as many as the chart has lines for; oldest first."""
    snapshot = board.snapshot
    found = []
    for entry in board.entries[:MOST_LINES]:
        points = await read_history(session, snapshot.arena_id, snapshot.slice, METHOD, entry.model)
        found += [
            RatingPoint(model=entry.model, computed_at=point.at, **point.model_dump(include=_RATING))
            for point in points
            if point.rating is not None
        ]
    return sorted(found, key=lambda point: point.computed_at)


async def draw(data: FigureData) -> list[Figure]:
    """The figures, drawn in a process of its own.

    Raises RuntimeError with the process's last words if it fails, and TimeoutError if it hangs.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "app.leaderboards.figures",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(DRAWING_SECONDS):
            output, errors = await process.communicate(data.model_dump_json().encode())
    finally:
        if process.returncode is None:  # it takes too long, or the worker is stopping
            process.kill()
            await process.wait()
    if process.returncode:
        raise RuntimeError(f"the figures could not be drawn: {errors.decode(errors='replace')[-2000:]}")
    return TypeAdapter(list[Figure]).validate_json(output)
