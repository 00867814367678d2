"""Pages beside the board: one model, any two models, and what changed between two boards."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.accounts.dependencies import ViewerDependency
from app.arenas.schemas import Slug
from app.arenas.service import access_arena, may
from app.arenas.tables import Arena
from app.db.session import ReadSession
from app.errors import NotFoundError
from app.leaderboards import service, words
from app.leaderboards.compute import METHOD
from app.leaderboards.history import record_of
from app.leaderboards.history_line import history_line
from app.leaderboards.repository import StoredBoard
from app.leaderboards.schemas import BoardMethod
from app.leaderboards.slices import OVERALL
from app.leaderboards.view import BoardQuery, model_link, pair_link
from app.web.pagination import decode_cursor
from app.web.templating import render

router = APIRouter(include_in_schema=False)

SliceName = Annotated[Slug, Query(alias="slice")]
ModelName = Annotated[str, Query(min_length=1, max_length=300)]


@router.get("/arenas/{slug}/leaderboard/model")
async def model_page(
    slug: Slug,
    name: ModelName,
    request: Request,
    session: ReadSession,
    viewer: ViewerDependency,
    slice_name: SliceName = OVERALL,
    method: BoardMethod = METHOD,
) -> Response:
    """One model: its record against each opponent, where it is strong and weak, its style, its rating over time."""
    arena = await access_arena(session, viewer, slug, "read")
    board = await _board(session, arena, slice_name, method)
    entry = next((entry for entry in board.entries if entry.model == name), None)
    if entry is None:
        raise NotFoundError("This board has no model of that name.")
    # Ratings from when a slice still had enough votes would give away what it does not show any more.
    is_withheld = board.details.minimum_votes is not None
    points = [] if is_withheld else await service.read_history(session, arena, name, slice_name, method)
    analysis = await service.find_analysis(session, arena, slice_name)
    styles = analysis.analysis.styles if analysis else {}
    context = {
        "entry": entry,
        "why_unranked": words.why_unranked(board, entry),
        "record": record_of(board, name),
        "standings": await service.read_standings_across_slices(session, arena, name, method),
        "points": points,
        "line": history_line(points),
        "style": styles.get(name),
        "usual": words.usual_style(styles),
        "places": words.places,
    }
    shared = await _shared(session, arena, BoardQuery(slice_name, method))
    return render(request, "leaderboards/model.html", {"arena": arena, **shared, **context})


@router.get("/arenas/{slug}/leaderboard/pair")
async def pair_page(
    slug: Slug,
    one: ModelName,
    other: ModelName,
    request: Request,
    session: ReadSession,
    viewer: ViewerDependency,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Any two models: their votes, in all and by part; with the battles for whoever may export them.

    Prompts may be somebody's own, and a list of battles with names would tell voters what they are to judge blindly.
    """
    arena = await access_arena(session, viewer, slug, "read")
    pair = await service.pair_of(session, arena, one, other)
    board = await _board(session, arena, OVERALL, METHOD)
    record = next((line for line in record_of(board, one) if line.opponent == other), None)
    battles = None
    if may(viewer, arena, "export"):
        battles = await service.list_pair_battles(session, arena, pair, decode_cursor(cursor) if cursor else None)
    context = {
        "one": one,
        "other": other,
        "lines": pair.slices,
        "predicted": record.predicted_win_rate if record else None,
        "battles": battles,
        "next_link": f"{pair_link(arena.slug, one, other)}&cursor={battles.next_cursor}#battles" if battles else "",
    }
    shared = await _shared(session, arena, BoardQuery())
    return render(request, "leaderboards/pair.html", {"arena": arena, **shared, **context})


@router.get("/arenas/{slug}/leaderboard/changes")
async def changes_page(
    slug: Slug,
    request: Request,
    session: ReadSession,
    viewer: ViewerDependency,
    slice_name: SliceName = OVERALL,
    method: BoardMethod = METHOD,
    before: uuid.UUID | None = None,
    after: uuid.UUID | None = None,
) -> Response:
    """Who moved between two boards, and whether further than the intervals allow. If none are named, the last two."""
    arena = await access_arena(session, viewer, slug, "read")
    await service.access_slice(session, arena, slice_name)
    snapshots = await service.list_snapshots(session, arena, slice_name, method)
    diff = None
    if (before and after) or len(snapshots) > 1:
        diff = await service.diff(session, arena, before or snapshots[1].id, after or snapshots[0].id)
    context = {"snapshots": snapshots, "diff": diff, "verdict": words.moves(diff.moves) if diff else ""}
    shared = await _shared(session, arena, BoardQuery(slice_name, method))
    return render(request, "leaderboards/changes.html", {"arena": arena, **shared, **context})


async def _board(session: AsyncSession, arena: Arena, slice_name: str, method: BoardMethod) -> StoredBoard:
    await service.access_slice(session, arena, slice_name)
    current = await service.find_current(session, arena, slice_name, method)
    board = await service.read_board(session, arena, current.snapshot_id) if current else None
    if board is None:
        raise NotFoundError("There is no ranking of these votes yet.")
    return board


async def _shared(session: AsyncSession, arena: Arena, query: BoardQuery) -> dict[str, Any]:
    slices = await service.list_slices(session, arena)
    return {
        "query": query,
        "slice_title": words.slice_title(slices, query.slice_name),
        "method": words.method_in_words(query.method),
        "model_link": lambda model: model_link(arena.slug, model, query),
        "pair_link": lambda one, other: pair_link(arena.slug, one, other),
    }
