"""Boards over time, models against their opponents, and pairs of models: read from what was computed and counted."""

import uuid
from datetime import datetime
from typing import NamedTuple

from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.leaderboards.analysis_schemas import StyleProfile
from app.leaderboards.diffs import SnapshotOut
from app.leaderboards.repository import StoredBoard
from app.leaderboards.schemas import AnnotatorKind, BoardMethod, EntryOut

MOST_POINTS = 1000
MOST_LINES = 6
MOST_MOMENTS = 20

_SNAPSHOTS = text("""
    SELECT id, slice, method, votes, input_hash, code_version, duration_seconds, created_at AS computed_at
    FROM leaderboard_snapshot WHERE arena_id = :arena_id AND slice = :slice AND method = :method
    AND (CAST(:before AS timestamptz) IS NULL OR created_at < :before)
    ORDER BY created_at DESC, id DESC LIMIT :most
""")
_HISTORY = text("""
    SELECT s.id AS snapshot_id, s.created_at AS at, e.rating, e.rating_lower, e.rating_upper, e.rank, e.rank_lower,
        e.rank_upper, e.votes
    FROM leaderboard_snapshot s
    JOIN leaderboard_entry e ON e.snapshot_id = s.id AND e.arena_id = s.arena_id AND e.model = :model
    WHERE s.arena_id = :arena_id AND s.slice = :slice AND s.method = :method
    ORDER BY s.created_at DESC, s.id DESC LIMIT :most
""")
_LINES = text("""
    SELECT s.id, s.created_at AS at, e.model, e.rating FROM (
        SELECT id, arena_id, created_at FROM leaderboard_snapshot
        WHERE arena_id = :arena_id AND slice = :slice AND method = :method ORDER BY created_at DESC, id DESC LIMIT :most
    ) s JOIN leaderboard_entry e ON e.snapshot_id = s.id AND e.arena_id = s.arena_id AND e.model = ANY(:models)
    ORDER BY s.created_at DESC, s.id DESC
""")
_ACROSS_SLICES = text("""
    SELECT l.slug, l.title, l.is_ready_made, n.votes AS slice_votes, e.rating, e.rating_lower, e.rating_upper, e.rank,
        e.rank_lower, e.rank_upper, e.votes
    FROM leaderboard_slice l
    CROSS JOIN LATERAL (
        SELECT id, votes FROM leaderboard_snapshot
        WHERE arena_id = l.arena_id AND slice = l.slug AND method = :method ORDER BY created_at DESC, id DESC LIMIT 1
    ) n
    JOIN leaderboard_entry e ON e.snapshot_id = n.id AND e.arena_id = l.arena_id AND e.model = :model
    WHERE l.arena_id = :arena_id AND e.votes > 0
    ORDER BY e.rating DESC NULLS LAST, e.votes DESC, l.slug
""")
NAMED = "m.name || CASE v.label WHEN '' THEN '' ELSE '@' || v.label END"
_PAIR = text(f"""
    WITH named AS (
        SELECT v.id, {NAMED} AS name FROM model_version v JOIN model m ON m.id = v.model_id
        WHERE {NAMED} IN (:one, :other)
    ), one AS (SELECT id FROM named WHERE name = :one), other AS (SELECT id FROM named WHERE name = :other)
    SELECT c.slice, coalesce(l.title, c.slice) AS title,
        CASE WHEN c.model_a = one.id THEN c.wins_a ELSE c.wins_b END AS wins,
        CASE WHEN c.model_a = one.id THEN c.wins_b ELSE c.wins_a END AS losses, c.ties, c.both_bad
    FROM one, other, pair_count c
    LEFT JOIN leaderboard_slice l ON l.arena_id = c.arena_id AND l.slug = c.slice
    WHERE c.arena_id = :arena_id AND c.kind = :kind
    AND c.model_a = least(one.id, other.id) AND c.model_b = greatest(one.id, other.id)
    AND c.wins_a + c.wins_b + c.ties + c.both_bad > 0
    ORDER BY c.slice <> 'overall', title, c.slice
""")


class HistoryPoint(BaseModel):
    """A model's rating on one snapshot."""

    snapshot_id: uuid.UUID
    at: datetime
    rating: float | None
    rating_lower: float | None
    rating_upper: float | None
    rank: int | None
    rank_lower: int | None
    rank_upper: int | None
    votes: int


class RatingMoment(NamedTuple):
    """What the ratings of some models were on one snapshot; None where one had none."""

    at: datetime
    ratings: dict[str, float | None]


class HistoryOut(BaseModel):
    """A model's rating over time, oldest first: a line with a band."""

    arena: str
    slice: str
    method: str
    model: str
    points: list[HistoryPoint]


class RecordLine(BaseModel):
    """A model against one opponent; both_bad and ties count as half a win in the rates."""

    opponent: str
    votes: int
    wins: int
    losses: int
    ties: int
    both_bad: int
    win_rate: float = Field(description="Observed.")
    predicted_win_rate: float | None = Field(description="What the ratings say; null where either has none.")


