"""Keeping boards up to date, and reading them."""

import asyncio
import time
import uuid
from typing import NamedTuple

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.arenas.tables import Arena
from app.db.engine import Database
from app.leaderboards import drawing, repository
from app.leaderboards.aggregate import count_votes
from app.leaderboards.compute import Board, compute_board
from app.leaderboards.repository import SLICE, Current, FigureSize, StoredBoard
from app.leaderboards.schemas import FigureName, Theme
from app.leaderboards.stale import advance_watermark, arenas_with_new_votes, try_lock
from app.leaderboards.tables import LeaderboardFigure, LeaderboardSnapshot

log = structlog.get_logger(__name__)


class Standing(NamedTuple):
    """Where a model stands: its range of places (upper is the better one), and its rating in points."""

    rank_lower: int
    rank_upper: int
    rating: float


async def refresh_stale(database: Database) -> int:
    """Bring all boards up to date, then their figures; the number of snapshots written.

    Any number of workers may do this at once. One arena's failure does not keep the others waiting; it is raised when
    they are done.
    """
    async with database.read_session() as session:
        arena_ids = await arenas_with_new_votes(session, SLICE)
    written, failures = 0, []
    for arena_id in arena_ids:
        try:
            written += await _refresh_unless_busy(database, arena_id)
        except Exception as error:  # noqa: BLE001 (the other arenas come first; raised below)
            failures.append(error)
    failures += await drawing.draw_missing(database)
    if failures:
        raise ExceptionGroup("some boards could not be brought up to date", failures)
    return written


async def _refresh_unless_busy(database: Database, arena_id: uuid.UUID) -> bool:
    """Whether a snapshot was written. An arena that somebody is counting already is left to the next round.

    The lock saves work; nothing relies on it. It ends with its transaction, which does nothing else.
    """
    async with database.read_session() as session:
        return await try_lock(session, f"leaderboard {arena_id}") and await refresh(database, arena_id) is not None


async def refresh(database: Database, arena_id: uuid.UUID) -> LeaderboardSnapshot | None:
    """Count an arena's votes and write a snapshot if they give another board than the last; None if not."""
    started = time.perf_counter()
    horizon, counted = await count_votes(database, arena_id)
    board = await asyncio.to_thread(compute_board, counted)
    async with database.session() as session:
        if not await advance_watermark(session, arena_id, SLICE, horizon):
            return None
        latest = await repository.latest_snapshot(session, arena_id)
        if not _differs(board, latest):
            return None
        duration = time.perf_counter() - started
        snapshot = await repository.add_snapshot(
            session, arena_id, board, watermark=horizon.watermark, duration_seconds=duration
        )
        await repository.thin_snapshots(session, arena_id)
    log.info("leaderboard computed", arena=str(arena_id), votes=board.votes, seconds=round(duration, 3))
    return snapshot


def _differs(board: Board, latest: LeaderboardSnapshot | None) -> bool:
    """The same votes by the same method give the same numbers. An arena without votes has no board yet."""
    if latest is None:
        return board.votes > 0
    return (board.input_hash, board.method, board.settings) != (latest.input_hash, latest.method, latest.settings)


async def latest_snapshot(session: AsyncSession, arena: Arena) -> LeaderboardSnapshot | None:
    """The newest board of an arena that the viewer has been given access to."""
    return await repository.latest_snapshot(session, arena.id)


async def find_current(session: AsyncSession, arena: Arena) -> Current | None:
    """What the arena's page would be made of now: the cheap question behind every ETag."""
    return await repository.find_current(session, arena.id)


async def read_board(session: AsyncSession, arena: Arena, snapshot_id: uuid.UUID) -> StoredBoard | None:
    return await repository.read_board(session, arena.id, snapshot_id)


async def list_figures(session: AsyncSession, arena: Arena, snapshot_id: uuid.UUID) -> list[FigureSize]:
    return await repository.list_figures(session, arena.id, snapshot_id)


async def find_figure(
    session: AsyncSession, arena: Arena, snapshot_id: uuid.UUID | None, name: FigureName, theme: Theme
) -> LeaderboardFigure | None:
    """A figure of this snapshot, or where none is named of the newest that has figures."""
    if snapshot_id is None:
        current = await repository.find_current(session, arena.id)
        snapshot_id = current.figures_id if current else None
    return await repository.find_figure(session, arena.id, snapshot_id, name, theme) if snapshot_id else None


async def standings(session: AsyncSession, arena_id: uuid.UUID) -> dict[str, Standing]:
    """By name, the ranked models of the newest snapshot."""
    return {
        model: Standing(rank_lower, rank_upper, rating)
        for model, rank_lower, rank_upper, rating in await repository.find_standings(session, arena_id)
        if rank_lower is not None and rank_upper is not None and rating is not None
    }
