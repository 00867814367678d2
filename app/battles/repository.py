"""Reading battles with what they show."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.battles.tables import Battle, Matchup


@dataclass(frozen=True)
class Exchange:
    """One turn of a matchup: the user's blocks and each slot's."""

    turn_index: int
    prompt: Sequence[dict[str, Any]]
    response_a: Sequence[dict[str, Any]]
    response_b: Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Flagged:
    """A remark on a battle, for the arena's researchers."""

    created_at: datetime
    reason: str
    note: str
    external_id: str | None
    prompt: str


_CONVERSATION = text("""
    SELECT t.turn_index, t.blocks AS prompt, a.blocks AS response_a, b.blocks AS response_b
    FROM turn t
    LEFT JOIN response a ON (a.matchup_id, a.arena_id, a.turn_index) = (t.matchup_id, t.arena_id, t.turn_index)
        AND a.slot = 'a'
    LEFT JOIN response b ON (b.matchup_id, b.arena_id, b.turn_index) = (t.matchup_id, t.arena_id, t.turn_index)
        AND b.slot = 'b'
    WHERE t.matchup_id = :matchup_id AND t.arena_id = :arena_id
    ORDER BY t.turn_index
""")

_FLAGS = text("""
    SELECT f.created_at, f.reason, f.note, m.external_id, left(p.text, 120) AS prompt
    FROM battle_flag f
    JOIN battle b ON (b.id, b.arena_id) = (f.battle_id, f.arena_id)
    JOIN matchup m ON (m.id, m.arena_id) = (b.matchup_id, b.arena_id)
    JOIN prompt p ON (p.id, p.arena_id) = (m.prompt_id, m.arena_id)
    WHERE f.arena_id = :arena_id ORDER BY f.created_at DESC LIMIT 100
""")


async def find_battle(session: AsyncSession, battle_id: uuid.UUID, annotator_id: uuid.UUID) -> Battle | None:
    """A battle of this annotator's that was shown; one that is only prepared is nobody's to see."""
    statement = select(Battle).where(
        Battle.id == battle_id, Battle.annotator_id == annotator_id, Battle.state != "prepared"
    )
    return (await session.scalars(statement)).one_or_none()


async def conversation(session: AsyncSession, arena_id: uuid.UUID, matchup_id: uuid.UUID) -> list[Exchange]:
    rows = await session.execute(_CONVERSATION, {"matchup_id": matchup_id, "arena_id": arena_id})
    return [Exchange(row.turn_index, row.prompt, row.response_a or [], row.response_b or []) for row in rows]


async def count_matchups(session: AsyncSession, arena_id: uuid.UUID) -> int:
    statement = select(func.count()).where(Matchup.arena_id == arena_id, Matchup.state == "active")
    return (await session.execute(statement)).scalar_one()


async def count_done(session: AsyncSession, arena_id: uuid.UUID, annotator_id: uuid.UUID) -> int:
    """How many battles of the arena this person has voted on."""
    statement = select(func.count()).where(
        Battle.arena_id == arena_id, Battle.annotator_id == annotator_id, Battle.state == "voted"
    )
    return (await session.execute(statement)).scalar_one()


async def list_flags(session: AsyncSession, arena_id: uuid.UUID) -> list[Flagged]:
    rows = await session.execute(_FLAGS, {"arena_id": arena_id})
    return [Flagged(row.created_at, row.reason, row.note, row.external_id, row.prompt) for row in rows]
