"""The settings of a live arena: one page, of which each section is saved by itself."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.accounts.dependencies import SettingsDependency, ViewerDependency
from app.arenas.schemas import Slug
from app.db.session import ReadSession, WriteSession
from app.errors import ConflictError, ForbiddenError, InvalidInputError
from app.live import pool
from app.live.managing import access_managed, save_protocol, save_settings
from app.live.settings_forms import BattlesForm, JoinForm, LimitsForm, PlaceForm, SamplingForm
from app.live.settings_view import back_to, settings_response

router = APIRouter(prefix="/arenas/{slug}/live", include_in_schema=False)

REFUSALS = (ValidationError, InvalidInputError, ConflictError, ForbiddenError)


@router.get("")
async def settings_page(
    slug: Slug, request: Request, session: ReadSession, settings: SettingsDependency, viewer: ViewerDependency
) -> Response:
    return await settings_response(request, session, settings, viewer, slug)


@router.get("/pool")
@router.get("/battles")
@router.get("/sampling")
@router.get("/limits")
async def section_page(slug: Slug, request: Request) -> Response:
    """Where a section's form leads when it is refused, asked for again."""
    return RedirectResponse(f"/arenas/{slug}/live#{request.url.path.rpartition('/')[2]}", 303)


@router.post("/pool")
async def add_to_pool(
    slug: Slug,
    request: Request,
    session: WriteSession,
    settings: SettingsDependency,
    viewer: ViewerDependency,
    form: Annotated[JoinForm, Form()],
) -> Response:
    """All that were chosen, with one role and weight; or none of them."""
    managed = await access_managed(session, viewer, slug)
    try:
        place = form.to_place()
        async with session.begin_nested():
            for version_id in form.versions:
                await pool.put(session, settings, managed.arena.id, version_id, place)
    except REFUSALS as error:
        return await settings_response(
            request, session, settings, viewer, slug, section="pool", typed=form, error=error
        )
    return back_to(slug, "pool")


@router.post("/pool/{version_id}")
async def change_place(
    slug: Slug,
    version_id: uuid.UUID,
    request: Request,
    session: WriteSession,
    settings: SettingsDependency,
    viewer: ViewerDependency,
    form: Annotated[PlaceForm, Form()],
) -> Response:
    managed = await access_managed(session, viewer, slug)
    try:
        await pool.put(session, settings, managed.arena.id, version_id, form.to_place())
    except REFUSALS as error:
        return await settings_response(request, session, settings, viewer, slug, section="pool", error=error)
    return back_to(slug, "pool")


@router.post("/pool/{version_id}/remove")
async def remove_from_pool(
    slug: Slug, version_id: uuid.UUID, session: WriteSession, viewer: ViewerDependency
) -> Response:
    managed = await access_managed(session, viewer, slug)
    await pool.remove(session, managed.arena.id, version_id)
    return back_to(slug, "pool")


@router.post("/pool/{version_id}/return")
async def bring_back(
    slug: Slug,
    version_id: uuid.UUID,
    request: Request,
    session: WriteSession,
    settings: SettingsDependency,
    viewer: ViewerDependency,
) -> Response:
    managed = await access_managed(session, viewer, slug)
    try:
        await pool.bring_back(session, settings, managed.arena.id, version_id)
    except REFUSALS as error:
        return await settings_response(request, session, settings, viewer, slug, section="pool", error=error)
    return back_to(slug, "pool")


@router.post("/battles")
async def save_battles(
    slug: Slug,
    request: Request,
    session: WriteSession,
    settings: SettingsDependency,
    viewer: ViewerDependency,
    form: Annotated[BattlesForm, Form()],
) -> Response:
    await access_managed(session, viewer, slug)
    try:
        await save_protocol(session, viewer, slug, form.to_protocol())
    except REFUSALS as error:
        return await settings_response(
            request, session, settings, viewer, slug, section="battles", typed=form, error=error
        )
    return back_to(slug, "battles")


@router.post("/sampling")
async def save_sampling(
    slug: Slug,
    request: Request,
    session: WriteSession,
    settings: SettingsDependency,
    viewer: ViewerDependency,
    form: Annotated[SamplingForm, Form()],
) -> Response:
    await access_managed(session, viewer, slug)
    try:
        await save_settings(session, viewer, slug, form.to_change())
    except REFUSALS as error:
        return await settings_response(
            request, session, settings, viewer, slug, section="sampling", typed=form, error=error
        )
    return back_to(slug, "sampling")


@router.post("/limits")
async def save_limits(
    slug: Slug,
    request: Request,
    session: WriteSession,
    settings: SettingsDependency,
    viewer: ViewerDependency,
    form: Annotated[LimitsForm, Form()],
) -> Response:
    managed = await access_managed(session, viewer, slug)
    try:
        await save_settings(session, viewer, slug, form.to_change(managed.settings))
    except REFUSALS as error:
        return await settings_response(
            request, session, settings, viewer, slug, section="limits", typed=form, error=error
        )
    return back_to(slug, "limits")
