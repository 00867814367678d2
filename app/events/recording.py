"""What becomes of a delivery and of its webhook after an attempt."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.events import schedule
from app.events.sending import GONE, Outcome
from app.events.tables import Webhook, WebhookDelivery

log = structlog.get_logger(__name__)


async def record(session: AsyncSession, attempts: Sequence[tuple[WebhookDelivery, Outcome]]) -> None:
    """Write down how a webhook's attempts went, all of them or none."""
    now = datetime.now(UTC)
    webhook_id = attempts[0][0].webhook_id
    webhook = await session.scalar(select(Webhook).where(Webhook.id == webhook_id).with_for_update())
    if webhook is None:
        return  # removed meanwhile, and its deliveries with it
    for delivery, outcome in attempts:
        await _record_delivery(session, delivery, outcome, now)
        _note(webhook, outcome, now)
    await session.flush()


async def _record_delivery(session: AsyncSession, delivery: WebhookDelivery, outcome: Outcome, now: datetime) -> None:
    tries = delivery.tries + 1
    again = None if outcome.is_delivered or outcome.status == GONE else schedule.next_attempt(tries, now)
    state = "delivered" if outcome.is_delivered else "failed" if again is None else "waiting"
    values = {
        "state": state,
        "tries": tries,
        "attempts": WebhookDelivery.attempts + 1,
        "next_attempt_at": again,
        "last_attempt_at": now,
        "last_status": outcome.status,
        "last_error": outcome.error,
        "last_seconds": outcome.seconds,
    }
    if outcome.is_delivered:
        values["delivered_at"] = func.coalesce(WebhookDelivery.delivered_at, now)
    statement = update(WebhookDelivery).where(
        WebhookDelivery.id == delivery.id, WebhookDelivery.arena_id == delivery.arena_id
    )
    if not outcome.is_delivered:
        # Who asked meanwhile to have it sent again has set it back to the beginning, and that stands.
        statement = statement.where(WebhookDelivery.tries == delivery.tries)
    await session.execute(statement.values(values))


def _note(webhook: Webhook, outcome: Outcome, now: datetime) -> None:
    if outcome.is_delivered:
        webhook.failures, webhook.failing_since, webhook.resting_until = 0, None, None
        webhook.delivered_at = now
        return
    webhook.failures += 1
    webhook.failing_since = webhook.failing_since or now
    if (rest := schedule.rest(webhook.failures)) is not None:
        webhook.resting_until = now + rest
    if webhook.state != "active":
        return
    if outcome.status == GONE:
        _disable(webhook, "The receiver answered 410 Gone, which says that it wants no more.")
    elif schedule.is_hopeless(webhook.failures, webhook.failing_since, now):
        days = (now - webhook.failing_since) // timedelta(days=1)
        _disable(webhook, f"All {webhook.failures} attempts of {days} days failed, the last: {outcome.error}")


def _disable(webhook: Webhook, reason: str) -> None:
    webhook.state, webhook.reason = "disabled", reason
    log.warning("webhook disabled", webhook=str(webhook.id), reason=reason)
