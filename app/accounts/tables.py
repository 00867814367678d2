"""Accounts, annotators, sessions and API tokens."""

import datetime
import uuid

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, CreatedAt, Key, one_of

ROLES = ("admin", "researcher", "annotator")
ANNOTATOR_KINDS = ("human", "judge", "simulated")


class AppUser(Base):
    """Somebody with an e-mail address and a password."""

    __tablename__ = "app_user"
    __table_args__ = (
        one_of("role", ROLES),
        Index("uq_app_user_email", func.lower(text("email")), unique=True),
    )

    id: Mapped[Key]
    email: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[str]
    created_at: Mapped[CreatedAt]
    disabled_at: Mapped[datetime.datetime | None]


class Annotator(Base):
    """Whose judgement a vote is. Public only under a pseudonym that each release salts anew."""

    __tablename__ = "annotator"
    __table_args__ = (
        one_of("kind", ANNOTATOR_KINDS),
        UniqueConstraint("source", "external_id"),
        CheckConstraint("(source IS NULL) = (external_id IS NULL)", name="imported"),
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(default="human")
    app_user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"), unique=True)
    source: Mapped[str | None]  # where an imported annotator comes from, e.g. "arena:<id>"
    external_id: Mapped[str | None]  # and the name that the source knows them by
    created_at: Mapped[CreatedAt]


class LoginSession(Base):
    """A browser's session. The cookie holds the token; only its hash is stored here."""

    __tablename__ = "login_session"

    id: Mapped[Key]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    annotator_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("annotator.id"), index=True)
    app_user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime.datetime]
    revoked_at: Mapped[datetime.datetime | None]


class ApiToken(Base):
    """A program's key to the API, with the scopes it was given and no more."""

    __tablename__ = "api_token"

    id: Mapped[Key]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    app_user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"), index=True)
    name: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String))
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime.datetime | None]
    revoked_at: Mapped[datetime.datetime | None]
