"""Prompts and their tags."""

import datetime
import uuid

from sqlalchemy import ARRAY, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, CreatedAt, Key, Xid8, one_of

SOURCES = ("import", "visitor", "suggestion")


class Prompt(Base):
    """What a conversation opens with; the same text is the same prompt within an arena.

    near_duplicate_of is the first prompt that says nearly the same; personal_data lists the kinds that were found.
    """

    __tablename__ = "prompt"
    __table_args__ = (UniqueConstraint("arena_id", "fingerprint"), one_of("source", SOURCES))

    id: Mapped[Key]
    arena_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("arena.id"), primary_key=True)
    text: Mapped[str]
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)  # SHA-256 of the text
    language: Mapped[str | None]
    source: Mapped[str] = mapped_column(default="import", server_default="import")
    signature: Mapped[bytes | None] = mapped_column(LargeBinary)  # MinHash, NULL where it was imported
    near_duplicate_of: Mapped[uuid.UUID | None]
    personal_data: Mapped[list[str]] = mapped_column(ARRAY(String), default=list, server_default="{}")
    created_at: Mapped[CreatedAt]


class PromptBand(Base):
    """A part of a prompt's MinHash signature: prompts that share one may be near duplicates."""

    __tablename__ = "prompt_band"

    arena_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("arena.id"), primary_key=True)
    band: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    prompt_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)


class PromptSuggestion(Base):
    """A prompt that an arena offers to people who have none of their own, in a named prompt set."""

    __tablename__ = "prompt_suggestion"
    __table_args__ = (Index("ix_prompt_suggestion_offered", "arena_id", postgresql_where=text("retired_at IS NULL")),)

    id: Mapped[Key]
    arena_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("arena.id"), primary_key=True)
    prompt_set: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[CreatedAt]
    retired_at: Mapped[datetime.datetime | None]


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
