"""Slices, what is counted in them, and snapshots of their rankings. Immutable: a newer one is another row."""

import uuid
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, CreatedAt, Key, Xid8, one_of

KIND_NAMES = ("human", "judge", "simulated")


class LeaderboardSnapshot(Base):
    """One computation: what went in, how it was computed, and all that the page shows.

    watermark is `pg_snapshot_xmin` of the transaction that counted: votes recorded from there on are not all in it.
    """

    __tablename__ = "leaderboard_snapshot"
    __table_args__ = (Index("ix_leaderboard_snapshot_latest", "arena_id", "slice", "method", "created_at"),)

    id: Mapped[Key]
    arena_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("arena.id"), primary_key=True)
    slice: Mapped[str] = mapped_column(default="overall")
    method: Mapped[str]
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB)
    votes: Mapped[int]
    input_hash: Mapped[str]
    code_version: Mapped[str]
    watermark: Mapped[int] = mapped_column(Xid8)
    duration_seconds: Mapped[float]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[CreatedAt]


class LeaderboardSlice(Base):
    """A part of an arena's votes with a board of its own; definition is a SliceDefinition. Never changed.

    The slice of all votes, "overall", is in every arena and has no row.
    """

    __tablename__ = "leaderboard_slice"
    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z0-9](-?[a-z0-9])*$' AND length(slug) <= 63 AND slug <> 'overall'", name="slug"),
    )

    arena_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("arena.id"), primary_key=True)
    slug: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    is_ready_made: Mapped[bool]  # by the worker, for a category or a language
    created_at: Mapped[CreatedAt]


class CountedPair(Base):
    """The votes between two model versions up to the watermark of the slice: see counting.py. model_a < model_b."""

    __tablename__ = "pair_count"
    __table_args__ = (
        one_of("kind", KIND_NAMES),
        CheckConstraint("model_a < model_b", name="unordered"),
        CheckConstraint("wins_a >= 0 AND wins_b >= 0 AND ties >= 0 AND both_bad >= 0", name="counted"),
        Index("ix_pair_count_pair", "arena_id", "model_a", "model_b"),
        {"postgresql_with": {"fillfactor": 70}},  # room for a row's next version on the same page
    )

    arena_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("arena.id"), primary_key=True)
    slice: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    model_a: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    model_b: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    wins_a: Mapped[int] = mapped_column(BigInteger)
    wins_b: Mapped[int] = mapped_column(BigInteger)
    ties: Mapped[int] = mapped_column(BigInteger)
    both_bad: Mapped[int] = mapped_column(BigInteger)


class LeaderboardAnalysis(Base):
    """How sure a snapshot is: an Analysis, worked out after the numbers were published because it takes longer."""

    __tablename__ = "leaderboard_analysis"

    snapshot_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    arena_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    code_version: Mapped[str]
    duration_seconds: Mapped[float]
    created_at: Mapped[CreatedAt]


class LeaderboardWatermark(Base):
    """Up to where an arena's votes have been looked at, whether or not they changed its board.

    counted is the `pg_current_snapshot()` of the last transaction that counted, as text: it says of every transaction
    whether its votes were seen. Transaction ids mean nothing on another server, where a dump may have been restored to;
    cluster is the system identifier of the one they belong to.
    """

    __tablename__ = "leaderboard_watermark"

    arena_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("arena.id"), primary_key=True)
    slice: Mapped[str] = mapped_column(primary_key=True)
    counted: Mapped[str]
    cluster: Mapped[int] = mapped_column(BigInteger)
    checked_at: Mapped[CreatedAt]


class LeaderboardEntry(Base):
    """One model's line. Its rating is NULL where the votes cannot rank it."""

    __tablename__ = "leaderboard_entry"

    snapshot_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    arena_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    rating: Mapped[float | None]
    rating_lower: Mapped[float | None]
    rating_upper: Mapped[float | None]
    rank: Mapped[int | None]
    rank_lower: Mapped[int | None]
    rank_upper: Mapped[int | None]
    elo: Mapped[float | None]
    win_rate: Mapped[float | None]
    votes: Mapped[int]


class LeaderboardFigure(Base):
    """A chart of a snapshot in one theme: the Vega-Lite spec, the SVG compressed with gzip, and the PNG."""

    __tablename__ = "leaderboard_figure"

    snapshot_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    arena_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    theme: Mapped[str] = mapped_column(primary_key=True)
    width: Mapped[int]  # of the SVG, in pixels
    height: Mapped[int]
    spec: Mapped[dict[str, Any]] = mapped_column(JSONB)
    svg: Mapped[bytes] = mapped_column(LargeBinary)
    png: Mapped[bytes] = mapped_column(LargeBinary)
