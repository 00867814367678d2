"""Keeping boards up to date, and reading them."""

import time
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from app.arenas.tables import Arena
from app.db.engine import Database
from app.errors import NotFoundError
from app.leaderboards import analysing, drawing, history, pair_battles, repository, slice_repository, stale
from app.leaderboards.analysis_schemas import without_places
from app.leaderboards.compute import METHOD
from app.leaderboards.diffs import DiffOut, SnapshotOut, diff_boards
from app.leaderboards.due import find_due
from app.leaderboards.history import HistoryPoint, PairOut, SliceStanding
from app.leaderboards.kept import Kept
from app.leaderboards.pair_battles import PairBattle
from app.leaderboards.refreshing import refresh_slice
from app.leaderboards.repository import Current, FigureSize, StoredBoard
from app.leaderboards.schemas import METHODS, BoardMethod, FigureName, Theme
from app.leaderboards.slice_repository import SlicesState
from app.leaderboards.slice_service import access_slice, add_slice, list_slices, remove_slice
from app.leaderboards.slices import EVERYTHING, OVERALL, SliceDefinition
from app.leaderboards.stale import Behind, arenas_with_new_votes, try_lock
from app.leaderboards.tables import LeaderboardFigure, LeaderboardSnapshot
from app.web.pagination import Page

SLICES_SECONDS = 2.0
ANALYSES_SECONDS = 2.0
DRAWING_SECONDS = 2.0

__all__ = [
    "ShownFigures",
    "access_slice",
    "add_slice",
    "analyse_boards",
    "diff",
    "find_analysed",
    "find_analysis",
    "find_behind",
    "find_current",
    "find_figure",
    "find_slices_state",
    "is_counted",
    "latest_snapshot",
    "list_figures",
    "list_pair_battles",
    "list_slices",
    "list_snapshots",
    "pair_of",
    "read_board",
    "read_history",
    "read_lines",
    "read_standings_across_slices",
    "refresh",
    "refresh_slices",
    "refresh_stale",
    "remove_slice",
    "standings",
]


_boards: Kept[StoredBoard] = Kept(16)


class Standing(NamedTuple):
    """Where a model stands: its range of places (upper is the better one), and its rating in points."""

    rank_lower: int
    rank_upper: int
    rating: float


class ShownFigures(NamedTuple):
    """Whose figures: a snapshot's, or the newest of a board."""

    snapshot_id: uuid.UUID | None
    slice_name: str
    method: BoardMethod


async def refresh_stale(database: Database) -> int:
    """Bring the boards of all votes up to date, then their figures; the number of snapshots written.

    Any number of workers may do this at once. One arena's failure does not keep the others waiting; it is raised when
    they are done.
    """
    async with database.read_session() as session:
        arena_ids = await arenas_with_new_votes(session, OVERALL)
    written, failures = 0, []
    for arena_id in arena_ids:
        try:
            written += await _refresh_unless_busy(database, arena_id, OVERALL, EVERYTHING, (METHOD,))
        except Exception as error:  # noqa: BLE001 (the other arenas come first; raised below)
            failures.append(error)
    failures += await drawing.draw_missing(database)
    if failures:
        raise ExceptionGroup("some boards could not be brought up to date", failures)
    return written


async def refresh_slices(database: Database, budget_seconds: float = SLICES_SECONDS) -> int:
    """Bring the boards of slices and of the other methods up to date, those first that waited longest; then figures.

    No board begins after `budget_seconds`: the rest wait for the next round.
    """
    deadline = time.perf_counter() + budget_seconds
    async with database.read_session() as session:
        due = await find_due(session)
    written, failures = 0, []
    for work in due:
        if time.perf_counter() > deadline:
            break
        try:
            if work.slice_name == OVERALL:
                await _add_ready_made(database, work.arena_id)
            written += await _refresh_unless_busy(database, work.arena_id, work.slice_name, work.definition, METHODS)
        except Exception as error:  # noqa: BLE001 (as above)
            failures.append(error)
    failures += await drawing.draw_parts(database, DRAWING_SECONDS)
    if failures:
        raise ExceptionGroup("some slices could not be brought up to date", failures)
    return written


