"""Suggestions: adding prompts from the settings page, and the page of a set."""

import uuid
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from pydantic import AwareDatetime
from starlette.responses import RedirectResponse, Response

from app.accounts.dependencies import SettingsDependency, ViewerDependency
from app.arenas.schemas import STORABLE, Slug
from app.db.session import ReadSession, WriteSession
from app.errors import InvalidInputError
from app.live import suggestions
from app.live.managing import access_managed
from app.live.settings_forms import SuggestionsForm
from app.live.settings_view import back_to, settings_response
from app.live.suggestion_files import MOST_BYTES, Suggested, check, read_file, read_lines
from app.web.pagination import decode_cursor
from app.web.templating import render

router = APIRouter(prefix="/arenas/{slug}/live/suggestions", include_in_schema=False)


@router.post("")
async def add_suggestions(
    slug: Slug,
    request: Request,
    session: WriteSession,
    settings: SettingsDependency,
    viewer: ViewerDependency,
    prompt_set: Annotated[str, Form()] = "",
    prompts: Annotated[str, Form()] = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """What is typed and what is in the file, or nothing where any of it cannot be offered."""
    managed = await access_managed(session, viewer, slug, lock=True)
    try:
        suggested = read_lines(prompts)
        if file is not None and file.filename:
            suggested += read_file(file.filename, await file.read(MOST_BYTES + 1))
        named = [Suggested(one.text, one.prompt_set or prompt_set.strip()) for one in suggested]
        check(named, managed.settings.longest_prompt)
    except InvalidInputError as error:
        typed = SuggestionsForm(prompt_set=prompt_set, prompts=prompts)
        return await settings_response(
            request, session, settings, viewer, slug, section="suggestions", typed=typed, error=error
        )
    added = await suggestions.add(session, managed.arena.id, named)
    return back_to(slug, "suggestions", new=added.new + added.again, known=added.known)


@router.get("")
async def set_page(
    slug: Slug,
    request: Request,
    session: ReadSession,
    viewer: ViewerDependency,
    prompt_set: Annotated[str | None, Query(alias="set", pattern=STORABLE)] = None,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
    retired: AwareDatetime | None = None,
) -> Response:
    """The prompts of a set; after something was retired with the way back. Without a set, where all sets are."""
    if prompt_set is None:
        return RedirectResponse(f"/arenas/{slug}/live#suggestions", 303)
    arena = (await access_managed(session, viewer, slug)).arena
    page = await suggestions.prompts_of(session, arena.id, prompt_set, decode_cursor(cursor) if cursor else None)
    undo = await suggestions.count_retired(session, arena.id, prompt_set, retired) if retired else 0
    context = {"arena": arena, "prompt_set": prompt_set, "page": page, "retired": retired, "undo": undo}
    return render(request, "live/settings_set.html", context)


@router.post("/retire")
async def retire(
    slug: Slug,
    session: WriteSession,
    viewer: ViewerDependency,
    prompt_set: Annotated[str, Form(pattern=STORABLE)],
    suggestion: Annotated[uuid.UUID | None, Form()] = None,
) -> Response:
    """Offer one prompt, or the whole set, no more."""
    arena = (await access_managed(session, viewer, slug)).arena
    return _to_set(slug, prompt_set, await suggestions.retire(session, arena.id, prompt_set, suggestion))


@router.post("/offer")
async def offer(
    slug: Slug,
    session: WriteSession,
    viewer: ViewerDependency,
    prompt_set: Annotated[str, Form(pattern=STORABLE)],
    suggestion: Annotated[uuid.UUID | None, Form()] = None,
    retired: Annotated[AwareDatetime | None, Form()] = None,
) -> Response:
    """Offer again: one prompt, what was retired at a moment, or the whole set."""
    arena = (await access_managed(session, viewer, slug)).arena
    await suggestions.offer(session, arena.id, prompt_set, suggestion_id=suggestion, retired_at=retired)
    return _to_set(slug, prompt_set, None)


def _to_set(slug: str, prompt_set: str, retired: datetime | None) -> Response:
    query = {"set": prompt_set} | ({"retired": retired.isoformat()} if retired else {})
    return RedirectResponse(f"/arenas/{slug}/live/suggestions?{urlencode(query)}", 303)
