"""Reading and writing snapshots."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Row, Text, cast, collate, func, literal, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.base import Xid8
from app.leaderboards.compute import METHOD, Board
from app.leaderboards.engine import engine_version
from app.leaderboards.schemas import THEMES, BoardDetails, BoardMethod, EntryOut, FigureName, SingleVotes, Theme
from app.leaderboards.slices import OVERALL
from app.leaderboards.tables import LeaderboardEntry, LeaderboardFigure, LeaderboardSnapshot

SLICE = OVERALL

# A board under constant votes writes a snapshot every few seconds. Of those older than an hour the last of each hour
# stays, and of those older than two days the last of each day: enough for a line over time.
_THIN = text("""
    WITH old AS (
        SELECT s.id, s.method, s.created_at,
            CASE WHEN s.created_at < now() - interval '2 days' THEN 'day' ELSE 'hour' END AS unit
        FROM leaderboard_snapshot s
        WHERE s.arena_id = :arena_id AND s.slice = :slice AND s.created_at < now() - interval '1 hour'
    ), superseded AS (
        SELECT s.id FROM old s
        WHERE EXISTS (
            SELECT FROM leaderboard_snapshot n
            WHERE n.arena_id = :arena_id AND n.slice = :slice AND n.method = s.method AND n.created_at > s.created_at
            AND date_trunc(s.unit, n.created_at, 'UTC') = date_trunc(s.unit, s.created_at, 'UTC'))
    ), analyses AS (
        DELETE FROM leaderboard_analysis e USING superseded s WHERE e.snapshot_id = s.id AND e.arena_id = :arena_id
    ), entries AS (
        DELETE FROM leaderboard_entry e USING superseded s WHERE e.snapshot_id = s.id AND e.arena_id = :arena_id
    ), figures AS (
        DELETE FROM leaderboard_figure f USING superseded s WHERE f.snapshot_id = s.id AND f.arena_id = :arena_id
    )
    DELETE FROM leaderboard_snapshot t USING superseded s WHERE t.id = s.id AND t.arena_id = :arena_id
""")

# One statement, whatever the number of models. Numbers written as JSON come back to the last bit.
_ADD_ENTRIES = text("""
    INSERT INTO leaderboard_entry (snapshot_id, arena_id, model, rating, rating_lower, rating_upper, rank, rank_lower,
        rank_upper, elo, win_rate, votes)
    SELECT CAST(:snapshot_id AS uuid), CAST(:arena_id AS uuid), e.* FROM json_to_recordset(CAST(:lines AS json)) AS e (
        model text, rating float8, rating_lower float8, rating_upper float8, rank int, rank_lower int, rank_upper int,
        elo float8, win_rate float8, votes int)
""")

_CURRENT = text("""
    SELECT s.id, f.id AS figures_id, f.votes AS figures_votes
    FROM (
        SELECT id FROM leaderboard_snapshot WHERE arena_id = :arena_id AND slice = :slice AND method = :method
        ORDER BY created_at DESC, id DESC LIMIT 1
    ) s LEFT JOIN LATERAL (
        SELECT d.id, d.votes FROM leaderboard_snapshot d
        WHERE d.arena_id = :arena_id AND d.slice = :slice AND d.method = :method
        AND EXISTS (SELECT FROM leaderboard_figure g WHERE g.snapshot_id = d.id AND g.arena_id = d.arena_id)
        ORDER BY d.created_at DESC, d.id DESC LIMIT 1
    ) f ON true
""")


@dataclass(frozen=True)
class Current:
    """What a page would be made of now. The figures may be of a slightly older snapshot: drawing takes longer."""

    snapshot_id: uuid.UUID
    figures_id: uuid.UUID | None
    figures_votes: int | None


@dataclass(frozen=True)
class FigureSize:
    """Width and height in pixels, so that a page keeps the place free."""

    name: str
    width: int
    height: int


async def find_current(
    session: AsyncSession, arena_id: uuid.UUID, slice_name: str = SLICE, method: BoardMethod = METHOD
) -> Current | None:
    """The newest snapshot and the newest one with figures: one cheap query, for readers that ask again and again."""
    key = {"arena_id": arena_id, "slice": slice_name, "method": method}
    row = (await session.execute(_CURRENT, key)).one_or_none()
    return None if row is None else Current(row.id, row.figures_id, row.figures_votes)


async def list_figures(session: AsyncSession, arena_id: uuid.UUID, snapshot_id: uuid.UUID) -> list[FigureSize]:
    figure = LeaderboardFigure
    rows = await session.execute(
        select(figure.name, figure.width, figure.height)
        .where(figure.snapshot_id == snapshot_id, figure.arena_id == arena_id, figure.theme == THEMES[0])
        .order_by(figure.name)
    )
    return [FigureSize(name, width, height) for name, width, height in rows]


async def find_figure(
    session: AsyncSession, arena_id: uuid.UUID, snapshot_id: uuid.UUID, name: FigureName, theme: Theme
) -> LeaderboardFigure | None:
    return await session.get(LeaderboardFigure, (snapshot_id, arena_id, name, theme))


async def latest_snapshot(
    session: AsyncSession, arena_id: uuid.UUID, slice_name: str = SLICE, method: BoardMethod = METHOD
) -> LeaderboardSnapshot | None:
    return await session.scalar(
        select(LeaderboardSnapshot)
        .where(
            LeaderboardSnapshot.arena_id == arena_id,
            LeaderboardSnapshot.slice == slice_name,
            LeaderboardSnapshot.method == method,
        )
        .order_by(LeaderboardSnapshot.created_at.desc(), LeaderboardSnapshot.id.desc())
        .limit(1)
    )


@dataclass(frozen=True)
class LastInput:
    """What the newest snapshot was computed from."""

    input_hash: str
    settings: dict[str, Any]
    votes_hash: str | None


async def last_input(session: AsyncSession, arena_id: uuid.UUID, slice_name: str, board: Board) -> LastInput | None:
    """Of the board's method. `votes_hash` is None where the counts tell already that they differ."""
    statement = text("""
        SELECT input_hash, settings,
            CASE WHEN input_hash = :input_hash THEN details->'single_votes'->>'votes_hash' END  -- details are large
        FROM leaderboard_snapshot
        WHERE arena_id = :arena_id AND slice = :slice AND method = :method ORDER BY created_at DESC, id DESC LIMIT 1
    """)
    key = {"arena_id": arena_id, "slice": slice_name, "method": board.method, "input_hash": board.input_hash}
    row = (await session.execute(statement, key)).one_or_none()
    return None if row is None else LastInput(*row)


