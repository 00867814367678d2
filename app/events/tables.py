"""Webhooks and their deliveries."""

import datetime
import uuid

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, CreatedAt, Key, one_of

WEBHOOK_STATES = ("active", "paused", "disabled")
DELIVERY_STATES = ("waiting", "delivered", "failed")


class Webhook(Base):
    """Somebody's address that is told what happens in an arena.

    secret and previous_secret are sealed; the previous one signs too until previous_until. salt makes the pseudonyms of
    annotators, which are this webhook's alone. cursor: how far the outbox was read, see cursor.py; where the webhook is
    not active it stays, and so nothing is missed. not_before: after the database moved to another server, older things
    are not looked at again. lease: the worker that sends at present. failures: attempts that failed since the last that
    did not, from failing_since on; until resting_until nothing is sent.
    """

    __tablename__ = "webhook"
    __table_args__ = (
        one_of("state", WEBHOOK_STATES),
        CheckConstraint("(previous_secret IS NULL) = (previous_until IS NULL)", name="previous"),
        CheckConstraint("(failures = 0) = (failing_since IS NULL)", name="failing"),
        Index("ix_webhook_arena_id", "arena_id"),
        Index("ix_webhook_active", "leased_until", postgresql_where=text("state = 'active'")),
    )

    id: Mapped[Key]
    arena_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("arena.id"), primary_key=True)
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    url: Mapped[str]
    types: Mapped[list[str]] = mapped_column(ARRAY(String))
    kinds: Mapped[list[str]] = mapped_column(ARRAY(String))
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    previous_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous_until: Mapped[datetime.datetime | None]
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(default="active", server_default="active")
    reason: Mapped[str | None]  # why it is disabled, in words
    cursor: Mapped[str]
    not_before: Mapped[datetime.datetime | None]
    collected_at: Mapped[datetime.datetime]
    lease: Mapped[uuid.UUID | None]
    leased_until: Mapped[datetime.datetime] = mapped_column(server_default=text("now()"))
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    failing_since: Mapped[datetime.datetime | None]
    resting_until: Mapped[datetime.datetime | None]
    delivered_at: Mapped[datetime.datetime | None]
    created_at: Mapped[CreatedAt]


class WebhookDelivery(Base):
    """One event for one webhook: its body as it is sent, each time the same under the same event_id.

    tries: attempts since it was put in the queue, which the schedule goes by; attempts: all there were.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        ForeignKeyConstraint(["webhook_id", "arena_id"], ["webhook.id", "webhook.arena_id"], ondelete="CASCADE"),
        UniqueConstraint("webhook_id", "arena_id", "event_id"),
        one_of("state", DELIVERY_STATES),
        CheckConstraint("(state = 'waiting') = (next_attempt_at IS NOT NULL)", name="due"),
        Index("ix_webhook_delivery_due", "webhook_id", "next_attempt_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_webhook_delivery_listed", "webhook_id", "id"),
        Index("ix_webhook_delivery_by_state", "webhook_id", "state", "id"),
    )

    id: Mapped[Key]
    arena_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    webhook_id: Mapped[uuid.UUID]
    event_id: Mapped[str]
    type: Mapped[str]
    body: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting", server_default="waiting")
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    tries: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    next_attempt_at: Mapped[datetime.datetime | None] = mapped_column(server_default=text("now()"))
    last_attempt_at: Mapped[datetime.datetime | None]
    last_status: Mapped[int | None] = mapped_column(SmallInteger)
    last_error: Mapped[str | None]
    last_seconds: Mapped[float | None]
    delivered_at: Mapped[datetime.datetime | None]
    created_at: Mapped[CreatedAt]
