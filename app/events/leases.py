"""Which worker sends to which webhook: one at a time, for as long as its lease is renewed.

A worker that is killed renews nothing; another takes its webhooks over when the lease has run out, with all that was
waiting or under way.
"""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.events.tables import Webhook, WebhookDelivery

LEASE = timedelta(seconds=60)

# A webhook is worth a look when a delivery is due or something was recorded that its cursor has not seen.
_UNSEEN = """
    EXISTS (SELECT FROM {table} r WHERE r.arena_id = w.arena_id
        AND r.recorded_xid >= pg_snapshot_xmin(split_part(w.cursor, ';', 2)::pg_snapshot)
        AND r.recorded_xid < pg_snapshot_xmax(pg_current_snapshot())
        AND NOT pg_visible_in_snapshot(r.recorded_xid, split_part(w.cursor, ';', 2)::pg_snapshot))
"""
_TAKE = text(f"""
    WITH taken AS (
        SELECT w.id, w.arena_id FROM webhook w CROSS JOIN pg_control_system() c
        WHERE w.state = 'active' AND w.leased_until <= now()
        AND (w.resting_until IS NULL OR w.resting_until <= now())
        AND (
            EXISTS (SELECT FROM webhook_delivery d
                WHERE d.webhook_id = w.id AND d.state = 'waiting' AND d.next_attempt_at <= now())
            OR split_part(w.cursor, ';', 1) <> c.system_identifier::text
            OR split_part(w.cursor, ';', 3) <> ''
            OR {_UNSEEN.format(table="vote")}
            OR {_UNSEEN.format(table="event")}
        )
        ORDER BY w.leased_until LIMIT :most FOR UPDATE OF w SKIP LOCKED
    )
    UPDATE webhook w SET lease = :lease, leased_until = now() + :length
    FROM taken t WHERE w.id = t.id AND w.arena_id = t.arena_id RETURNING w.id
""")


async def take_webhooks(session: AsyncSession, lease: uuid.UUID, most: int) -> list[uuid.UUID]:
    """Webhooks that something is to be done for and nobody does, longest waiting first; they are now the caller's."""
    values = {"lease": lease, "length": LEASE, "most": most}
    return list(await session.scalars(_TAKE, values))


async def renew(session: AsyncSession, lease: uuid.UUID, webhook_id: uuid.UUID) -> Webhook | None:
    """The webhook, its row locked and its lease begun anew; None where it is another's now, or not to be sent to."""
    statement = (
        update(Webhook)
        .where(Webhook.id == webhook_id, Webhook.lease == lease, Webhook.state == "active")
        .where(func.coalesce(Webhook.resting_until, func.now()) <= func.now())
        .values(leased_until=func.now() + LEASE)
        .returning(Webhook)
    )
    return await session.scalar(statement)


async def release(session: AsyncSession, lease: uuid.UUID, webhook_id: uuid.UUID) -> None:
    statement = update(Webhook).where(Webhook.id == webhook_id, Webhook.lease == lease)
    await session.execute(statement.values(lease=None, leased_until=func.now()))


async def due(session: AsyncSession, webhook: Webhook, most: int) -> Sequence[WebhookDelivery]:
    """The deliveries that are due, longest due first."""
    statement = (
        select(WebhookDelivery)
        .where(
            WebhookDelivery.webhook_id == webhook.id,
            WebhookDelivery.state == "waiting",
            WebhookDelivery.next_attempt_at <= func.now(),
        )
        .order_by(WebhookDelivery.next_attempt_at, WebhookDelivery.id)
        .limit(most)
    )
    return (await session.scalars(statement)).all()
