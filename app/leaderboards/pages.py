"""The board for people. Nothing here computes a ranking."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
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
from app.leaderboards.certainty import statements
from app.leaderboards.compute import METHOD
from app.leaderboards.document import board_headline
from app.leaderboards.kept import Kept
from app.leaderboards.repository import Current, FigureSize
from app.leaderboards.schemas import BoardMethod
from app.leaderboards.slices import OVERALL
from app.leaderboards.view import (
    SORT_PATTERN,
    BoardQuery,
    describe_figures,
    headings,
    model_link,
    pair_link,
    rating_axis,
    select_rows,
    win_rate_matrix,
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
    uncounted = await service.find_uncounted(session, arena, slice_name)
    encoding = encoding_for(request)
    etag = make_etag(
        "page",
        page_version(),
        encoding,
        current,
        await service.find_analysed(session, arena, slice_name),
        await service.find_slices_state(session, arena),
        uncounted,
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
        shown = {"arena": arena, "etag": etag, "uncounted_since": uncounted, **context}
        page = render(request, "leaderboards/board.html", shown)
        content = _pages.keep(etag, encode(bytes(page.body), encoding))
    return html_response(content, encoding, headers)


@router.get("/method")
async def method_page(request: Request) -> Response:
    """What every number means, and how it is computed."""
    return render(request, "leaderboards/method.html", {"methods": words.METHODS_IN_WORDS})


async def _context(session: AsyncSession, arena: Arena, current: Current | None, query: BoardQuery) -> dict[str, Any]:
    """What the template shows; it works nothing out."""
    analysis = await service.find_analysis(session, arena, query.slice_name)
    board = await service.read_board(session, arena, current.snapshot_id) if current else None
    slices = await service.list_slices(session, arena)
    which = {
        "query": query,
        "slices": slices,
        "slice_title": words.slice_title(slices, query.slice_name),
        "methods": words.METHODS_IN_WORDS,
        "method": words.method_in_words(query.method),
        "model_link": lambda model: model_link(arena.slug, model, query),
        "pair_link": lambda one, other: pair_link(arena.slug, one, other),
    }
    if current is None or board is None:
        return {"board": None, "headline": words.first_board(query.slice_name, query.method), **which}
    details, entries = board.details, board.entries
    figures_id = current.figures_id if board.snapshot.votes else None
    return {
        **which,
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
        "figures": describe_figures(await _figures(session, arena, figures_id)),
        "figures_id": figures_id,
        "figures_votes": None if figures_id == current.snapshot_id else current.figures_votes,
        "statements": statements(analysis.analysis) if analysis else [],
        "analysis": analysis.analysis if analysis else None,
        "analysed_at": analysis.created_at if analysis else None,
    }


async def _figures(session: AsyncSession, arena: Arena, figures_id: uuid.UUID | None) -> list[FigureSize]:
    return await service.list_figures(session, arena, figures_id) if figures_id else []