async def analyse_boards(database: Database) -> None:
    """Work out how sure the newest boards are, where that is not known yet."""
    failures = await analysing.analyse_missing(database, ANALYSES_SECONDS)
    if failures:
        raise ExceptionGroup("some boards could not be analysed", failures)


async def _add_ready_made(database: Database, arena_id: uuid.UUID) -> None:
    """A slice for each category and each language with enough votes."""
    async with database.session() as session:
        for one in await slice_repository.find_ready_made(session, arena_id):
            await slice_repository.add_slice(session, arena_id, one, is_ready_made=True)


async def _refresh_unless_busy(
    database: Database,
    arena_id: uuid.UUID,
    slice_name: str,
    definition: SliceDefinition,
    methods: Sequence[BoardMethod],
) -> int:
    """The number of snapshots written. What somebody is counting already is left to the next round.

    The lock saves work; nothing relies on it. It ends with its transaction, which does nothing else.
    """
    async with database.read_session() as session:
        if not await try_lock(session, f"leaderboard {arena_id} {slice_name}"):
            return 0
        return len(await refresh_slice(database, arena_id, slice_name, definition, methods))


async def refresh(database: Database, arena_id: uuid.UUID) -> LeaderboardSnapshot | None:
    """Count an arena's votes and write a snapshot if they give another board than the last; None if not."""
    written = await refresh_slice(database, arena_id, OVERALL, EVERYTHING)
    return written[0] if written else None


async def latest_snapshot(session: AsyncSession, arena: Arena) -> LeaderboardSnapshot | None:
    """The newest board of an arena that the viewer has been given access to."""
    return await repository.latest_snapshot(session, arena.id)


async def find_current(
    session: AsyncSession, arena: Arena, slice_name: str = OVERALL, method: BoardMethod = METHOD
) -> Current | None:
    """What the arena's page would be made of now: the cheap question behind every ETag."""
    return await repository.find_current(session, arena.id, slice_name, method)


async def find_behind(
    session: AsyncSession, arena: Arena, slice_name: str = OVERALL, method: BoardMethod = METHOD
) -> Behind | None:
    """Since when votes wait to be in this very board, where they do: then it is stale."""
    return await stale.find_behind(session, arena.id, slice_name, method, METHOD)


async def read_board(session: AsyncSession, arena: Arena, snapshot_id: uuid.UUID) -> StoredBoard | None:
    """A snapshot of the arena. Snapshots never change, so the last ones are kept; callers do not change them either."""
    key = (arena.id, snapshot_id)
    kept = _boards.find(key)
    if kept is not None:
        return kept
    board = await repository.read_board(session, arena.id, snapshot_id)
    return None if board is None else _boards.keep(key, board)


async def list_figures(session: AsyncSession, arena: Arena, snapshot_id: uuid.UUID) -> list[FigureSize]:
    return await repository.list_figures(session, arena.id, snapshot_id)


async def find_figure(
    session: AsyncSession, arena: Arena, shown: ShownFigures, name: FigureName, theme: Theme
) -> LeaderboardFigure | None:
    """A figure of this snapshot, or where none is named of the board's newest that has figures."""
    snapshot_id = shown.snapshot_id
    if snapshot_id is None:
        current = await repository.find_current(session, arena.id, shown.slice_name, shown.method)
        snapshot_id = current.figures_id if current else None
    return await repository.find_figure(session, arena.id, snapshot_id, name, theme) if snapshot_id else None


async def standings(session: AsyncSession, arena_id: uuid.UUID) -> dict[str, Standing]:
    """By name, the ranked models of the newest snapshot."""
    return {
        model: Standing(rank_lower, rank_upper, rating)
        for model, rank_lower, rank_upper, rating in await repository.find_standings(session, arena_id)
        if rank_lower is not None and rank_upper is not None and rating is not None
    }


