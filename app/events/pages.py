"""The webhooks of an arena: one page with all of them, one for each with its deliveries."""

import uuid
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from app.accounts.dependencies import ViewerDependency
from app.accounts.viewer import Viewer
from app.arenas.schemas import Slug
from app.db.session import ReadSession, WriteSession
from app.errors import ConflictError, InvalidInputError
from app.events import service
from app.events.dependencies import VaultDependency
from app.events.forms import SINCE, ReplayForm, RotationForm, WebhookForm
from app.events.payloads import ABOUT, EVENT_TYPES
from app.events.repository import MOST_COUNTED
from app.events.schemas import DeliveryState, WebhookUpdate
from app.events.snippets import VERIFY
from app.web.pagination import decode_cursor
from app.web.templating import render

router = APIRouter(prefix="/arenas/{slug}/webhooks", include_in_schema=False)

REFUSALS = (ValidationError, InvalidInputError, ConflictError)
DONE = {
    "saved": "Saved. It is in force from now on.",
    "paused": "Paused. What happens meanwhile is told when it is switched on again.",
    "active": "Switched on. What waited is sent now.",
    "test": "A test event is on its way; refresh to see what became of it.",
    "again": "Put in the queue once more; refresh to see what became of it.",
    "removed": "Removed. Nothing is sent there any more.",
}
_OFFERED = {"about": ABOUT, "types": EVENT_TYPES, "kinds": ("human", "judge", "simulated"), "verify": VERIFY}


@router.get("")
async def webhooks_page(slug: Slug, request: Request, session: ReadSession, viewer: ViewerDependency) -> Response:
    return await _all(request, session, viewer, slug, {})


@router.post("")
async def add_webhook(
    slug: Slug,
    request: Request,
    session: WriteSession,
    viewer: ViewerDependency,
    vault: VaultDependency,
    form: Annotated[WebhookForm, Form()],
) -> Response:
    """The page that answers is the only one that ever shows the secret."""
    try:
        webhook, secret = await service.add_webhook(session, vault, viewer, slug, form.to_webhook())
    except REFUSALS as error:
        return await _all(request, session, viewer, slug, {"form": form, "problem": _in_words(error)}, 422)
    return await _one(request, session, viewer, slug, webhook.id, {"secret": secret, "is_new": True})


@router.get("/{webhook_id}")
async def webhook_page(
    slug: Slug,
    webhook_id: uuid.UUID,
    request: Request,
    session: ReadSession,
    viewer: ViewerDependency,
    state: DeliveryState | None = None,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    return await _one(request, session, viewer, slug, webhook_id, {}, state=state, cursor=cursor)


@router.post("/{webhook_id}")
async def save_webhook(
    slug: Slug,
    webhook_id: uuid.UUID,
    request: Request,
    session: WriteSession,
    viewer: ViewerDependency,
    form: Annotated[WebhookForm, Form()],
) -> Response:
    try:
        await service.change_webhook(session, viewer, slug, webhook_id, form.to_update())
    except REFUSALS as error:
        context = {"form": form, "problem": _in_words(error)}
        return await _one(request, session, viewer, slug, webhook_id, context, status_code=422)
    return _back(slug, webhook_id, "saved")


@router.post("/{webhook_id}/state")
async def change_state(
    slug: Slug,
    webhook_id: uuid.UUID,
    session: WriteSession,
    viewer: ViewerDependency,
    state: Annotated[Literal["active", "paused"], Form()],
) -> Response:
    await service.change_webhook(session, viewer, slug, webhook_id, WebhookUpdate(state=state))
    return _back(slug, webhook_id, state)


@router.post("/{webhook_id}/remove")
async def remove_webhook(
    slug: Slug, webhook_id: uuid.UUID, session: WriteSession, viewer: ViewerDependency
) -> Response:
    await service.remove_webhook(session, viewer, slug, webhook_id)
    return RedirectResponse(f"/arenas/{slug}/webhooks?done=removed", 303)


@router.post("/{webhook_id}/secret")
async def rotate_secret(
    slug: Slug,
    webhook_id: uuid.UUID,
    request: Request,
    session: WriteSession,
    viewer: ViewerDependency,
    vault: VaultDependency,
    form: Annotated[RotationForm, Form()],
) -> Response:
    """The page that answers is the only one that ever shows the new secret."""
    secret = await service.rotate_secret(session, vault, viewer, slug, webhook_id, form.overlap())
    return await _one(request, session, viewer, slug, webhook_id, {"secret": secret})


@router.post("/{webhook_id}/test")
async def send_test(slug: Slug, webhook_id: uuid.UUID, session: WriteSession, viewer: ViewerDependency) -> Response:
    await service.send_test(session, viewer, slug, webhook_id)
    return _back(slug, webhook_id, "test", "deliveries")


@router.post("/{webhook_id}/deliveries/{delivery_id}/again")
async def send_again(
    slug: Slug, webhook_id: uuid.UUID, delivery_id: uuid.UUID, session: WriteSession, viewer: ViewerDependency
) -> Response:
    await service.send_again(session, viewer, slug, webhook_id, delivery_id)
    return _back(slug, webhook_id, "again", "deliveries")


@router.post("/{webhook_id}/replay")
async def replay(
    slug: Slug,
    webhook_id: uuid.UUID,
    session: WriteSession,
    viewer: ViewerDependency,
    form: Annotated[ReplayForm, Form()],
) -> Response:
    await service.send_failed_again(session, viewer, slug, webhook_id, form.moment())
    return _back(slug, webhook_id, "again", "deliveries")


async def _all(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    slug: str,
    extra: Mapping[str, Any],
    status_code: int = 200,
) -> Response:
    arena, webhooks = await service.list_webhooks(session, viewer, slug)
    form = WebhookForm(types=["vote.cast", "vote.retracted"], kinds=["human"])
    context = {"arena": arena, "webhooks": webhooks, "form": form, "problem": None, "done": _done(request)}
    return render(request, "events/webhooks.html", {**_OFFERED, **context, **extra}, status_code=status_code)


async def _one(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    slug: str,
    webhook_id: uuid.UUID,
    extra: Mapping[str, Any],
    *,
    state: DeliveryState | None = None,
    cursor: str | None = None,
    status_code: int = 200,
) -> Response:
    arena, webhook = await service.access_webhook(session, viewer, slug, webhook_id)
    page = await service.list_deliveries(session, webhook, state, decode_cursor(cursor) if cursor else None)
    context = {
        "arena": arena,
        "webhook": webhook,
        "form": WebhookForm.of(webhook),
        "deliveries": page.rows,
        "next_cursor": page.next_cursor,
        "chosen": state,
        "counts": await service.count_deliveries(session, webhook),
        "most_counted": MOST_COUNTED,
        "since": {name: words for name, (words, _) in SINCE.items()},
        "secret": None,
        "is_new": False,
        "problem": None,
        "done": _done(request),
    }
    return render(request, "events/webhook.html", {**_OFFERED, **context, **extra}, status_code=status_code)


def _done(request: Request) -> str | None:
    return DONE.get(request.query_params.get("done", ""))


def _back(slug: str, webhook_id: uuid.UUID, done: str, place: str = "") -> Response:
    return RedirectResponse(f"/arenas/{slug}/webhooks/{webhook_id}?done={done}{'#' if place else ''}{place}", 303)


def _in_words(error: ValidationError | InvalidInputError | ConflictError) -> str:
    return str(error.errors()[0]["msg"]) if isinstance(error, ValidationError) else error.detail
