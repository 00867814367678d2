"""Providers, the models that they serve, and the versions of these."""

import datetime
import uuid
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, LargeBinary, Numeric, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, CreatedAt, Key, one_of

PROVIDER_KINDS = ("openai", "anthropic", "replay", "fault")
VERSION_STATES = ("draft", "active", "paused", "retired")


class Provider(Base):
    """Where models are served, and how they are called there.

    Its credential is either encrypted here or the name of an environment variable, and never both. allow_private lets
    it stand in the machine's own network, which an administrator has to decide.
    """

    __tablename__ = "provider"
    __table_args__ = (
        one_of("kind", PROVIDER_KINDS),
        CheckConstraint("credential IS NULL OR credential_variable IS NULL", name="one_credential"),
    )

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    base_url: Mapped[str | None]
    options: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    credential: Mapped[bytes | None] = mapped_column(LargeBinary)
    credential_variable: Mapped[str | None]
    allow_private: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[CreatedAt]


class Model(Base):
    """A compared system, known by one name everywhere. aliases are other names by which it may give itself away."""

    __tablename__ = "model"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    organisation: Mapped[str | None]
    licence: Mapped[str | None]
    link: Mapped[str | None]
    modalities: Mapped[list[str]] = mapped_column(ARRAY(String), default=["text"], server_default=text("'{text}'"))
    aliases: Mapped[list[str]] = mapped_column(ARRAY(String), default=list, server_default=text("'{}'"))
    created_at: Mapped[CreatedAt]


class ModelVersion(Base):
    """The same name with other weights or settings is another version: what shapes its answers never changes here.

    settings: sampling settings and system prompt, as they are sent. provider_id is NULL where only outputs were
    imported; served_as is the name that the provider knows. Prices are in US dollars per million tokens, the budget in
    US dollars a day.
    """

    __tablename__ = "model_version"
    __table_args__ = (
        UniqueConstraint("model_id", "label"),
        one_of("state", VERSION_STATES),
        CheckConstraint("input_price >= 0 AND output_price >= 0 AND daily_budget >= 0", name="money"),
        CheckConstraint("max_concurrency > 0", name="concurrency"),
        CheckConstraint("first_fragment_seconds > 0 AND whole_seconds > 0", name="time_limits"),
    )

    id: Mapped[Key]
    model_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("model.id"))
    label: Mapped[str] = mapped_column(default="")
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    provider_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("provider.id"), index=True)
    served_as: Mapped[str] = mapped_column(default="", server_default="")
    state: Mapped[str] = mapped_column(default="active", server_default="active")
    input_price: Mapped[Decimal | None] = mapped_column(Numeric(12, 6))
    output_price: Mapped[Decimal | None] = mapped_column(Numeric(12, 6))
    daily_budget: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    max_concurrency: Mapped[int] = mapped_column(default=8, server_default="8")
    first_fragment_seconds: Mapped[float] = mapped_column(default=30.0, server_default="30")
    whole_seconds: Mapped[float] = mapped_column(default=180.0, server_default="180")
    created_at: Mapped[CreatedAt]


class ModelCall(Base):
    """One call of a model, whatever came of it: what was spent, how long it took, and the kind of what went wrong.

    battle_id, turn_index and slot are NULL for tests of a model. cost is in US dollars.
    """

    __tablename__ = "model_call"
    __table_args__ = (Index("ix_model_call_recent", "model_version_id", "started_at"),)

    id: Mapped[Key]
    model_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("model_version.id"))
    arena_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("arena.id"))
    battle_id: Mapped[uuid.UUID | None]
    turn_index: Mapped[int | None]
    slot: Mapped[str | None]
    started_at: Mapped[datetime.datetime]
    first_fragment_seconds: Mapped[float | None]
    duration_seconds: Mapped[float]
    attempts: Mapped[int]
    input_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    cost: Mapped[Decimal | None] = mapped_column(Numeric(14, 8))
    finish_reason: Mapped[str | None]
    error: Mapped[str | None]