async def find_analysis(
    session: AsyncSession, arena: Arena, slice_name: str = OVERALL
) -> analysing.StoredAnalysis | None:
    """How sure the board of a slice is: the newest analysis, which may be of a slightly older snapshot.

    Where the slice has too few votes for a ranking by now, what would give one away is left out.
    """
    found = await analysing.find_analysis(session, arena.id, slice_name)
    if found is None or slice_name == OVERALL:
        return found
    current = await find_current(session, arena, slice_name)
    board = await read_board(session, arena, current.snapshot_id) if current else None
    if board is None or board.details.minimum_votes is None:
        return found
    return replace(found, analysis=without_places(found.analysis))


async def find_analysed(session: AsyncSession, arena: Arena, slice_name: str = OVERALL) -> uuid.UUID | None:
    """The snapshot that `find_analysis` is of: for an ETag, which needs no more."""
    return await analysing.find_analysed(session, arena.id, slice_name)


async def is_counted(session: AsyncSession, arena: Arena, slice_name: str) -> bool:
    """Whether a slice's votes have been counted: then, without a board, there are none."""
    return await slice_repository.is_counted(session, arena.id, slice_name)


async def find_slices_state(session: AsyncSession, arena: Arena) -> SlicesState:
    """Another one whenever `list_slices` may have something else to say."""
    return await slice_repository.find_state(session, arena.id)


async def list_snapshots(
    session: AsyncSession,
    arena: Arena,
    slice_name: str = OVERALL,
    method: BoardMethod = METHOD,
    *,
    before: datetime | None = None,
    most: int = 100,
) -> list[SnapshotOut]:
    """What is kept of a board's past, newest first."""
    return await history.list_snapshots(session, arena.id, slice_name, method, before=before, most=most)


async def diff(session: AsyncSession, arena: Arena, before: uuid.UUID, after: uuid.UUID) -> DiffOut:
    """What changed from one snapshot of the arena to another. Raises NotFoundError where one is not kept."""
    boards = [await repository.read_board(session, arena.id, one) for one in (before, after)]
    if boards[0] is None or boards[1] is None:
        raise NotFoundError("There is no such snapshot: of past days only the last of each is kept.")
    return diff_boards(boards[0], boards[1])


async def read_history(
    session: AsyncSession, arena: Arena, model: str, slice_name: str = OVERALL, method: BoardMethod = METHOD
) -> list[HistoryPoint]:
    """A model's rating on the snapshots that are kept, oldest first."""
    return await history.read_history(session, arena.id, slice_name, method, model)


async def read_standings_across_slices(
    session: AsyncSession, arena: Arena, model: str, method: BoardMethod = METHOD
) -> list[SliceStanding]:
    """A model on the newest board of every slice, strongest first: its strong and its weak categories."""
    return await history.read_standings_across_slices(session, arena.id, method, model)


async def read_lines(session: AsyncSession, arena: Arena, board: StoredBoard) -> list[history.RatingMoment]:
    """The past ratings of the models that stand first: the table beside the figure of ratings over time."""
    return await history.read_lines(session, arena.id, board)


async def list_pair_battles(
    session: AsyncSession, arena: Arena, pair: PairOut, before: uuid.UUID | None
) -> Page[PairBattle]:
    """The battles of a pair, newest first: for a viewer who may export the arena."""
    if pair.annotator_kind is None:
        return Page([], None)
    models = (pair.model_a, pair.model_b)
    return await pair_battles.list_pair_battles(session, arena.id, pair.annotator_kind, models, before)


async def pair_of(session: AsyncSession, arena: Arena, model_a: str, model_b: str) -> PairOut:
    """The votes between two models in every slice that has any, by the annotators whose board the arena shows.

    Raises NotFoundError for a model that the board does not have.
    """
    current = await repository.find_current(session, arena.id)
    board = await repository.read_board(session, arena.id, current.snapshot_id) if current else None
    known = {entry.model for entry in board.entries} if board else set()
    if board is None or not {model_a, model_b} <= known or model_a == model_b:
        raise NotFoundError("This arena's board does not have these two models.")
    kind = board.details.annotator_kind
    slices = await history.read_pair(session, arena.id, kind, model_a, model_b) if kind else []
    return PairOut(arena=arena.slug, model_a=model_a, model_b=model_b, annotator_kind=kind, slices=slices)
