"""Matchups with what they hold, and battles: one matchup shown to one person.

`arena_id` is in every key, so that the tables can be distributed by arena; `id` comes first in it, so that the same
index finds a row by its id alone.
"""

import datetime
import uuid
from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.orm import Mapped, mapped_column

from app.battles.style import measure_style
from app.db.base import Base, CreatedAt, Key, one_of

SLOTS = ("a", "b")
BATTLE_STATES = ("prepared", "writing", "shown", "failed", "voted", "retracted", "skipped", "expired")
BATTLE_KINDS = ("anonymous", "named", "direct")
SOURCES = ("web", "api", "import", "simulation")
FLAG_REASONS = ("broken", "identity", "offensive", "personal-data", "other")


def _matchup_key() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["matchup_id", "arena_id"], ["matchup.id", "matchup.arena_id"])


class Matchup(Base):
    """The thing compared: a prompt or conversation and the candidate outputs.

    coverage counts the battles it was drawn for and that have not been skipped or expired; shuffle is its random place
    among those equally covered; lineup names the set of model versions in it, whatever their slots.
    """

    __tablename__ = "matchup"
    __table_args__ = (
        ForeignKeyConstraint(["prompt_id", "arena_id"], ["prompt.id", "prompt.arena_id"]),
        UniqueConstraint("arena_id", "external_id"),
        Index("ix_matchup_draw", "arena_id", "coverage", "shuffle", postgresql_where=text("state = 'active'")),
        one_of("state", ("active", "paused")),
    )

    id: Mapped[Key]
    arena_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("arena.id"), primary_key=True)
    prompt_id: Mapped[uuid.UUID]
    external_id: Mapped[str | None]
    lineup: Mapped[uuid.UUID]
    state: Mapped[str] = mapped_column(default="active", server_default="active")
    coverage: Mapped[int] = mapped_column(default=0, server_default="0")
    shuffle: Mapped[float] = mapped_column(server_default=text("random()"))
    created_at: Mapped[CreatedAt]


class MatchupSlot(Base):
    """Which model version stands in which slot. Slots have a canonical order; sides are another thing."""

    __tablename__ = "matchup_slot"
    __table_args__ = (_matchup_key(), one_of("slot", SLOTS))

    matchup_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    arena_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    slot: Mapped[str] = mapped_column(primary_key=True)
    model_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("model_version.id"), index=True)


class Turn(Base):
    """One user message; blocks as in the public arena datasets: [{"type": "text", "text": ...}]."""

    __tablename__ = "turn"
    __table_args__ = (_matchup_key(),)

    matchup_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    arena_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    turn_index: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    blocks: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


def _measured(name: str) -> Callable[[Any], int]:
    """A style measure of the blocks that are being written: whoever writes an answer cannot forget it."""

    def measure(context: Any) -> int:
        blocks = context.get_current_parameters()["blocks"]
        return int(getattr(measure_style(block.get("text", "") for block in blocks), name))

    return measure


class Response(Base):
    """One model's answer in a turn, and its style (see style.py), measured when it is written."""

    __tablename__ = "response"
    __table_args__ = (_matchup_key(), one_of("slot", SLOTS))

    matchup_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    arena_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    slot: Mapped[str] = mapped_column(primary_key=True)
    turn_index: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    blocks: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    finish_reason: Mapped[str | None]  # NULL where it was imported
    characters: Mapped[int] = mapped_column(default=_measured("characters"))
    headers: Mapped[int] = mapped_column(default=_measured("headers"))
    lists: Mapped[int] = mapped_column(default=_measured("lists"))
    bold: Mapped[int] = mapped_column(default=_measured("bold"))


