"""Votes, append-only, and their exclusions."""

import datetime
import uuid

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from app.battles.tables import SOURCES
from app.db.base import Base, CreatedAt, Key, Xid8, one_of

WINNERS = ("model_a", "model_b", "tie", "both_bad")


class Vote(Base):
    """A verdict on a battle. Never updated: a correction is the next revision, and a NULL winner takes the vote back.

    The current vote is the one whose revision the battle names. cast_at is NULL where an imported vote carries no time;
    source_row is then its place in the file, which keeps the order. after_reveal marks a choice made by somebody who
    had already seen the names: kept, and left out of boards.
    """

    __tablename__ = "vote"
    __table_args__ = (
        ForeignKeyConstraint(["battle_id", "arena_id"], ["battle.id", "battle.arena_id"]),
        # In the order in which votes are read in pages: a million that were imported at once have one transaction.
        Index("ix_vote_recorded", "arena_id", "recorded_xid", "battle_id", "revision"),
        one_of("winner", WINNERS),
        one_of("source", SOURCES),
        CheckConstraint("revision > 0", name="revision"),
        CheckConstraint("strength BETWEEN 1 AND 3", name="strength"),
    )

    battle_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    arena_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    annotator_id: Mapped[uuid.UUID]
    winner: Mapped[str | None]
    strength: Mapped[int | None] = mapped_column(SmallInteger)
    after_reveal: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    source: Mapped[str]
    cast_at: Mapped[datetime.datetime | None]
    source_row: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[CreatedAt]
    recorded_xid: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))


class VoteExclusion(Base):
    """A battle's votes set aside: never deleted, and lifted when it was a mistake.

    recorded_xid is the transaction that raised it, lifted_xid the one that lifted it: counts that are kept up to date
    need to know what they saw of both. A trigger sets them, and refuses to put a lifted one back in force: whoever
    changes their mind raises another.
    """

    __tablename__ = "vote_exclusion"
    __table_args__ = (
        ForeignKeyConstraint(["battle_id", "arena_id"], ["battle.id", "battle.arena_id"]),
        Index("ix_vote_exclusion_recorded", "arena_id", "recorded_xid"),
        Index("ix_vote_exclusion_lifted", "arena_id", "lifted_xid", postgresql_where=text("lifted_xid IS NOT NULL")),
    )

    id: Mapped[Key]
    arena_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    battle_id: Mapped[uuid.UUID] = mapped_column(index=True)
    reason: Mapped[str]
    excluded_by: Mapped[str]
    created_at: Mapped[CreatedAt]
    lifted_at: Mapped[datetime.datetime | None]
    recorded_xid: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))
    lifted_xid: Mapped[int | None] = mapped_column(Xid8)
