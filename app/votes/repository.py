"""Reading votes: the current one on a battle, and a person's own history."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.arenas.schemas import Winner

_MODELS = """(
    SELECT array_agg(ARRAY[m.name || CASE v.label WHEN '' THEN '' ELSE '@' || v.label END,
        m.organisation, m.licence, m.link] ORDER BY c.place)
    FROM unnest(b.contestants) WITH ORDINALITY AS c (id, place)
    JOIN model_version v ON v.id = c.id JOIN model m ON m.id = v.model_id
)"""

_CURRENT = text(f"""
    SELECT v.revision, v.winner, v.after_reveal, v.cast_at, {_MODELS} AS models
    FROM battle b
    JOIN vote v ON (v.battle_id, v.arena_id, v.revision) = (b.id, b.arena_id, b.revision)
    WHERE b.id = :battle_id AND b.arena_id = :arena_id
""")


_CONTESTANTS = text(f"SELECT {_MODELS} AS models FROM battle b WHERE b.id = :battle_id AND b.arena_id = :arena_id")

_HISTORY = text(f"""
    SELECT b.id, b.state, b.shown_at, b.side_order, v.winner, left(p.text, 160) AS prompt,
        CASE WHEN v.revision IS NOT NULL AND (d.document->>'reveal')::boolean THEN {_MODELS} END AS models
    FROM battle b
    JOIN matchup m ON (m.id, m.arena_id) = (b.matchup_id, b.arena_id)
    JOIN prompt p ON (p.id, p.arena_id) = (m.prompt_id, m.arena_id)
    JOIN protocol d ON (d.arena_id, d.version) = (b.arena_id, b.protocol_version)
    LEFT JOIN vote v ON (v.battle_id, v.arena_id, v.revision) = (b.id, b.arena_id, b.revision)
    WHERE b.arena_id = :arena_id AND b.annotator_id = :annotator_id
      AND b.state IN ('voted', 'retracted', 'skipped', 'expired')
      AND (CAST(:before AS uuid) IS NULL OR b.id < CAST(:before AS uuid))
    ORDER BY b.id DESC LIMIT :limit
""")


@dataclass(frozen=True)
class CurrentVote:
    """The vote that stands. models holds [name, organisation, licence, link] by slot."""

    revision: int
    winner: Winner | None
    after_reveal: bool
    cast_at: datetime | None
    models: list[list[str | None]]


async def current_vote(session: AsyncSession, arena_id: uuid.UUID, battle_id: uuid.UUID) -> CurrentVote | None:
    result = await session.execute(_CURRENT, {"battle_id": battle_id, "arena_id": arena_id})
    row = result.mappings().one_or_none()
    return None if row is None else CurrentVote(**row)


async def contestants(session: AsyncSession, arena_id: uuid.UUID, battle_id: uuid.UUID) -> list[list[str | None]]:
    """[name, organisation, licence, link] of each contestant, by slot."""
    result = await session.execute(_CONTESTANTS, {"battle_id": battle_id, "arena_id": arena_id})
    models: list[list[str | None]] = result.scalar_one()
    return models


async def history(
    session: AsyncSession, arena_id: uuid.UUID, annotator_id: uuid.UUID, before: uuid.UUID | None, limit: int
) -> Sequence[RowMapping]:
    """A person's battles, newest first. Keys are UUIDv7, so that their order is that of time."""
    parameters = {"arena_id": arena_id, "annotator_id": annotator_id, "before": before, "limit": limit}
    return (await session.execute(_HISTORY, parameters)).mappings().all()
