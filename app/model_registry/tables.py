"""Models and their versions."""

import uuid
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, CreatedAt, Key


class Model(Base):
    """A compared system, known by one name everywhere."""

    __tablename__ = "model"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    organisation: Mapped[str | None]
    licence: Mapped[str | None]
    link: Mapped[str | None]
    created_at: Mapped[CreatedAt]


class ModelVersion(Base):
    """The same name with other weights or settings is another version."""

    __tablename__ = "model_version"
    __table_args__ = (UniqueConstraint("model_id", "label"),)

    id: Mapped[Key]
    model_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("model.id"))
    label: Mapped[str] = mapped_column(default="")
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    created_at: Mapped[CreatedAt]