async def last_look(session: AsyncSession, arena_id: uuid.UUID, slice_name: str) -> SingleVotes | None:
    """What the last look at a slice's single votes gave."""
    statement = text("""
        SELECT details->'single_votes' FROM leaderboard_snapshot
        WHERE arena_id = :arena_id AND slice = :slice AND method = :method ORDER BY created_at DESC, id DESC LIMIT 1
    """)
    found = await session.scalar(statement, {"arena_id": arena_id, "slice": slice_name, "method": METHOD})
    return SingleVotes.model_validate(found) if found else None


async def add_snapshot(
    session: AsyncSession,
    arena_id: uuid.UUID,
    board: Board,
    *,
    watermark: int,
    duration_seconds: float,
    slice_name: str = SLICE,
) -> LeaderboardSnapshot:
    """Write a snapshot with its entries. Its time is that of the writing, so that snapshots are in order."""
    snapshot = LeaderboardSnapshot(
        arena_id=arena_id,
        slice=slice_name,
        method=board.method,
        settings=board.settings,
        votes=board.votes,
        input_hash=board.input_hash,
        code_version=engine_version(),
        watermark=cast(str(watermark), Xid8),
        duration_seconds=duration_seconds,
        # Written by pydantic itself: by way of Python's own lists a large board takes several times as long.
        details=cast(literal(board.details.model_dump_json(), Text), JSONB),
        created_at=func.clock_timestamp(),
    )
    session.add(snapshot)
    await session.flush()
    await session.refresh(snapshot, ["created_at", "watermark"])  # the rest is as it was written, and large
    lines = orjson.dumps([vars(entry) for entry in board.entries]).decode()
    await session.execute(_ADD_ENTRIES, {"snapshot_id": snapshot.id, "arena_id": arena_id, "lines": lines})
    return snapshot


async def thin_snapshots(session: AsyncSession, arena_id: uuid.UUID, slice_name: str = SLICE) -> None:
    """Drop most snapshots that are no longer new: every one could be computed again."""
    await session.execute(_THIN, {"arena_id": arena_id, "slice": slice_name})


@dataclass(frozen=True)
class StoredBoard:
    """A snapshot, read back whole."""

    snapshot: LeaderboardSnapshot
    details: BoardDetails
    entries: list[EntryOut]


async def read_board(session: AsyncSession, arena_id: uuid.UUID, snapshot_id: uuid.UUID) -> StoredBoard | None:
    """A snapshot with its entries: best first; then those without a rating, most votes first."""
    snapshot = await session.get(LeaderboardSnapshot, (snapshot_id, arena_id))
    if snapshot is None:
        return None
    details = BoardDetails.model_validate(snapshot.details)
    facts = {model.name: model for model in details.facts}
    rows = await session.scalars(
        select(LeaderboardEntry)
        .where(LeaderboardEntry.snapshot_id == snapshot_id, LeaderboardEntry.arena_id == arena_id)
        .order_by(
            LeaderboardEntry.rating.desc().nulls_last(),
            LeaderboardEntry.votes.desc(),
            collate(LeaderboardEntry.model, "C"),
        )
    )
    entries = []
    for row in rows:
        known = facts[row.model]
        entry = EntryOut.model_validate(row)
        entries.append(
            entry.model_copy(update={"organisation": known.organisation, "licence": known.licence, "link": known.link})
        )
    return StoredBoard(snapshot, details, entries)


async def find_standings(
    session: AsyncSession, arena_id: uuid.UUID
) -> Sequence[Row[str, int | None, int | None, float | None]]:
    """Model, rank_lower, rank_upper and rating of the models of the newest snapshot: one query."""
    newest = (
        select(LeaderboardSnapshot.id)
        .where(
            LeaderboardSnapshot.arena_id == arena_id,
            LeaderboardSnapshot.slice == SLICE,
            LeaderboardSnapshot.method == METHOD,
        )
        .order_by(LeaderboardSnapshot.created_at.desc(), LeaderboardSnapshot.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    entry = LeaderboardEntry
    statement = select(entry.model, entry.rank_lower, entry.rank_upper, entry.rating).where(
        entry.snapshot_id == newest, entry.arena_id == arena_id
    )
    return (await session.execute(statement)).all()
