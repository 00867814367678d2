"""Releases: datasets that were asked for, being written, or ready."""

import datetime
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, CreatedAt, Key, one_of

RELEASE_STATES = ("waiting", "writing", "ready", "failed", "cancelled")


class Release(Base):
    """One dataset in one format. The manifest counts its rows, names what was left out and hashes its files."""

    __tablename__ = "release"
    __table_args__ = (one_of("state", RELEASE_STATES), Index("ix_release_arena", "arena_id", "created_at"))

    id: Mapped[Key]
    arena_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("arena.id"), primary_key=True)
    requested_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    format: Mapped[str]
    file_type: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    rows_written: Mapped[int] = mapped_column(default=0)
    rows_total: Mapped[int | None]
    error: Mapped[str | None]
    manifest: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[CreatedAt]
    finished_at: Mapped[datetime.datetime | None]
