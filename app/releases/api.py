"""Releases over the API: ask for one, watch it, download it."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse

from app.accounts.dependencies import SettingsDependency, ViewerDependency
from app.arenas.schemas import Slug
from app.arenas.service import access_arena
from app.db.session import ReadSession, WriteSession
from app.releases import service
from app.releases.schemas import ReleaseIn, ReleaseOut
from app.web.pagination import decode_cursor

router = APIRouter(prefix="/api/arenas/{slug}/releases", tags=["releases"])

MEDIA_TYPES = {
    ".jsonl": "application/x-ndjson",
    ".parquet": "application/vnd.apache.parquet",
    ".csv": "text/csv; charset=utf-8",
    ".arrow": "application/vnd.apache.arrow.file",
    ".gz": "application/gzip",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    "": "text/plain; charset=utf-8",
}


@router.post("", status_code=202)
async def request_release(
    slug: Slug, body: ReleaseIn, session: WriteSession, viewer: ViewerDependency, response: Response
) -> ReleaseOut:
    """Ask for a dataset. It is written in the background; Location leads to its state."""
    arena = await access_arena(session, viewer, slug, "export")
    release = await service.request_release(
        session,
        viewer,
        arena,
        body.format,
        body.file_type,
        body.kinds,
        compressed=body.compressed,
        split=body.split,
        options=body.options,
    )
    response.headers["Location"] = f"/api/arenas/{slug}/releases/{release.id}"
    return ReleaseOut.of(release, slug)


@router.get("")
async def list_releases(
    slug: Slug,
    session: ReadSession,
    viewer: ViewerDependency,
    response: Response,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> list[ReleaseOut]:
    """An arena's releases, newest first. The Link header leads to the next page."""
    arena = await access_arena(session, viewer, slug, "export")
    page = await service.list_releases(session, arena, decode_cursor(cursor) if cursor else None, limit)
    if page.next_cursor:
        following = f"/api/arenas/{slug}/releases?limit={limit}&cursor={page.next_cursor}"
        response.headers["Link"] = f'<{following}>; rel="next"'
    return [ReleaseOut.of(release, slug) for release in page.rows]


@router.get("/{release_id}")
async def get_release(slug: Slug, release_id: uuid.UUID, session: ReadSession, viewer: ViewerDependency) -> ReleaseOut:
    """A release's state, and once it is ready its manifest and files."""
    return ReleaseOut.of(await service.access_release(session, viewer, slug, release_id), slug)


@router.get(
    "/{release_id}/files/{name:path}",
    response_class=FileResponse,
    responses={
        200: {"description": "The file. Ranges are served, so that a broken download can be resumed."},
        206: {"description": "The part of it that the Range header asked for."},
    },
)
async def download_file(
    slug: Slug,
    release_id: uuid.UUID,
    name: str,
    session: ReadSession,
    viewer: ViewerDependency,
    settings: SettingsDependency,
) -> FileResponse:
    """Download a file of a release, by a name that it has. The ETag of a data file is its SHA-256."""
    release = await service.access_release(session, viewer, slug, release_id)
    path = service.release_file(settings, release, name)
    hashes = {file["name"]: file["sha256"] for file in (release.manifest or {})["files"]}
    headers = {"ETag": f'"{hashes[name]}"'} if name in hashes else {}
    return FileResponse(path, filename=path.name, media_type=MEDIA_TYPES[path.suffix], headers=headers)


@router.post("/{release_id}/cancel")
async def cancel_release(
    slug: Slug, release_id: uuid.UUID, session: WriteSession, viewer: ViewerDependency
) -> ReleaseOut:
    """Stop a release that is waiting or being written; what was written is removed."""
    return ReleaseOut.of(await service.cancel_release(session, viewer, slug, release_id), slug)