class SliceStanding(BaseModel):
    """Where a model stands on the board of a slice. Ratings are relative to the models of that board."""

    slug: str
    title: str
    is_ready_made: bool = Field(description="Of a category or a language; else a researcher defined it.")
    slice_votes: int
    votes: int
    rating: float | None
    rating_lower: float | None
    rating_upper: float | None
    rank: int | None
    rank_lower: int | None
    rank_upper: int | None


class PairLine(BaseModel):
    """The votes between two models in one slice, from the first's point of view."""

    slice: str
    title: str
    wins: int
    losses: int
    ties: int
    both_bad: int


class ModelOut(BaseModel):
    """What is known of one model."""

    arena: str
    slice: str
    method: str
    snapshot_id: uuid.UUID
    entry: EntryOut
    opponents: list[RecordLine]
    slices: list[SliceStanding] = Field(description="On the newest board of every slice, strongest first.")
    style: StyleProfile | None


class PairOut(BaseModel):
    """What is known of two models against each other."""

    arena: str
    model_a: str
    model_b: str
    annotator_kind: AnnotatorKind | None
    slices: list[PairLine] = Field(description='Those with votes between the two; "overall" first.')


async def list_snapshots(
    session: AsyncSession,
    arena_id: uuid.UUID,
    slice_name: str,
    method: BoardMethod,
    *,
    before: datetime | None = None,
    most: int = 100,
) -> list[SnapshotOut]:
    """Newest first; `before` leaves out those that are not older."""
    key = {"arena_id": arena_id, "slice": slice_name, "method": method, "before": before, "most": most}
    return [SnapshotOut(**row) for row in (await session.execute(_SNAPSHOTS, key)).mappings()]


async def read_history(
    session: AsyncSession, arena_id: uuid.UUID, slice_name: str, method: BoardMethod, model: str
) -> list[HistoryPoint]:
    """The newest MOST_POINTS snapshots that have the model, oldest first."""
    key = {"arena_id": arena_id, "slice": slice_name, "method": method, "model": model, "most": MOST_POINTS}
    rows = (await session.execute(_HISTORY, key)).mappings().all()
    return [HistoryPoint(**row) for row in reversed(rows)]


async def read_lines(session: AsyncSession, arena_id: uuid.UUID, board: StoredBoard) -> list[RatingMoment]:
    """The newest past ratings of the models that stand first on a board, newest first."""
    models = [entry.model for entry in board.entries[:MOST_LINES] if entry.rating is not None]
    key = {"arena_id": arena_id, "slice": board.snapshot.slice, "method": board.snapshot.method, "most": MOST_MOMENTS}
    moments: dict[uuid.UUID, RatingMoment] = {}
    for row in await session.execute(_LINES, {**key, "models": models}):
        moment = moments.setdefault(row.id, RatingMoment(row.at, dict.fromkeys(models)))
        moment.ratings[row.model] = row.rating
    return list(moments.values())


async def read_standings_across_slices(
    session: AsyncSession, arena_id: uuid.UUID, method: BoardMethod, model: str
) -> list[SliceStanding]:
    """The model on the newest board of every slice, strongest first."""
    key = {"arena_id": arena_id, "method": method, "model": model}
    return [SliceStanding(**row) for row in (await session.execute(_ACROSS_SLICES, key)).mappings()]


async def read_pair(session: AsyncSession, arena_id: uuid.UUID, kind: str, one: str, other: str) -> list[PairLine]:
    """The votes between two models in every slice that has any, "overall" first. From the counts, not the votes."""
    key = {"arena_id": arena_id, "kind": kind, "one": one, "other": other}
    return [PairLine(**row) for row in (await session.execute(_PAIR, key)).mappings()]


def record_of(board: StoredBoard, model: str) -> list[RecordLine]:
    """A model against each opponent on a board, most votes first."""
    names = [facts.name for facts in board.details.facts]
    predicted = board.details.predicted or [None] * len(board.details.pairs)
    lines = []
    for (a, b, wins_a, wins_b, ties, both_bad), rate in zip(board.details.pairs, predicted, strict=True):
        if model not in (names[a], names[b]):
            continue
        is_first = names[a] == model
        wins, losses = (wins_a, wins_b) if is_first else (wins_b, wins_a)
        votes = wins + losses + ties + both_bad
        lines.append(
            RecordLine(
                opponent=names[b] if is_first else names[a],
                votes=votes,
                wins=wins,
                losses=losses,
                ties=ties,
                both_bad=both_bad,
                win_rate=(wins + (ties + both_bad) / 2) / votes,
                predicted_win_rate=rate if rate is None or is_first else 1 - rate,
            )
        )
    return sorted(lines, key=lambda line: (-line.votes, line.opponent))
