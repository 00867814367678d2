"""Webhooks for whoever may manage the arena: making, changing, replacing secrets, trying, sending again."""

import secrets
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import structlog
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.viewer import OPERATOR, Viewer
from app.arenas.service import access_arena
from app.arenas.tables import Arena
from app.db.base import new_id
from app.errors import ConflictError, NotFoundError
from app.events import repository
from app.events.cursor import at_present
from app.events.payloads import TEST, body
from app.events.schemas import WebhookIn, WebhookUpdate
from app.events.signatures import new_secret
from app.events.tables import Webhook, WebhookDelivery
from app.events.targets import check_target
from app.model_registry.credentials import Vault
from app.web.pagination import Page, encode_cursor

log = structlog.get_logger(__name__)

MOST_WEBHOOKS = 20
"""Of one arena."""


async def add_webhook(
    session: AsyncSession, vault: Vault, viewer: Viewer, slug: str, wanted: WebhookIn
) -> tuple[Webhook, str]:
    """A webhook that is told what happens from now on, and its secret, which is shown this once."""
    viewer.require("manage")
    await check_target(wanted.url)  # before the session has a connection: a name server may be slow
    arena = await access_arena(session, viewer, slug, "manage")
    await session.refresh(arena, with_for_update=True)  # so that two at once do not both become the last
    if await repository.count_webhooks(session, arena.id) >= MOST_WEBHOOKS:
        raise ConflictError(f"An arena has at most {MOST_WEBHOOKS} webhooks. Remove one that is not needed.")
    webhook_id, secret = new_id(), new_secret()
    webhook = Webhook(
        id=webhook_id,
        arena_id=arena.id,
        created_by=None if viewer == OPERATOR else viewer.app_user_id,
        url=wanted.url,
        types=list(wanted.types),
        kinds=list(wanted.kinds),
        secret=vault.seal(webhook_id, SecretStr(secret)),
        salt=secrets.token_bytes(32),
        cursor=str(await at_present(session)),
        collected_at=datetime.now(UTC),
    )
    session.add(webhook)
    await session.flush()
    await session.refresh(webhook)
    log.info("webhook added", arena=slug, webhook=str(webhook.id), by=viewer.email)
    return webhook, secret


async def list_webhooks(session: AsyncSession, viewer: Viewer, slug: str) -> tuple[Arena, list[Webhook]]:
    arena = await access_arena(session, viewer, slug, "manage")
    return arena, list(await repository.list_webhooks(session, arena.id))


async def access_webhook(
    session: AsyncSession, viewer: Viewer, slug: str, webhook_id: uuid.UUID, *, lock: bool = False
) -> tuple[Arena, Webhook]:
    """The webhook with its arena, if the viewer may manage that; the only way to load one."""
    arena = await access_arena(session, viewer, slug, "manage")
    webhook = await repository.find_webhook(session, arena.id, webhook_id, lock=lock)
    if webhook is None:
        raise NotFoundError("This arena has no such webhook. It may have been removed.")
    return arena, webhook


async def change_webhook(
    session: AsyncSession, viewer: Viewer, slug: str, webhook_id: uuid.UUID, changes: WebhookUpdate
) -> Webhook:
    """Switching it on again begins anew: nothing is held against it, and what waited is sent."""
    if changes.url is not None:
        viewer.require("manage")
        await check_target(changes.url)
    _, webhook = await access_webhook(session, viewer, slug, webhook_id, lock=True)
    for name, value in changes.model_dump(exclude_none=True, exclude={"state"}).items():
        setattr(webhook, name, value)
    if changes.state is not None and changes.state != webhook.state:
        webhook.state, webhook.reason = changes.state, None
    if changes.state == "active" or changes.url is not None:
        webhook.failures, webhook.failing_since, webhook.resting_until = 0, None, None
    await session.flush()
    log.info("webhook changed", arena=slug, webhook=str(webhook_id), state=webhook.state, by=viewer.email)
    return webhook


async def remove_webhook(session: AsyncSession, viewer: Viewer, slug: str, webhook_id: uuid.UUID) -> None:
    """It, what waits for it and the list of what it was sent."""
    _, webhook = await access_webhook(session, viewer, slug, webhook_id, lock=True)
    await session.delete(webhook)
    await session.flush()
    log.info("webhook removed", arena=slug, webhook=str(webhook_id), by=viewer.email)


async def rotate_secret(
    session: AsyncSession, vault: Vault, viewer: Viewer, slug: str, webhook_id: uuid.UUID, overlap: timedelta
) -> str:
    """A new secret, shown this once. For the overlap the present one signs too, and then no more."""
    _, webhook = await access_webhook(session, viewer, slug, webhook_id, lock=True)
    secret = new_secret()
    has_overlap = overlap > timedelta(0)
    webhook.previous_secret = webhook.secret if has_overlap else None
    webhook.previous_until = datetime.now(UTC) + overlap if has_overlap else None
    webhook.secret = vault.seal(webhook.id, SecretStr(secret))
    await session.flush()
    log.info("webhook secret replaced", arena=slug, webhook=str(webhook_id), by=viewer.email)
    return secret


async def send_test(session: AsyncSession, viewer: Viewer, slug: str, webhook_id: uuid.UUID) -> WebhookDelivery:
    """Queue an event that says nothing but that somebody asked for it."""
    arena, webhook = await access_webhook(session, viewer, slug, webhook_id)
    _require_active(webhook)
    key = new_id()
    delivery = WebhookDelivery(
        id=key,
        arena_id=arena.id,
        webhook_id=webhook.id,
        event_id=f"test_{key.hex}",
        type=TEST,
        body=body(TEST, datetime.now(UTC), {"arena": slug}),
    )
    session.add(delivery)
    await session.flush()
    await session.refresh(delivery)
    return delivery


async def list_deliveries(
    session: AsyncSession, webhook: Webhook, state: str | None = None, before: uuid.UUID | None = None, limit: int = 25
) -> Page[WebhookDelivery]:
    """Newest first, from the cursor on."""
    rows = await repository.list_deliveries(session, webhook, state, before, limit + 1)
    return Page(rows[:limit], encode_cursor(rows[limit - 1].id) if len(rows) > limit else None)


async def count_deliveries(session: AsyncSession, webhook: Webhook) -> Mapping[str, int]:
    return await repository.count_by_state(session, webhook)


async def send_again(
    session: AsyncSession, viewer: Viewer, slug: str, webhook_id: uuid.UUID, delivery_id: uuid.UUID
) -> WebhookDelivery:
    """Whatever became of it before: at once, under the same id, with the same body."""
    _, webhook = await access_webhook(session, viewer, slug, webhook_id)
    _require_active(webhook)
    delivery = await repository.find_delivery(session, webhook, delivery_id)
    if delivery is None:
        raise NotFoundError("This webhook has no such delivery. Deliveries are kept for 30 days.")
    await repository.queue_again(session, delivery)
    return delivery


async def send_failed_again(
    session: AsyncSession, viewer: Viewer, slug: str, webhook_id: uuid.UUID, since: datetime
) -> int:
    """How many were put in the queue."""
    _, webhook = await access_webhook(session, viewer, slug, webhook_id)
    _require_active(webhook)
    return await repository.queue_failed_again(session, webhook, since)


def _require_active(webhook: Webhook) -> None:
    if webhook.state != "active":
        raise ConflictError(f"This webhook is {webhook.state}, so nothing is sent to it. Switch it on first.")
