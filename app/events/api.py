"""Webhooks over the API."""

import uuid
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.accounts.dependencies import ViewerDependency
from app.arenas.schemas import Slug
from app.db.session import ReadSession, WriteSession
from app.events import service
from app.events.dependencies import VaultDependency
from app.events.schemas import (
    DeliveryOut,
    DeliveryState,
    NewWebhookOut,
    ReplayIn,
    ReplayOut,
    RotationIn,
    SecretOut,
    WebhookIn,
    WebhookOut,
    WebhookUpdate,
)
from app.web.pagination import decode_cursor

router = APIRouter(prefix="/api/arenas/{slug}/webhooks", tags=["webhooks"])


@router.get("")
async def list_webhooks(slug: Slug, session: ReadSession, viewer: ViewerDependency) -> list[WebhookOut]:
    """An arena's webhooks, oldest first."""
    _, webhooks = await service.list_webhooks(session, viewer, slug)
    return [WebhookOut.of(webhook) for webhook in webhooks]


@router.post("", status_code=201)
async def add_webhook(
    slug: Slug,
    body: WebhookIn,
    session: WriteSession,
    viewer: ViewerDependency,
    vault: VaultDependency,
    response: Response,
) -> NewWebhookOut:
    """Be told what happens from now on. The answer is the only one that holds the secret."""
    webhook, secret = await service.add_webhook(session, vault, viewer, slug, body)
    response.headers["Location"] = f"/api/arenas/{slug}/webhooks/{webhook.id}"
    return NewWebhookOut(**WebhookOut.of(webhook).model_dump(), secret=secret)


@router.get("/{webhook_id}")
async def get_webhook(slug: Slug, webhook_id: uuid.UUID, session: ReadSession, viewer: ViewerDependency) -> WebhookOut:
    """A webhook, and how it fares."""
    return WebhookOut.of((await service.access_webhook(session, viewer, slug, webhook_id))[1])


@router.patch("/{webhook_id}")
async def change_webhook(
    slug: Slug, webhook_id: uuid.UUID, body: WebhookUpdate, session: WriteSession, viewer: ViewerDependency
) -> WebhookOut:
    """Change it, pause it, or switch it on again. What happened while it was paused is told when it is on again."""
    return WebhookOut.of(await service.change_webhook(session, viewer, slug, webhook_id, body))


@router.delete("/{webhook_id}", status_code=204)
async def remove_webhook(slug: Slug, webhook_id: uuid.UUID, session: WriteSession, viewer: ViewerDependency) -> None:
    """Remove it, with what waits for it."""
    await service.remove_webhook(session, viewer, slug, webhook_id)


@router.post("/{webhook_id}/secret")
async def rotate_secret(
    slug: Slug,
    webhook_id: uuid.UUID,
    body: RotationIn,
    session: WriteSession,
    viewer: ViewerDependency,
    vault: VaultDependency,
) -> SecretOut:
    """Replace the secret. For the overlap both sign, so that the receiver can be changed in peace."""
    overlap = timedelta(hours=body.overlap_hours)
    return SecretOut(secret=await service.rotate_secret(session, vault, viewer, slug, webhook_id, overlap))


@router.post("/{webhook_id}/test", status_code=202)
async def send_test(slug: Slug, webhook_id: uuid.UUID, session: WriteSession, viewer: ViewerDependency) -> DeliveryOut:
    """Have an event of type webhook.test sent."""
    return DeliveryOut.of(await service.send_test(session, viewer, slug, webhook_id))


@router.get("/{webhook_id}/deliveries")
async def list_deliveries(
    slug: Slug,
    webhook_id: uuid.UUID,
    session: ReadSession,
    viewer: ViewerDependency,
    response: Response,
    state: DeliveryState | None = None,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> list[DeliveryOut]:
    """Its deliveries of the last 30 days, newest first. The Link header leads to the next page."""
    _, webhook = await service.access_webhook(session, viewer, slug, webhook_id)
    page = await service.list_deliveries(session, webhook, state, decode_cursor(cursor) if cursor else None, limit)
    if page.next_cursor:
        chosen = f"&state={state}" if state else ""
        following = f"/api/arenas/{slug}/webhooks/{webhook_id}/deliveries?limit={limit}{chosen}"
        response.headers["Link"] = f'<{following}&cursor={page.next_cursor}>; rel="next"'
    return [DeliveryOut.of(delivery) for delivery in page.rows]


@router.post("/{webhook_id}/deliveries/{delivery_id}/again", status_code=202)
async def send_again(
    slug: Slug, webhook_id: uuid.UUID, delivery_id: uuid.UUID, session: WriteSession, viewer: ViewerDependency
) -> DeliveryOut:
    """Send it again, delivered or not: the same body under the same id."""
    return DeliveryOut.of(await service.send_again(session, viewer, slug, webhook_id, delivery_id))


@router.post("/{webhook_id}/replay", status_code=202)
async def replay(
    slug: Slug, webhook_id: uuid.UUID, body: ReplayIn, session: WriteSession, viewer: ViewerDependency
) -> ReplayOut:
    """Send again all that failed since a time."""
    queued = await service.send_failed_again(session, viewer, slug, webhook_id, body.since)
    return ReplayOut(queued=queued)
