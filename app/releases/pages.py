"""The page of an arena's releases: ask for one, watch it being written, download it."""

import uuid
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse, Response

from app.accounts.dependencies import SettingsDependency, ViewerDependency
from app.arenas.schemas import Slug
from app.arenas.service import access_arena
from app.db.session import ReadSession, WriteSession
from app.releases import service
from app.releases.formats import FORMATS
from app.releases.schemas import FileType, FormatName, Kind, OptionName, ReleaseOut
from app.releases.snippets import snippets
from app.web.pagination import decode_cursor
from app.web.templating import render

FILE_TYPES = {"jsonl": "JSON lines", "parquet": "Parquet", "csv": "CSV", "arrow": "Arrow"}

router = APIRouter(include_in_schema=False)


class ReleaseForm(BaseModel):
    """The form as a browser sends it: a box that is not ticked is not sent at all."""

    model_config = ConfigDict(extra="forbid")

    format: FormatName
    file_type: FileType
    kinds: list[Kind] = []
    compressed: Literal["", "yes", "no"] = ""
    split: str = Field("", max_length=8)
    options: list[OptionName] = []


@router.get("/arenas/{slug}/releases")
async def releases_page(
    slug: Slug,
    request: Request,
    session: ReadSession,
    viewer: ViewerDependency,
    settings: SettingsDependency,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    arena = await access_arena(session, viewer, slug, "export")
    page = await service.list_releases(session, arena, decode_cursor(cursor) if cursor else None)
    context = {
        "arena": arena,
        "formats": FORMATS,
        "file_types": FILE_TYPES,
        "releases": [ReleaseOut.of(release, slug) for release in page.rows],
        "next_cursor": page.next_cursor,
        "snippets": {
            release.id: snippets(
                f"{settings.public_url.rstrip('/')}/api/arenas/{slug}/releases/{release.id}/files",
                release.format,
                [file["name"] for file in release.manifest["files"]],
            )
            for release in page.rows
            if release.manifest and release.state == "ready"
        },
    }
    return render(request, "releases/list.html", context)


@router.post("/arenas/{slug}/releases")
async def request_release(
    slug: Slug, session: WriteSession, viewer: ViewerDependency, form: Annotated[ReleaseForm, Form()]
) -> Response:
    arena = await access_arena(session, viewer, slug, "export")
    await service.request_release(
        session,
        viewer,
        arena,
        form.format,
        form.file_type,
        form.kinds,
        compressed=form.compressed == "yes" if form.compressed else None,
        split=form.split.strip(),
        options=form.options,
    )
    return RedirectResponse(f"/arenas/{slug}/releases", 303)


@router.post("/arenas/{slug}/releases/{release_id}/cancel")
async def cancel_release(
    slug: Slug, release_id: uuid.UUID, session: WriteSession, viewer: ViewerDependency
) -> Response:
    await service.cancel_release(session, viewer, slug, release_id)
    return RedirectResponse(f"/arenas/{slug}/releases", 303)
