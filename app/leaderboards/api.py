"""Boards, slices, snapshots and what is known of models, for programs. Nothing here computes a ranking."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.accounts.dependencies import ViewerDependency
from app.arenas.schemas import STORABLE, Slug
from app.arenas.service import access_arena
from app.arenas.tables import Arena
from app.db.session import ReadSession, WriteSession
from app.errors import NotFoundError
from app.leaderboards import service
from app.leaderboards.analysis_schemas import AnalysisOut
from app.leaderboards.caching import FOR_EVER, cache_headers, make_etag, matches, not_modified
from app.leaderboards.compute import METHOD
from app.leaderboards.diffs import DiffOut, SnapshotOut
from app.leaderboards.document import document_response, to_json
from app.leaderboards.engine import engine_version
from app.leaderboards.history import HistoryOut, ModelOut, PairOut, record_of
from app.leaderboards.schemas import BoardMethod, LeaderboardOut
from app.leaderboards.slices import OVERALL, SliceIn, SliceOut

router = APIRouter(prefix="/api/arenas", tags=["leaderboards"])

SliceName = Annotated[Slug, Query(alias="slice", description="Which of the arena's votes; see /slices.")]
Method = Annotated[BoardMethod, Query(description="How ties are modelled, or that style is controlled for.")]
ModelName = Annotated[str, Query(min_length=1, max_length=400, pattern=STORABLE, description="As on the board.")]

NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "Not modified since the ETag that If-None-Match names."}
}


@router.get("/{slug}/leaderboard", response_model=LeaderboardOut, responses=NOT_MODIFIED)
async def get_leaderboard(
    slug: Slug,
    request: Request,
    session: ReadSession,
    viewer: ViewerDependency,
    slice_name: SliceName = OVERALL,
    method: Method = METHOD,
) -> Response:
    """The newest ranking with everything that is needed to compute it again. Empty before the first votes."""
    arena = await access_arena(session, viewer, slug, "read")
    return await document_response(
        request, session, arena, to_json, "application/json", slice_name=slice_name, method=method
    )


@router.get("/{slug}/leaderboard/analysis", response_model=AnalysisOut, responses=NOT_MODIFIED)
async def get_analysis(
    slug: Slug, request: Request, session: ReadSession, viewer: ViewerDependency, slice_name: SliceName = OVERALL
) -> Response:
    """How sure the newest board is: votes that overturn it, influence, agreement, cycles, pairs that need votes."""
    arena = await access_arena(session, viewer, slug, "read")
    await service.access_slice(session, arena, slice_name)
    found = await service.find_analysis(session, arena, slice_name)
    out = AnalysisOut(arena=arena.slug, slice=slice_name)
    if found is not None:
        out.snapshot_id, out.computed_at = found.snapshot_id, found.created_at
        out.code_version, out.analysis = found.code_version, found.analysis
    return _respond(request, arena, out, (slice_name, out.snapshot_id, out.computed_at))


@router.get("/{slug}/slices")
async def list_slices(slug: Slug, session: ReadSession, viewer: ViewerDependency) -> list[SliceOut]:
    """All votes, the categories and languages that have enough of them, and what the arena's researchers defined."""
    arena = await access_arena(session, viewer, slug, "read")
    return await service.list_slices(session, arena)


@router.post("/{slug}/slices", status_code=201)
async def add_slice(
    slug: Slug, body: SliceIn, session: WriteSession, viewer: ViewerDependency, response: Response
) -> SliceOut:
    """Define a slice. Its boards follow within minutes."""
    response.headers["Location"] = f"/api/arenas/{slug}/leaderboard?slice={body.slug}"
    return await service.add_slice(session, viewer, slug, body)


@router.delete("/{slug}/slices/{name}", status_code=204)
async def remove_slice(slug: Slug, name: Slug, session: WriteSession, viewer: ViewerDependency) -> None:
    """Remove a slice that was defined here, with all its boards."""
    await service.remove_slice(session, viewer, slug, name)


