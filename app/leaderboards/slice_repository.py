"""Reading and writing slices."""

import uuid
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.leaderboards.slices import MINIMUM_VOTES, SliceIn, SliceOut, ready_made
from app.leaderboards.tables import (
    CountedPair,
    LeaderboardAnalysis,
    LeaderboardEntry,
    LeaderboardFigure,
    LeaderboardSlice,
    LeaderboardSnapshot,
    LeaderboardWatermark,
)
from app.prompts.tables import PromptTag

MOST_READY_MADE = 60
"""Of each sort, the most voted: an arena whose prompts all have tags of their own must not get a board for each."""

_CATEGORIES = text("""
    SELECT g.tag FROM (SELECT DISTINCT prompt_id, tag FROM prompt_tag WHERE arena_id = :arena_id) g
    JOIN matchup m ON m.prompt_id = g.prompt_id AND m.arena_id = :arena_id
    JOIN battle t ON t.matchup_id = m.id AND t.arena_id = m.arena_id AND t.state = 'voted'
    GROUP BY g.tag HAVING count(*) >= :least ORDER BY count(*) DESC, g.tag LIMIT :most
""")
_LANGUAGES = text("""
    SELECT p.language FROM prompt p
    JOIN matchup m ON m.prompt_id = p.id AND m.arena_id = p.arena_id
    JOIN battle t ON t.matchup_id = m.id AND t.arena_id = m.arena_id AND t.state = 'voted'
    WHERE p.arena_id = :arena_id AND p.language IS NOT NULL
    GROUP BY p.language HAVING count(*) >= :least ORDER BY count(*) DESC, p.language LIMIT :most
""")
_BOARDS = text("""
    SELECT DISTINCT ON (slice, method) slice, method, votes, created_at FROM leaderboard_snapshot
    WHERE arena_id = :arena_id ORDER BY slice, method, created_at DESC, id DESC
""")
# Whatever is counted in a slice moves its watermark in the same transaction.
_STATE = text("""
    SELECT count(*) AS slices, max(created_at) AS added_at,
        (SELECT max(checked_at) FROM leaderboard_watermark WHERE arena_id = :arena_id) AS counted_at
    FROM leaderboard_slice WHERE arena_id = :arena_id
""")


class SlicesState(NamedTuple):
    """What tells one state of an arena's slices from another, without reading their boards."""

    slices: int
    added_at: datetime | None
    counted_at: datetime | None


async def find_state(session: AsyncSession, arena_id: uuid.UUID) -> SlicesState:
    return SlicesState(*(await session.execute(_STATE, {"arena_id": arena_id})).one())


async def find_ready_made(session: AsyncSession, arena_id: uuid.UUID) -> list[SliceIn]:
    """The slices of the categories and languages that have enough votes for a board."""
    values = {"arena_id": arena_id, "least": MINIMUM_VOTES, "most": MOST_READY_MADE}
    categories = await session.scalars(_CATEGORIES, values)
    languages = await session.scalars(_LANGUAGES, values)
    return [ready_made("category", tag) for tag in categories] + [ready_made("language", name) for name in languages]


async def add_slice(session: AsyncSession, arena_id: uuid.UUID, wanted: SliceIn, *, is_ready_made: bool) -> bool:
    """Whether it was added: False where the arena has a slice of this name."""
    statement = insert(LeaderboardSlice).values(
        arena_id=arena_id,
        slug=wanted.slug,
        title=wanted.title,
        definition=wanted.definition.model_dump(mode="json", exclude_defaults=True),
        is_ready_made=is_ready_made,
    )
    added = await session.scalar(statement.on_conflict_do_nothing().returning(LeaderboardSlice.slug))
    return added is not None


async def find_slice(session: AsyncSession, arena_id: uuid.UUID, slug: str) -> LeaderboardSlice | None:
    return await session.get(LeaderboardSlice, (arena_id, slug))


async def lock_slice(session: AsyncSession, arena_id: uuid.UUID, slug: str) -> bool:
    """Whether the slice is there, and stays until the end of the transaction."""
    statement = select(LeaderboardSlice.slug).where(
        LeaderboardSlice.arena_id == arena_id, LeaderboardSlice.slug == slug
    )
    return await session.scalar(statement.with_for_update(read=True)) is not None


async def is_counted(session: AsyncSession, arena_id: uuid.UUID, slug: str) -> bool:
    """Whether the slice's votes have been counted, be there any or not."""
    return await session.get(LeaderboardWatermark, (arena_id, slug)) is not None


async def find_unknown_tags(session: AsyncSession, arena_id: uuid.UUID, tags: set[str]) -> set[str]:
    """Those of these tags that no prompt of the arena has."""
    known = await session.scalars(
        select(PromptTag.tag).where(PromptTag.arena_id == arena_id, PromptTag.tag.in_(tags)).distinct()
    )
    return tags - set(known)


async def list_slices(session: AsyncSession, arena_id: uuid.UUID) -> list[LeaderboardSlice]:
    """By title."""
    statement = select(LeaderboardSlice).where(LeaderboardSlice.arena_id == arena_id)
    return list(await session.scalars(statement.order_by(LeaderboardSlice.title, LeaderboardSlice.slug)))


async def add_standings(session: AsyncSession, arena_id: uuid.UUID, slices: list[SliceOut]) -> list[SliceOut]:
    """The slices with the newest of their boards."""
    found: dict[str, SliceOut] = {one.slug: one for one in slices}
    for row in await session.execute(_BOARDS, {"arena_id": arena_id}):
        one = found.get(row.slice)
        if one is not None:
            newest = max(filter(None, (one.computed_at, row.created_at)))
            votes = row.votes if newest == row.created_at else one.votes
            update = {"methods": [*one.methods, row.method], "computed_at": newest, "votes": votes}
            found[row.slice] = one.model_copy(update=update)
    return list(found.values())


async def delete_slice(session: AsyncSession, arena_id: uuid.UUID, slug: str) -> None:
    """The slice with all that was counted and computed in it."""
    snapshots = select(LeaderboardSnapshot.id).where(
        LeaderboardSnapshot.arena_id == arena_id, LeaderboardSnapshot.slice == slug
    )
    for table in (LeaderboardEntry, LeaderboardFigure, LeaderboardAnalysis):
        await session.execute(delete(table).where(table.arena_id == arena_id, table.snapshot_id.in_(snapshots)))
    for part in (LeaderboardSnapshot, CountedPair, LeaderboardWatermark):
        await session.execute(delete(part).where(part.arena_id == arena_id, part.slice == slug))
    await session.execute(
        delete(LeaderboardSlice).where(LeaderboardSlice.arena_id == arena_id, LeaderboardSlice.slug == slug)
    )
