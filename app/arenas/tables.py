"""Arenas and the versions of their protocols."""

import datetime
import uuid
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, CreatedAt, Key, one_of

MODES = ("curated", "live")
STATES = ("draft", "open", "closed")
POOL_ROLES = ("contestant", "anchor")


class Arena(Base):
    """A public space with its own protocol, pool of models and board. live: see LiveSettings in schemas.py."""

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
    live: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default=text("'{}'"))
    created_at: Mapped[CreatedAt]


class Protocol(Base):
    """What annotators are asked. A version never changes; a change is a new version."""

    __tablename__ = "protocol"

    arena_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("arena.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[CreatedAt]


class ArenaModel(Base):
    """A model version in the pool of a live arena. battles counts those that it was drawn for."""

    __tablename__ = "arena_model"
    __table_args__ = (
        one_of("role", POOL_ROLES),
        CheckConstraint("weight > 0", name="weight"),
    )

    arena_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("arena.id"), primary_key=True)
    model_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("model_version.id"), primary_key=True)
    role: Mapped[str] = mapped_column(default="contestant", server_default="contestant")
    weight: Mapped[float] = mapped_column(default=1.0, server_default="1")
    battles: Mapped[int] = mapped_column(default=0, server_default="0")
    joined_at: Mapped[CreatedAt]
    left_at: Mapped[datetime.datetime | None]


class Consent(Base):
    """Somebody agreed to an arena's consent text. text_hash is the SHA-256 of what they read: a new text asks anew."""

    __tablename__ = "consent"

    annotator_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("annotator.id"), primary_key=True)
    arena_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("arena.id"), primary_key=True)
    text_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    protocol_version: Mapped[int]
    given_at: Mapped[CreatedAt]
