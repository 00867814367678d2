"""Arenas and the versions of their protocols."""

import uuid
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, CreatedAt, Key, one_of

MODES = ("curated", "live")
STATES = ("draft", "open", "closed")


class Arena(Base):
    """A public space with its own protocol, pool of models and board."""

    __tablename__ = "arena"
    __table_args__ = (
        one_of("mode", MODES),
        one_of("state", STATES),
        CheckConstraint("slug ~ '^[a-z0-9](-?[a-z0-9])*$' AND length(slug) <= 63", name="slug"),
    )

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    mode: Mapped[str] = mapped_column(default="curated")
    state: Mapped[str] = mapped_column(default="draft")
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    protocol_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[CreatedAt]


class Protocol(Base):
    """What annotators are asked. A version never changes; a change is a new version."""

    __tablename__ = "protocol"

    arena_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("arena.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[CreatedAt]