@router.get("/{slug}/snapshots")
async def list_snapshots(
    slug: Slug,
    session: ReadSession,
    viewer: ViewerDependency,
    slice_name: SliceName = OVERALL,
    method: Method = METHOD,
    before: datetime | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[SnapshotOut]:
    """What is kept of a board's past, newest first: the last hour, then the last of each hour, then of each day."""
    arena = await access_arena(session, viewer, slug, "read")
    await service.access_slice(session, arena, slice_name)
    return await service.list_snapshots(session, arena, slice_name, method, before=before, most=limit)


@router.get("/{slug}/snapshots/{before}/diff/{after}", response_model=DiffOut, responses=NOT_MODIFIED)
async def diff_snapshots(
    slug: Slug, before: uuid.UUID, after: uuid.UUID, request: Request, session: ReadSession, viewer: ViewerDependency
) -> Response:
    """Who moved between two snapshots of the arena, and whether further than the intervals."""
    arena = await access_arena(session, viewer, slug, "read")
    found = await service.diff(session, arena, before, after)
    return _respond(request, arena, found, (before, after), policy=FOR_EVER)


@router.get("/{slug}/leaderboard/history", response_model=HistoryOut, responses=NOT_MODIFIED)
async def get_history(
    slug: Slug,
    model: ModelName,
    request: Request,
    session: ReadSession,
    viewer: ViewerDependency,
    slice_name: SliceName = OVERALL,
    method: Method = METHOD,
) -> Response:
    """A model's rating over time, with its interval."""
    arena = await access_arena(session, viewer, slug, "read")
    await service.access_slice(session, arena, slice_name)
    points = await service.read_history(session, arena, model, slice_name, method)
    out = HistoryOut(arena=arena.slug, slice=slice_name, method=method, model=model, points=points)
    last = points[-1].snapshot_id if points else None
    return _respond(request, arena, out, (slice_name, method, model, len(points), last))


@router.get("/{slug}/models/record", response_model=ModelOut, responses=NOT_MODIFIED)
async def get_model(
    slug: Slug,
    model: ModelName,
    request: Request,
    session: ReadSession,
    viewer: ViewerDependency,
    slice_name: SliceName = OVERALL,
    method: Method = METHOD,
) -> Response:
    """A model against each opponent, on the board of every slice, and the style of its answers."""
    arena = await access_arena(session, viewer, slug, "read")
    await service.access_slice(session, arena, slice_name)
    current = await service.find_current(session, arena, slice_name, method)
    board = await service.read_board(session, arena, current.snapshot_id) if current else None
    entry = next((one for one in board.entries if one.model == model), None) if board else None
    if board is None or entry is None:
        raise NotFoundError("This board has no such model.")
    analysis = await service.find_analysis(session, arena, slice_name)
    out = ModelOut(
        arena=arena.slug,
        slice=slice_name,
        method=method,
        snapshot_id=board.snapshot.id,
        entry=entry,
        opponents=record_of(board, model),
        slices=await service.read_standings_across_slices(session, arena, model, method),
        style=analysis.analysis.styles.get(model) if analysis else None,
    )
    return _respond(request, arena, out, (out.model_dump_json(),))


@router.get("/{slug}/models/pair", response_model=PairOut, responses=NOT_MODIFIED)
async def get_pair(
    slug: Slug,
    model_a: ModelName,
    model_b: ModelName,
    request: Request,
    session: ReadSession,
    viewer: ViewerDependency,
) -> Response:
    """The votes between two models, in every slice that has any."""
    arena = await access_arena(session, viewer, slug, "read")
    out = await service.pair_of(session, arena, model_a, model_b)
    return _respond(request, arena, out, (out.model_dump_json(),))


def _respond(
    request: Request, arena: Arena, out: BaseModel, shown: tuple[object, ...], *, policy: str | None = None
) -> Response:
    """As JSON with an ETag of what shapes it; 304 where the reader has it."""
    etag = make_etag(type(out).__name__, engine_version(), arena.id, shown)
    kept = {"policy": policy} if policy else {}
    headers = cache_headers(etag, is_public=arena.state != "draft", vary="Cookie, Authorization", **kept)
    if matches(request, etag):
        return not_modified(headers)
    return Response(out.model_dump_json(), media_type="application/json", headers=headers)
