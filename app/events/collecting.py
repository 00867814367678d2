"""From what happened to deliveries: each event once for each webhook that wants it, however late it was committed.

A webhook that is not active keeps its cursor where it is; so does one with many deliveries waiting. Both go on from
there, and what a receiver that is down is owed takes up no room but the votes themselves.
"""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.arenas.tables import Arena
from app.db.base import new_id
from app.events.cursor import NOTHING_SEEN, Cursor, at_present, widened
from app.events.payloads import VOTE_TYPES, VoteTold, body, pseudonyms
from app.events.reading import EventTold, position_of, read_events, read_votes
from app.events.tables import Webhook, WebhookDelivery

PAGE = 500
MOST_WAITING = 5_000
# After a move to another server, how far back of the last look is looked again. What was queued before is not queued
# twice: deliveries are kept for longer.
_LOOK_BACK = timedelta(days=1)

# Ids that a restored dump brought with it and this server has not given out yet: what has them is there already.
_ADOPT_EVENTS = text("""
    UPDATE event SET recorded_xid = '3'
    WHERE arena_id = :arena_id AND recorded_xid >= pg_snapshot_xmax(pg_current_snapshot())
""")
# The same is done for votes before an arena's first count on a server.
_VOTES_ARE_ADOPTED = text("""
    SELECT EXISTS (SELECT FROM leaderboard_watermark w, pg_control_system() c
        WHERE w.arena_id = :arena_id AND w.cluster = c.system_identifier)
""")


async def collect(session: AsyncSession, webhook: Webhook) -> bool:
    """Queue the next page of what a webhook, whose row is locked, has not been told. Whether there may be more."""
    if await _count_waiting(session, webhook) >= MOST_WAITING:
        return False
    start = Cursor.parse(webhook.cursor)
    if start.cluster != (here := await at_present(session)).cluster:
        if not await _settle(session, webhook):
            return False
        start = replace(here, seen=NOTHING_SEEN)
    cursor = await widened(session, start)
    votes = await _votes(session, webhook, cursor)
    slug = (await session.execute(select(Arena.slug).where(Arena.id == webhook.arena_id))).scalar_one()
    rows = _vote_rows(webhook, slug, votes)
    if len(votes) == PAGE:
        cursor = cursor.moved_to(position_of(votes[-1]))
    else:
        events = await read_events(session, webhook.arena_id, cursor, not_before=webhook.not_before)
        rows += _event_rows(webhook, slug, events)
        cursor = cursor.closed()
    if rows:
        await session.execute(insert(WebhookDelivery).on_conflict_do_nothing(), rows)
    webhook.cursor, webhook.collected_at = str(cursor), datetime.now(UTC)
    await session.flush()
    return len(votes) == PAGE


async def _count_waiting(session: AsyncSession, webhook: Webhook) -> int:
    some = select(WebhookDelivery.id).where(
        WebhookDelivery.webhook_id == webhook.id, WebhookDelivery.state == "waiting"
    )
    counted = select(func.count()).select_from(some.limit(MOST_WAITING).subquery())
    return (await session.execute(counted)).scalar_one()


async def _settle(session: AsyncSession, webhook: Webhook) -> bool:
    """Look again at what is recent, on a server that the cursor is not of. False where it is too early."""
    if not await session.scalar(_VOTES_ARE_ADOPTED, {"arena_id": webhook.arena_id}):
        return False
    await session.execute(_ADOPT_EVENTS, {"arena_id": webhook.arena_id})
    webhook.not_before = webhook.collected_at - _LOOK_BACK
    return True


async def _votes(session: AsyncSession, webhook: Webhook, cursor: Cursor) -> Sequence[VoteTold]:
    if not set(webhook.types) & set(VOTE_TYPES):
        return ()
    return await read_votes(
        session,
        webhook.arena_id,
        cursor,
        kinds=webhook.kinds,
        most=PAGE,
        imported=False,
        not_before=webhook.not_before,
    )


def _vote_rows(webhook: Webhook, slug: str, votes: Sequence[VoteTold]) -> list[dict[str, Any]]:
    name = pseudonyms(webhook.salt)
    return [
        _row(webhook, vote.event_id, vote.type, body(vote.type, vote.created_at, vote.data(slug, name)))
        for vote in votes
        if vote.type in webhook.types
    ]


def _event_rows(webhook: Webhook, slug: str, events: Sequence[EventTold]) -> list[dict[str, Any]]:
    return [
        _row(webhook, event.event_id, event.type, body(event.type, event.created_at, {"arena": slug, **event.data}))
        for event in events
        if event.type in webhook.types
    ]


def _row(webhook: Webhook, event_id: str, event_type: str, written: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "arena_id": webhook.arena_id,
        "webhook_id": webhook.id,
        "event_id": event_id,
        "type": event_type,
        "body": written,
    }


async def forget(session: AsyncSession, kept: timedelta = timedelta(days=30)) -> int:
    """Remove deliveries that are done with and older than that; how many. Those still waiting stay."""
    before = datetime.now(UTC) - kept
    statement = text("""
        DELETE FROM webhook_delivery WHERE id < :before AND state <> 'waiting'
    """)
    result = await session.execute(statement, {"before": _first_id_of(before)})
    return result.rowcount  # type: ignore[attr-defined,no-any-return]  # a DELETE has one; the stubs do not know


async def end_overlaps(session: AsyncSession) -> None:
    """Forget previous secrets whose time is over."""
    over = Webhook.previous_until < func.now()
    await session.execute(update(Webhook).where(over).values(previous_secret=None, previous_until=None))


def _first_id_of(moment: datetime) -> uuid.UUID:
    """No UUIDv7 that was made at that moment or later is less: the first 48 bits are its milliseconds."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)
