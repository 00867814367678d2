"""Asking, having answers written, asking on. Forms work without scripts; with them answers come as an event stream."""

import uuid
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from app.accounts.dependencies import SettingsDependency, ViewerDependency, set_session_cookie
from app.accounts.viewer import Viewer
from app.annotating.composer import Refused, arena_response
from app.arenas.schemas import Slug
from app.db.engine import Database
from app.db.session import DatabaseDependency
from app.errors import PreferendumError
from app.live import asking, service
from app.live.forms import AskForm, TurnForm
from app.live.studio import Answering, StudioDependency
from app.web.problems import wants_html
from app.web.streaming import KEEP_OPEN, event, event_stream, wants_events

router = APIRouter(include_in_schema=False)


@router.get("/arenas/{slug}/ask")
async def back_to_composer(slug: Slug) -> Response:
    """Where a question leads when it is refused, asked for again."""
    return RedirectResponse(f"/arenas/{slug}", 303)


@router.post("/arenas/{slug}/ask")
async def ask(
    slug: Slug,
    request: Request,
    database: DatabaseDependency,
    settings: SettingsDependency,
    viewer: ViewerDependency,
    studio: StudioDependency,
    form: Annotated[AskForm, Form()],
) -> Response:
    """A question, and on to its battle. Somebody new becomes an anonymous annotator here, known by a cookie alone."""
    async with database.glance() as session:
        live = await service.access_live_arena(session, viewer, slug)
    try:
        prompt = service.checked_prompt(form.prompt, live.settings)
        asker = await asking.admit(
            database,
            studio.client,
            settings,
            live,
            viewer,
            prompt,
            address=address_of(request),
            consents=form.consent,
        )
        question = service.Question(prompt, form.kind, form.chosen)
        battle_id = await service.ask(database, studio.standings, live, asker.annotator_id, question, source="web")
    except PreferendumError as error:
        if not wants_html(request.headers, request.url.path):
            raise
        refused = Refused(form, error.detail, error.status)
        async with database.read_session() as session:
            return await arena_response(request, session, viewer, slug, refused=refused)
    response = RedirectResponse(f"/battles/{battle_id}", 303)
    if asker.token is not None:
        set_session_cookie(response, settings, asker.token)
    return response


@router.post("/battles/{battle_id}/answers")
async def write_answers(
    battle_id: uuid.UUID, request: Request, viewer: ViewerDependency, studio: StudioDependency
) -> Response:
    """Have the turn written: as frames while somebody watches, or to its end and back to the page."""
    answering = await studio.begin(viewer, battle_id)
    if wants_events(request.headers):
        return event_stream(_events(answering))
    async for _ in answering.frames():
        if await request.is_disconnected():
            answering.leave()
    return RedirectResponse(f"/battles/{battle_id}", 303)


@router.post("/battles/{battle_id}/turns")
async def ask_on(
    battle_id: uuid.UUID,
    request: Request,
    database: DatabaseDependency,
    viewer: ViewerDependency,
    studio: StudioDependency,
    form: Annotated[TurnForm, Form()],
) -> Response:
    live = await _live_arena(database, viewer, battle_id)
    prompt = service.checked_prompt(form.prompt, live.settings)
    await asking.admit_next(database, studio.client, live, viewer, prompt, address=address_of(request))
    await service.ask_on(database, viewer, battle_id, prompt)
    return RedirectResponse(f"/battles/{battle_id}", 303)


@router.post("/battles/{battle_id}/again")
async def ask_again(
    battle_id: uuid.UUID, database: DatabaseDependency, viewer: ViewerDependency, studio: StudioDependency
) -> Response:
    new_id = await service.ask_again(database, studio.standings, viewer, battle_id, source="web")
    return RedirectResponse(f"/battles/{new_id}", 303)


async def _events(answering: Answering) -> AsyncIterator[bytes]:
    """Frames until the turn is written. A browser that leaves ends the response, and that stops the models."""
    try:
        async for frame in answering.frames():
            # In the order of the screen: that of the slots would tell which model stands where.
            data = {side: {"done": growth.done, "open": growth.open} for side, growth in sorted(frame.items())}
            yield event("frame", data) if data else KEEP_OPEN
        yield event("ended", {"state": answering.ending})
    finally:
        answering.leave()


async def _live_arena(database: Database, viewer: Viewer, battle_id: uuid.UUID) -> service.LiveArena:
    async with database.read_session() as session:
        return await service.live_arena_of(session, viewer, battle_id)


def address_of(request: Request) -> str:
    """Where the request came from, for limits alone: it is hashed, and kept for two hours."""
    return request.client.host if request.client else "unknown"