class Battle(Base):
    """One matchup for one person.

    contestants are the model versions by slot (a, then b). side_order says which slot stands on which side: "ba" puts
    slot b on side A; NULL where an imported vote did not record it. first_contestant is the one on side A. propensity
    is the probability with which the matchup was drawn. revision is that of the current vote, 0 before the first.

    In a live arena a battle is "writing" while its models have to answer; writer is the request that is at it, until
    writing_until, which it keeps moving on. kind "named" shows the names from the start, "direct" has one contestant.
    """

    __tablename__ = "battle"
    __table_args__ = (
        _matchup_key(),
        ForeignKeyConstraint(["arena_id", "protocol_version"], ["protocol.arena_id", "protocol.version"]),
        UniqueConstraint("arena_id", "annotator_id", "matchup_id", "repeat"),
        Index(
            "uq_battle_shown",
            "arena_id",
            "annotator_id",
            unique=True,
            postgresql_where=text("state IN ('shown', 'writing')"),
        ),
        Index(
            "uq_battle_prepared",
            "arena_id",
            "annotator_id",
            unique=True,
            postgresql_where=text("state = 'prepared'"),
        ),
        Index("ix_battle_lease", "leased_until", postgresql_where=text("state IN ('prepared', 'shown')")),
        Index("ix_battle_balance", "annotator_id", "lineup"),
        one_of("state", BATTLE_STATES),
        one_of("kind", BATTLE_KINDS),
        one_of("source", SOURCES),
        one_of("side_order", ("ab", "ba")),
        CheckConstraint("propensity > 0 AND propensity <= 1", name="propensity"),
        CheckConstraint("source = 'import' OR (side_order IS NOT NULL AND propensity IS NOT NULL)", name="drawn"),
    )

    id: Mapped[Key]
    arena_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("arena.id"), primary_key=True)
    matchup_id: Mapped[uuid.UUID]
    annotator_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("annotator.id"))
    repeat: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    protocol_version: Mapped[int]
    contestants: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(UUID(as_uuid=True)))
    lineup: Mapped[uuid.UUID]
    side_order: Mapped[str | None]
    first_contestant: Mapped[uuid.UUID | None]
    sampler: Mapped[str | None]
    propensity: Mapped[float | None]
    source: Mapped[str]
    kind: Mapped[str] = mapped_column(default="anonymous", server_default="anonymous")
    state: Mapped[str]
    writer: Mapped[uuid.UUID | None]
    writing_until: Mapped[datetime.datetime | None]
    revision: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    created_at: Mapped[CreatedAt]
    shown_at: Mapped[datetime.datetime | None]
    leased_until: Mapped[datetime.datetime | None]
    ended_at: Mapped[datetime.datetime | None]


class BattleFlag(Base):
    """A person's remark that something is wrong with what they were shown."""

    __tablename__ = "battle_flag"
    __table_args__ = (
        ForeignKeyConstraint(["battle_id", "arena_id"], ["battle.id", "battle.arena_id"]),
        one_of("reason", FLAG_REASONS),
    )

    id: Mapped[Key]
    arena_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    battle_id: Mapped[uuid.UUID] = mapped_column(index=True)
    reason: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[CreatedAt]


class IdentityLeak(Base):
    """Where an answer names its model or the maker: characters start to end of its text. Researchers see it."""

    __tablename__ = "identity_leak"
    __table_args__ = (
        ForeignKeyConstraint(["battle_id", "arena_id"], ["battle.id", "battle.arena_id"]),
        one_of("slot", SLOTS),
    )

    id: Mapped[Key]
    arena_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    battle_id: Mapped[uuid.UUID] = mapped_column(index=True)
    turn_index: Mapped[int] = mapped_column(SmallInteger)
    slot: Mapped[str]
    name: Mapped[str]
    start: Mapped[int]
    end: Mapped[int]
    created_at: Mapped[CreatedAt]


class ModerationEvent(Base):
    """What moderation said of a prompt or an answer, where it was not simply let through."""

    __tablename__ = "moderation_event"
    __table_args__ = (
        one_of("subject", ("prompt", "response")),
        one_of("outcome", ("blocked", "unavailable")),
    )

    id: Mapped[Key]
    arena_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("arena.id"), primary_key=True)
    battle_id: Mapped[uuid.UUID | None]
    subject: Mapped[str]
    outcome: Mapped[str]
    categories: Mapped[list[str]] = mapped_column(ARRAY(String))
    checked_by: Mapped[str]
    created_at: Mapped[CreatedAt]
