"""The board for people, its downloads and its figures. Nothing here computes a ranking."""

import gzip
import uuid
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.accounts.dependencies import ViewerDependency
from app.accounts.viewer import STRANGER
from app.arenas.schemas import Slug
from app.arenas.service import access_arena
from app.arenas.tables import Arena
from app.db.session import ReadSession
from app.errors import NotFoundError
from app.leaderboards import service, words
from app.leaderboards.caching import FOR_EVER, REVALIDATE, cache_headers, make_etag, matches, not_modified, page_version
from app.leaderboards.document import board_csv, document_response, pairs_csv, to_json
from app.leaderboards.repository import Current
from app.leaderboards.schemas import FigureName, Theme
from app.leaderboards.tables import LeaderboardFigure
from app.leaderboards.view import (
    SORT_PATTERN,
    BoardQuery,
    headings,
    rating_axis,
    select_rows,
    win_rate_matrix,
)
from app.web.templating import render

router = APIRouter(include_in_schema=False)

FileType = Literal["svg", "png", "json"]


@router.get("/arenas/{slug}/leaderboard")
async def leaderboard_page(
    slug: Slug,
    request: Request,
    session: ReadSession,
    viewer: ViewerDependency,
    sort: Annotated[str, Query(pattern=SORT_PATTERN)] = "rank",
    q: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """The board as a page. Its ETag covers all that shapes it, also who is asking."""
    arena = await access_arena(session, viewer, slug, "read")
    current = await service.find_current(session, arena)
    person = (viewer.annotator_id, viewer.email, viewer.role, request.headers.get("cookie"))
    shown = (current and (current.snapshot_id, current.figures_id), arena.title, arena.state, sort, q)
    etag = make_etag("page", page_version(), shown, person)
    is_public = arena.state != "draft" and viewer == STRANGER
    headers = cache_headers(etag, is_public=is_public, vary="Cookie, Authorization")
    if matches(request, etag):
        return not_modified(headers)
    context = await _context(session, arena, current, BoardQuery(sort, q))
    return render(request, "leaderboards/board.html", {"arena": arena, "etag": etag, **context}, headers=headers)


async def _context(session: AsyncSession, arena: Arena, current: Current | None, query: BoardQuery) -> dict[str, Any]:
    """What the template shows; it works nothing out."""
    board = await service.read_board(session, arena, current.snapshot_id) if current else None
    if current is None or board is None:
        return {"board": None, "headline": words.FIRST_VOTE}
    details, entries = board.details, board.entries
    figures_id = current.figures_id if board.snapshot.votes else None
    return {
        "board": board,
        "headline": words.headline(entries, details),
        "notes": words.kind_notes(details),
        "voters": words.voters(details.annotator_kind),
        "votes": words.count(board.snapshot.votes, "vote"),
        "query": query,
        "headings": headings(query),
        "rows": select_rows(entries, query),
        "axis": rating_axis(entries),
        "gaps": words.gaps(details.missing),
        "unranked": [entry.model for entry in entries if entry.rating is None and entry.votes],
        "unvoted": [entry.model for entry in entries if not entry.votes],
        "matrix": win_rate_matrix(entries, details),
        "figures": await service.list_figures(session, arena, figures_id) if figures_id else [],
        "figures_id": figures_id,
        "figures_votes": None if figures_id == current.snapshot_id else current.figures_votes,
    }


@router.get("/arenas/{slug}/leaderboard.json")
async def leaderboard_json(slug: Slug, request: Request, session: ReadSession, viewer: ViewerDependency) -> Response:
    arena = await access_arena(session, viewer, slug, "read")
    return await document_response(request, session, arena, to_json, "application/json")


@router.get("/arenas/{slug}/leaderboard.csv")
async def leaderboard_csv(slug: Slug, request: Request, session: ReadSession, viewer: ViewerDependency) -> Response:
    """The table with full precision."""
    arena = await access_arena(session, viewer, slug, "read")
    name = f"{arena.slug}-leaderboard.csv"
    return await document_response(request, session, arena, board_csv, "text/csv", download=name)


@router.get("/arenas/{slug}/leaderboard/win-rates.csv")
async def win_rates_csv(slug: Slug, request: Request, session: ReadSession, viewer: ViewerDependency) -> Response:
    """The matrix with all counts: one line a pair that met."""
    arena = await access_arena(session, viewer, slug, "read")
    name = f"{arena.slug}-win-rates.csv"
    return await document_response(request, session, arena, pairs_csv, "text/csv", download=name)


@router.get("/arenas/{slug}/leaderboard/figures/{name}.{file_type}")
async def figure(
    slug: Slug,
    name: FigureName,
    file_type: FileType,
    request: Request,
    session: ReadSession,
    viewer: ViewerDependency,
    theme: Theme = "light",
    snapshot: uuid.UUID | None = None,
) -> Response:
    """A figure of the snapshot that the address names, which never changes; or else of the newest that has any."""
    arena = await access_arena(session, viewer, slug, "read")
    found = await service.find_figure(session, arena, snapshot, name, theme)
    if found is None:
        raise NotFoundError("This figure has not been drawn yet, or a newer one has replaced it. See the leaderboard.")
    etag = make_etag("figure", found.snapshot_id, name, file_type, theme)
    policy = REVALIDATE if snapshot is None else FOR_EVER
    headers = cache_headers(etag, is_public=arena.state != "draft", policy=policy, vary="Accept-Encoding")
    if matches(request, etag):
        return not_modified(headers)
    return _figure_response(request, found, file_type, headers)


def _figure_response(
    request: Request, found: LeaderboardFigure, file_type: FileType, headers: dict[str, str]
) -> Response:
    if file_type == "png":
        return Response(found.png, media_type="image/png", headers=headers)
    if file_type == "json":
        return Response(orjson.dumps(found.spec), media_type="application/json", headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.svg, media_type="image/svg+xml", headers={**headers, "Content-Encoding": "gzip"})
    return Response(gzip.decompress(found.svg), media_type="image/svg+xml", headers=headers)
