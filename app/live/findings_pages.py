"""What the checks of a live arena found, for its researchers: a page for each kind of finding."""

import uuid
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from app.accounts.dependencies import ViewerDependency
from app.arenas.schemas import Slug
from app.db.session import ReadSession, WriteSession
from app.live import findings, findings_leaks
from app.live.managing import access_managed
from app.model_registry.words import failure_of
from app.web.pagination import Page, decode_cursor, encode_cursor
from app.web.templating import render

router = APIRouter(prefix="/arenas/{slug}/findings", include_in_schema=False)

Kind = Literal["leaks", "moderation", "calls", "personal-data", "repetitions"]

TITLES: dict[Kind, str] = {
    "leaks": "Leaked names",
    "moderation": "Moderation",
    "calls": "Failed calls",
    "personal-data": "Personal data",
    "repetitions": "Repeated questions",
}
PERSONAL_DATA = {
    "secret": "secret key",
    "email": "e-mail address",
    "iban": "bank account",
    "card": "payment card",
    "national_number": "national number",
    "ip": "network address",
    "phone": "phone number",
}
MODERATION = {"arena": "a word that this arena forbids"}
"""What a category means, where its name alone does not say so."""

READS: dict[Kind, Callable[[AsyncSession, uuid.UUID, uuid.UUID | None], Awaitable[Page[Any]]]] = {
    "leaks": findings_leaks.leaks,
    "moderation": findings.events,
    "personal-data": findings.personal_prompts,
    "repetitions": findings.duplicate_groups,
}


@router.get("")
async def findings_page(
    slug: Slug,
    request: Request,
    session: ReadSession,
    viewer: ViewerDependency,
    kind: Kind = "leaks",
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    arena = (await access_managed(session, viewer, slug)).arena
    found = await _find(session, arena.id, kind, decode_cursor(cursor) if cursor else None)
    context = {
        "arena": arena,
        "kind": kind,
        "titles": TITLES,
        "cursor": cursor,
        "failure_of": failure_of,
        "personal_data_words": PERSONAL_DATA,
        "moderation_words": MODERATION,
        "days": findings.CALLS_OF.days,
        **found,
    }
    return render(request, "live/findings.html", context)


@router.post("/leaks/{battle_id}/{act}")
async def judge_leak(
    slug: Slug,
    battle_id: uuid.UUID,
    act: Literal["lift", "exclude"],
    session: WriteSession,
    viewer: ViewerDependency,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Have the battle's votes count, or set them aside again; back to the same page of the list."""
    arena = (await access_managed(session, viewer, slug)).arena
    await (findings_leaks.lift if act == "lift" else findings_leaks.exclude)(session, arena.id, battle_id)
    query = f"?cursor={encode_cursor(decode_cursor(cursor))}" if cursor else ""
    return RedirectResponse(f"/arenas/{slug}/findings{query}#battle-{battle_id}", 303)


async def _find(session: AsyncSession, arena_id: uuid.UUID, kind: Kind, key: uuid.UUID | None) -> dict[str, Any]:
    if kind == "calls":
        return {"rows": await findings.failures(session, arena_id), "next_cursor": None}
    page = await READS[kind](session, arena_id, key)
    return {"rows": page.rows, "next_cursor": page.next_cursor}
