"""The board for people. Nothing here computes a ranking."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.accounts.dependencies import ViewerDependency
from app.accounts.viewer import STRANGER
from app.arenas.schemas import Slug
from app.arenas.service import access_arena
from app.arenas.tables import Arena
from app.db.session import ReadSession
from app.leaderboards import service, words
from app.leaderboards.caching import (
    cache_headers,
    encode,
    encoding_for,
    html_response,
    make_etag,
    matches,
    not_modified,
    page_version,
)
from app.leaderboards.compute import METHOD
from app.leaderboards.document import board_headline
from app.leaderboards.engine import engine_version
from app.leaderboards.kept import Kept
from app.leaderboards.pair_tables import count_matrix, residuals, win_rate_matrix
from app.leaderboards.panel import make_panel
from app.leaderboards.repository import Current, StoredBoard
from app.leaderboards.schemas import BoardMethod
from app.leaderboards.slice_words import definition_in_words
from app.leaderboards.slices import OVERALL, SliceOut
from app.leaderboards.sources import read_source
from app.leaderboards.style_lines import style_lines
from app.leaderboards.switches import switches
from app.leaderboards.view import (
    SORT_PATTERN,
    BoardQuery,
    describe_figures,
    headings,
    model_link,
    pair_link,
    rating_axis,
    select_rows,
)
from app.web.templating import render

router = APIRouter(include_in_schema=False)

_pages: Kept[bytes] = Kept(64)  # encoded, by ETag, which covers all that shapes them, also who is asking


@router.get("/arenas/{slug}/leaderboard")
async def leaderboard_page(
    slug: Slug,
    request: Request,
    session: ReadSession,
    viewer: ViewerDependency,
    slice_name: Annotated[Slug, Query(alias="slice")] = OVERALL,
    method: BoardMethod = METHOD,
    sort: Annotated[str, Query(pattern=SORT_PATTERN)] = "rank",
    q: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """The board as a page. Its ETag covers all that shapes it, also who is asking."""
    arena = await access_arena(session, viewer, slug, "read")
    await service.access_slice(session, arena, slice_name)
    query = BoardQuery(slice_name, method, sort, q)
    current = await service.find_current(session, arena, slice_name, method)
    behind = await service.find_behind(session, arena, slice_name, method)
    encoding = encoding_for(request)
    etag = make_etag(
        "page",
        page_version(),
        encoding,
        current,
        await service.find_analysed(session, arena, slice_name),
        await service.find_slices_state(session, arena),
        behind,
        (arena.id, arena.slug, arena.title, arena.state),
        query,
        (viewer.annotator_id, viewer.app_user_id, viewer.email, viewer.role),
    )
    is_public = arena.state != "draft" and viewer == STRANGER
    headers = cache_headers(etag, is_public=is_public, vary="Cookie, Authorization, Accept-Encoding")
    if matches(request, etag):
        return not_modified(headers)
    content = _pages.find(etag)
    if content is None:
        context = await _context(session, arena, current, query)
        shown = {"arena": arena, "etag": etag, "behind": behind, **context}
        page = render(request, "leaderboards/board.html", shown)
        content = _pages.keep(etag, encode(bytes(page.body), encoding))
    return html_response(content, encoding, headers)


@router.get("/method")
async def method_page(request: Request) -> Response:
    """What every number means, and how it is computed."""
    context = {"methods": words.METHODS_IN_WORDS, "engine": engine_version()}
    return render(request, "leaderboards/method.html", context)


@router.get("/method/source/{name}")
async def source_page(name: Annotated[str, Path(max_length=60)], request: Request) -> Response:
    """The code behind a number."""
    context = {"source": read_source(name), "engine": engine_version()}
    return render(request, "leaderboards/source.html", context)


async def _context(session: AsyncSession, arena: Arena, current: Current | None, query: BoardQuery) -> dict[str, Any]:
    """What the template shows; it works nothing out."""
    board = await service.read_board(session, arena, current.snapshot_id) if current else None
    slices = await service.list_slices(session, arena)
    which = {
        "query": query,
        "slices": slices,
        "slice_title": words.slice_title(slices, query.slice_name),
        "definition": _definition(slices, query.slice_name),
        "switches": switches(query),
        "method": words.method_in_words(query.method),
        "model_link": lambda model: model_link(arena.slug, model, query),
        "pair_link": lambda one, other: pair_link(arena.slug, one, other),
    }
    if current is None or board is None:
        is_empty = query.slice_name != OVERALL and await service.is_counted(session, arena, query.slice_name)
        first = words.first_board(query.slice_name, query.method, is_empty=is_empty)
        return {"board": None, "headline": first, "is_empty": is_empty, **which}
    analysis = await service.find_analysis(session, arena, query.slice_name)
    found, at = (analysis.analysis, analysis.created_at) if analysis else (None, None)
    return {
        **which,
        **_board_context(board, query),
        **await _figures_context(session, arena, board, current),
        "panel": make_panel(board, found, at, arena.slug),
    }


def _definition(slices: Sequence[SliceOut], slug: str) -> str:
    """What is in the slice, in words; nothing for all votes."""
    chosen = next((one for one in slices if one.slug == slug), None)
    return "" if chosen is None or slug == OVERALL else definition_in_words(chosen.definition)


def _board_context(board: StoredBoard, query: BoardQuery) -> dict[str, Any]:
    details, entries = board.details, board.entries
    return {
        "board": board,
        "headline": board_headline(board),
        "notes": words.kind_notes(details),
        "voters": words.voters(details.annotator_kind),
        "votes": words.count(board.snapshot.votes, "vote"),
        "headings": headings(query),
        "rows": select_rows(entries, query),
        "axis": rating_axis(entries),
        "gaps": words.gaps(details.missing),
        "unranked": [entry.model for entry in entries if entry.rating is None and entry.votes],
        "unvoted": [entry.model for entry in entries if not entry.votes],
        "matrix": win_rate_matrix(entries, details),
        "styles": style_lines(details),
    }


async def _figures_context(session: AsyncSession, arena: Arena, board: StoredBoard, current: Current) -> dict[str, Any]:
    figures_id = current.figures_id if board.snapshot.votes else None
    figures = await service.list_figures(session, arena, figures_id) if figures_id else []
    named = {figure.name for figure in figures}
    return {
        "figures": describe_figures(figures),
        "residuals": residuals(board.details) if "residuals" in named else [],
        "counts": count_matrix(board.entries, board.details) if "battles" in named else None,
        "moments": await service.read_lines(session, arena, board) if "history" in named else [],
        "figures_id": figures_id,
        "figures_votes": None if figures_id == current.snapshot_id else current.figures_votes,
    }
