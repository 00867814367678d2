"""Prompts and their tags."""

import uuid

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, CreatedAt, Key, Xid8


class Prompt(Base):
    """What a conversation opens with; the same text is the same prompt within an arena."""

    __tablename__ = "prompt"
    __table_args__ = (UniqueConstraint("arena_id", "fingerprint"),)

    id: Mapped[Key]
    arena_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("arena.id"), primary_key=True)
    text: Mapped[str]
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)  # SHA-256 of the text
    language: Mapped[str | None]
    created_at: Mapped[CreatedAt]


class PromptTag(Base):
    """A category or other mark, always with who set it. Tags are added, and neither changed nor removed.

    recorded_xid is the transaction that added it: boards of a category find prompts that were tagged after the votes.
    """

    __tablename__ = "prompt_tag"
    __table_args__ = (
        ForeignKeyConstraint(["prompt_id", "arena_id"], ["prompt.id", "prompt.arena_id"], name="fk_prompt_tag_prompt"),
        Index("ix_prompt_tag_recorded", "arena_id", "recorded_xid"),
    )

    prompt_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    arena_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True)
    tagged_by: Mapped[str] = mapped_column(primary_key=True)
    recorded_xid: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))
