"""The outbox: what happened, written in the transaction in which it happened.

Votes are not written here. The table of votes is append-only and says of each the transaction that wrote it, so it is
its own outbox, and a vote stays one insert.
"""

import uuid
from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, CreatedAt, Key, Xid8

Happening = Literal["arena.opened", "arena.closed", "model.joined", "model.left", "release.ready", "release.failed"]


class OutboxEvent(Base):
    """Something that happened in an arena and whoever asked for it is told of. Never changed, and few."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_recorded", "arena_id", "recorded_xid"),)

    id: Mapped[Key]
    arena_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("arena.id"), primary_key=True)
    type: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[CreatedAt]
    recorded_xid: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))


async def emit(session: AsyncSession, arena_id: uuid.UUID, happening: Happening, data: Mapping[str, Any]) -> None:
    """Tell of it if, and only if, the session's transaction commits. data is JSON without texts and personal data."""
    session.add(OutboxEvent(arena_id=arena_id, type=happening, data=dict(data)))
    await session.flush()
