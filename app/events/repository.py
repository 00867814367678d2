"""Reading webhooks and deliveries, and putting deliveries back into the queue."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.events.tables import DELIVERY_STATES, Webhook, WebhookDelivery

MOST_COUNTED = 10_000

_COUNTS = text("""
    SELECT s.state, c.count FROM unnest(CAST(:states AS text[])) AS s (state)
    CROSS JOIN LATERAL (
        SELECT count(*) AS count FROM (
            SELECT FROM webhook_delivery d WHERE d.webhook_id = :webhook_id AND d.state = s.state LIMIT :most) few
    ) c
""")
_AGAIN = {"state": "waiting", "tries": 0, "next_attempt_at": func.now()}


async def list_webhooks(session: AsyncSession, arena_id: uuid.UUID) -> Sequence[Webhook]:
    """Oldest first."""
    return (await session.scalars(select(Webhook).where(Webhook.arena_id == arena_id).order_by(Webhook.id))).all()


async def count_webhooks(session: AsyncSession, arena_id: uuid.UUID) -> int:
    return (await session.execute(select(func.count()).where(Webhook.arena_id == arena_id))).scalar_one()


async def find_webhook(
    session: AsyncSession, arena_id: uuid.UUID, webhook_id: uuid.UUID, *, lock: bool
) -> Webhook | None:
    statement = select(Webhook).where(Webhook.id == webhook_id, Webhook.arena_id == arena_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def list_deliveries(
    session: AsyncSession, webhook: Webhook, state: str | None, before: uuid.UUID | None, limit: int
) -> Sequence[WebhookDelivery]:
    """Newest first."""
    statement = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook.id)
    if state is not None:
        statement = statement.where(WebhookDelivery.state == state)
    if before is not None:
        statement = statement.where(WebhookDelivery.id < before)
    return (await session.scalars(statement.order_by(WebhookDelivery.id.desc()).limit(limit))).all()


async def count_by_state(session: AsyncSession, webhook: Webhook) -> Mapping[str, int]:
    """How many deliveries there are in each state; counted no further than one past MOST_COUNTED."""
    values = {"webhook_id": webhook.id, "most": MOST_COUNTED + 1, "states": list(DELIVERY_STATES)}
    return {row["state"]: row["count"] for row in (await session.execute(_COUNTS, values)).mappings()}


async def find_delivery(session: AsyncSession, webhook: Webhook, delivery_id: uuid.UUID) -> WebhookDelivery | None:
    return await session.scalar(
        select(WebhookDelivery).where(WebhookDelivery.id == delivery_id, WebhookDelivery.webhook_id == webhook.id)
    )


async def queue_again(session: AsyncSession, delivery: WebhookDelivery) -> None:
    """From the beginning of the schedule, whatever became of it before."""
    await session.execute(update(WebhookDelivery).where(WebhookDelivery.id == delivery.id).values(_AGAIN))
    await session.refresh(delivery)


async def queue_failed_again(session: AsyncSession, webhook: Webhook, since: datetime) -> int:
    statement = update(WebhookDelivery).where(
        WebhookDelivery.webhook_id == webhook.id,
        WebhookDelivery.state == "failed",
        WebhookDelivery.created_at >= since,
    )
    result = await session.execute(statement.values(_AGAIN))
    return result.rowcount  # type: ignore[attr-defined,no-any-return]  # an UPDATE has one; the stubs do not know
