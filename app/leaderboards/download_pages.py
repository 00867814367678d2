"""What a board can be taken away as: JSON, CSV and its figures."""

import gzip
import uuid
from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.accounts.dependencies import ViewerDependency
from app.arenas.schemas import Slug
from app.arenas.service import access_arena
from app.db.session import ReadSession
from app.errors import NotFoundError
from app.leaderboards import service
from app.leaderboards.caching import FOR_EVER, REVALIDATE, cache_headers, make_etag, matches, not_modified
from app.leaderboards.compute import METHOD
from app.leaderboards.document import board_csv, document_response, pairs_csv, to_json
from app.leaderboards.schemas import BoardMethod, FigureName, Theme
from app.leaderboards.slices import OVERALL
from app.leaderboards.tables import LeaderboardFigure

router = APIRouter(include_in_schema=False)

FileType = Literal["svg", "png", "json"]
SliceName = Annotated[Slug, Query(alias="slice")]


@router.get("/arenas/{slug}/leaderboard.json")
async def leaderboard_json(
    slug: Slug,
    request: Request,
    session: ReadSession,
    viewer: ViewerDependency,
    slice_name: SliceName = OVERALL,
    method: BoardMethod = METHOD,
) -> Response:
    arena = await access_arena(session, viewer, slug, "read")
    return await document_response(
        request, session, arena, to_json, "application/json", slice_name=slice_name, method=method
    )


@router.get("/arenas/{slug}/leaderboard.csv")
async def leaderboard_csv(
    slug: Slug,
    request: Request,
    session: ReadSession,
    viewer: ViewerDependency,
    slice_name: SliceName = OVERALL,
    method: BoardMethod = METHOD,
) -> Response:
    """The table with full precision."""
    arena = await access_arena(session, viewer, slug, "read")
    name = f"{arena.slug}-leaderboard.csv"
    return await document_response(
        request, session, arena, board_csv, "text/csv", slice_name=slice_name, method=method, download=name
    )


@router.get("/arenas/{slug}/leaderboard/win-rates.csv")
async def win_rates_csv(
    slug: Slug,
    request: Request,
    session: ReadSession,
    viewer: ViewerDependency,
    slice_name: SliceName = OVERALL,
    method: BoardMethod = METHOD,
) -> Response:
    """The matrix with all counts: one line a pair that met."""
    arena = await access_arena(session, viewer, slug, "read")
    name = f"{arena.slug}-win-rates.csv"
    return await document_response(
        request, session, arena, pairs_csv, "text/csv", slice_name=slice_name, method=method, download=name
    )


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
    slice_name: SliceName = OVERALL,
    method: BoardMethod = METHOD,
) -> Response:
    """A figure of the snapshot that the address names, which never changes; or else the board's newest."""
    arena = await access_arena(session, viewer, slug, "read")
    await service.access_slice(session, arena, slice_name)
    shown = service.ShownFigures(snapshot, slice_name, method)
    found = await service.find_figure(session, arena, shown, name, theme)
    if found is None:
        raise NotFoundError(
            "This figure has not been drawn yet, or a newer one has replaced it. Slices and further methods have those "
            "of ratings and of ranks. See the leaderboard."
        )
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
