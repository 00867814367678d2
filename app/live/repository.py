"""Reading what a live arena needs: its pool with what pairs have met, suggestions, and where a battle stands."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

_POOL = text("""
    SELECT p.model_version_id AS id, p.role, p.weight, p.battles,
        m.name || CASE v.label WHEN '' THEN '' ELSE '@' || v.label END AS name
    FROM arena_model p JOIN model_version v ON v.id = p.model_version_id JOIN model m ON m.id = v.model_id
    WHERE p.arena_id = :arena_id AND p.left_at IS NULL AND v.state = 'active' AND v.provider_id IS NOT NULL
    ORDER BY name, p.model_version_id
""")

# Kept by the worker from new votes; a second's delay does not matter to a draw.
_COUNTS = text("""
    SELECT model_a, model_b, sum(wins_a)::float AS wins_a, sum(wins_b)::float AS wins_b,
        sum(ties + both_bad)::float AS level
    FROM pair_count WHERE arena_id = :arena_id AND slice = 'overall' AND kind = 'human'
    GROUP BY model_a, model_b
""")

_SUGGESTIONS = text("""
    SELECT id, prompt_set, text FROM prompt_suggestion
    WHERE arena_id = :arena_id AND retired_at IS NULL ORDER BY random() LIMIT :most
""")

_SUGGESTION = text("SELECT text FROM prompt_suggestion WHERE arena_id = :arena_id AND id = :id AND retired_at IS NULL")

_OPEN_BATTLE = text("""
    SELECT id FROM battle
    WHERE arena_id = :arena_id AND annotator_id = :annotator_id AND state IN ('shown', 'writing')
""")

_TURNS = text("SELECT count(*) FROM turn WHERE arena_id = :arena_id AND matchup_id = :matchup_id")

_FIRST_PROMPT = text("""
    SELECT blocks FROM turn WHERE arena_id = :arena_id AND matchup_id = :matchup_id AND turn_index = 0
""")

_CLAIM = text("""
    SELECT b.writer IS NOT NULL AS is_begun, coalesce(b.writing_until > now(), false) AS is_held
    FROM battle b WHERE b.id = :battle_id
""")


async def pool(session: AsyncSession, arena_id: uuid.UUID) -> Sequence[RowMapping]:
    """The contestants that may be drawn, by name."""
    return (await session.execute(_POOL, {"arena_id": arena_id})).mappings().all()


async def pair_counts(session: AsyncSession, arena_id: uuid.UUID) -> Sequence[RowMapping]:
    """Votes of people on each pair of versions."""
    return (await session.execute(_COUNTS, {"arena_id": arena_id})).mappings().all()


async def suggestions(session: AsyncSession, arena_id: uuid.UUID, most: int) -> Sequence[RowMapping]:
    """Some of the prompts that the arena offers, others each time."""
    return (await session.execute(_SUGGESTIONS, {"arena_id": arena_id, "most": most})).mappings().all()


async def suggestion_text(session: AsyncSession, arena_id: uuid.UUID, suggestion_id: uuid.UUID) -> str | None:
    return (await session.execute(_SUGGESTION, {"arena_id": arena_id, "id": suggestion_id})).scalar_one_or_none()


async def open_battle(session: AsyncSession, arena_id: uuid.UUID, annotator_id: uuid.UUID) -> uuid.UUID | None:
    """The battle that this person has on the screen in the arena."""
    values = {"arena_id": arena_id, "annotator_id": annotator_id}
    return (await session.execute(_OPEN_BATTLE, values)).scalar_one_or_none()


async def count_turns(session: AsyncSession, arena_id: uuid.UUID, matchup_id: uuid.UUID) -> int:
    found = await session.execute(_TURNS, {"arena_id": arena_id, "matchup_id": matchup_id})
    return int(found.scalar_one())


async def first_prompt(session: AsyncSession, arena_id: uuid.UUID, matchup_id: uuid.UUID) -> list[dict[str, Any]]:
    """The blocks of the battle's first question."""
    return list((await session.execute(_FIRST_PROMPT, {"arena_id": arena_id, "matchup_id": matchup_id})).scalar_one())


async def claim_of(session: AsyncSession, battle_id: uuid.UUID) -> RowMapping:
    """Whether somebody has begun to write the turn (is_begun), and is at it now (is_held)."""
    return (await session.execute(_CLAIM, {"battle_id": battle_id})).mappings().one()
