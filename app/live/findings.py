"""What the checks of a live arena found: leaked names, what moderation said, failed calls, personal data, repetitions.

Texts that people wrote leave here masked: whoever looks for personal data needs its kind and place, not the data.
"""

import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import RowMapping, TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.battles.content import text_of
from app.db.base import new_id
from app.errors import NotFoundError
from app.moderation.personal_data import mask
from app.web.pagination import Page, encode_cursor

PAGE: Final = 25
CALLS_OF: Final = timedelta(days=30)
AROUND: Final = 120  # characters of an answer that are shown before and after a leaked name
LOOKED_AT: Final = 1_000  # and that are masked before: half of a number is no number
LONGEST_SHOWN: Final = 600

Item = TypeVar("Item")

_NAME = "m.name || CASE v.label WHEN '' THEN '' ELSE '@' || v.label END"

_LEAKS = text(f"""
    SELECT l.id, l.battle_id, l.turn_index, l.name, l.start, l."end", l.created_at, b.kind, r.blocks, {_NAME} AS model,
        EXISTS (SELECT FROM vote_exclusion x WHERE (x.battle_id, x.arena_id) = (l.battle_id, l.arena_id)
            AND x.reason = 'identity-leak' AND x.lifted_at IS NULL) AS is_excluded,
        EXISTS (SELECT FROM vote t WHERE (t.battle_id, t.arena_id) = (l.battle_id, l.arena_id)) AS has_votes
    FROM identity_leak l
    JOIN battle b ON (b.id, b.arena_id) = (l.battle_id, l.arena_id)
    JOIN response r ON (r.matchup_id, r.arena_id, r.slot, r.turn_index)
        = (b.matchup_id, b.arena_id, l.slot, l.turn_index)
    JOIN model_version v ON v.id = b.contestants[CASE l.slot WHEN 'a' THEN 1 ELSE 2 END]
    JOIN model m ON m.id = v.model_id
    WHERE l.arena_id = :arena_id AND l.id < :before ORDER BY l.id DESC LIMIT :most
""")

_EVENTS = text("""
    SELECT id, battle_id, subject, outcome, categories, created_at FROM moderation_event
    WHERE arena_id = :arena_id AND id < :before ORDER BY id DESC LIMIT :most
""")

# By way of the arena's models, of which there are few: calls are found by model and time.
_FAILURES = text(f"""
    WITH counted AS (
        SELECT c.model_version_id, c.error, count(*) AS calls, max(c.started_at) AS newest
        FROM arena_model p JOIN model_call c ON c.model_version_id = p.model_version_id AND c.arena_id = p.arena_id
        WHERE p.arena_id = :arena_id AND c.started_at >= :since GROUP BY c.model_version_id, c.error
    ), shares AS (
        SELECT *, (sum(calls) OVER (PARTITION BY model_version_id))::bigint AS of_calls FROM counted
    )
    SELECT m.id AS model_id, {_NAME} AS model, s.error, s.calls, s.of_calls, s.newest
    FROM shares s JOIN model_version v ON v.id = s.model_version_id JOIN model m ON m.id = v.model_id
    WHERE s.error IS NOT NULL ORDER BY s.calls DESC, model, s.error
""")

_PERSONAL = text("""
    SELECT id, text, personal_data, created_at FROM prompt
    WHERE arena_id = :arena_id AND personal_data <> '{}' AND id < :before ORDER BY id DESC LIMIT :most
""")

# A page goes on after the group whose first prompt the cursor names, by the size that this group has now.
_GROUPS = text("""
    WITH groups AS (
        SELECT near_duplicate_of AS id, count(*) + 1 AS prompts, max(created_at) AS newest
        FROM prompt WHERE arena_id = :arena_id AND near_duplicate_of IS NOT NULL GROUP BY near_duplicate_of
    )
    SELECT g.id, g.prompts, g.newest, p.text, ARRAY(
        SELECT o.text FROM prompt o WHERE o.arena_id = :arena_id AND o.near_duplicate_of = g.id
        ORDER BY o.id DESC LIMIT 2) AS others
    FROM groups g JOIN prompt p ON (p.id, p.arena_id) = (g.id, :arena_id)
    WHERE CAST(:after AS uuid) IS NULL
        OR (g.prompts, g.id) < ((SELECT h.prompts FROM groups h WHERE h.id = :after), :after)
    ORDER BY g.prompts DESC, g.id DESC LIMIT :most
""")

_HAS_LEAK = text("""
    SELECT b.id FROM battle b WHERE b.arena_id = :arena_id AND b.id = :battle_id
        AND EXISTS (SELECT FROM identity_leak l WHERE (l.battle_id, l.arena_id) = (b.id, b.arena_id))
    FOR UPDATE OF b
""")

_LIFT = text("""
    UPDATE vote_exclusion SET lifted_at = now() WHERE arena_id = :arena_id AND battle_id = :battle_id
        AND reason = 'identity-leak' AND lifted_at IS NULL
""")

_RAISE = text("""
    INSERT INTO vote_exclusion (id, arena_id, battle_id, reason, excluded_by)
    SELECT :id, :arena_id, :battle_id, 'identity-leak', 'researcher'
    WHERE NOT EXISTS (SELECT FROM vote_exclusion x WHERE x.arena_id = :arena_id AND x.battle_id = :battle_id
        AND x.reason = 'identity-leak' AND x.lifted_at IS NULL)
""")

_LAST: Final = uuid.UUID(int=2**128 - 1)


@dataclass(frozen=True)
class Leak:
    """A name in an answer, with the text around it. turn counts from 1."""

    battle_id: uuid.UUID
    model: str
    name: str
    turn: int
    kind: str
    before: str
    span: str
    after: str
    created_at: datetime
    is_excluded: bool
    has_votes: bool


@dataclass(frozen=True)
class PersonalPrompt:
    """A prompt with personal data, masked. kinds: as in app.moderation.personal_data."""

    text: str
    kinds: Sequence[str]
    created_at: datetime


@dataclass(frozen=True)
class DuplicateGroup:
    """Prompts that say nearly the same, masked: the first, and the newest of the others."""

    prompts: int
    newest: datetime
    first: str
    others: Sequence[str]


async def leaks(session: AsyncSession, arena_id: uuid.UUID, before: uuid.UUID | None) -> Page[Leak]:
    """Newest first, from the cursor on."""
    return await _page(session, _LEAKS, arena_id, {"before": before or _LAST}, _leak)


async def events(session: AsyncSession, arena_id: uuid.UUID, before: uuid.UUID | None) -> Page[RowMapping]:
    """What moderation did not simply let through, newest first, from the cursor on."""
    return await _page(session, _EVENTS, arena_id, {"before": before or _LAST}, lambda row: row)


async def failures(session: AsyncSession, arena_id: uuid.UUID) -> Sequence[RowMapping]:
    """Of the last 30 days by model and kind, most first: model_id, model, error, calls, of_calls (its all), newest."""
    values = {"arena_id": arena_id, "since": datetime.now(UTC) - CALLS_OF}
    return (await session.execute(_FAILURES, values)).mappings().all()


async def personal_prompts(
    session: AsyncSession, arena_id: uuid.UUID, before: uuid.UUID | None
) -> Page[PersonalPrompt]:
    """Newest first, from the cursor on."""
    return await _page(session, _PERSONAL, arena_id, {"before": before or _LAST}, _personal)


async def duplicate_groups(session: AsyncSession, arena_id: uuid.UUID, after: uuid.UUID | None) -> Page[DuplicateGroup]:
    """Largest first, from the cursor on."""
    return await _page(session, _GROUPS, arena_id, {"after": after}, _group)


async def lift(session: AsyncSession, arena_id: uuid.UUID, battle_id: uuid.UUID) -> None:
    """Have a battle's votes count again, although a name leaked in it."""
    await _lock(session, arena_id, battle_id)
    await session.execute(_LIFT, {"arena_id": arena_id, "battle_id": battle_id})


async def exclude(session: AsyncSession, arena_id: uuid.UUID, battle_id: uuid.UUID) -> None:
    """Set a battle's votes aside again: a lifted exclusion stays lifted, and another is raised."""
    await _lock(session, arena_id, battle_id)
    await session.execute(_RAISE, {"id": new_id(), "arena_id": arena_id, "battle_id": battle_id})


async def _lock(session: AsyncSession, arena_id: uuid.UUID, battle_id: uuid.UUID) -> None:
    """Hold the battle until the end of the transaction, so that two who press at once raise one exclusion."""
    values = {"arena_id": arena_id, "battle_id": battle_id}
    if (await session.execute(_HAS_LEAK, values)).first() is None:
        raise NotFoundError("No name leaked in this battle.")


async def _page(
    session: AsyncSession,
    statement: TextClause,
    arena_id: uuid.UUID,
    values: Mapping[str, Any],
    read: Callable[[RowMapping], Item],
) -> Page[Item]:
    found = await session.execute(statement, {"arena_id": arena_id, "most": PAGE + 1, **values})
    rows = found.mappings().all()
    # Looking for personal data takes milliseconds a text, and others wait on this thread.
    items = await asyncio.to_thread(lambda: [read(row) for row in rows[:PAGE]])
    return Page(items, encode_cursor(rows[PAGE - 1]["id"]) if len(rows) > PAGE else None)


def _leak(row: RowMapping) -> Leak:
    answer, start, end = text_of(row["blocks"]), row["start"], row["end"]
    before, after = mask(answer[max(start - LOOKED_AT, 0) : start]), mask(answer[end : end + LOOKED_AT])
    return Leak(
        battle_id=row["battle_id"],
        model=row["model"],
        name=row["name"],
        turn=row["turn_index"] + 1,
        kind=row["kind"],
        before=before if len(before) <= AROUND else f"…{before[-AROUND:]}",
        span=answer[start:end],
        after=after if len(after) <= AROUND else f"{after[:AROUND]}…",
        created_at=row["created_at"],
        is_excluded=row["is_excluded"],
        has_votes=row["has_votes"],
    )


def _personal(row: RowMapping) -> PersonalPrompt:
    return PersonalPrompt(_masked(row["text"]), row["personal_data"], row["created_at"])


def _group(row: RowMapping) -> DuplicateGroup:
    return DuplicateGroup(row["prompts"], row["newest"], _masked(row["text"]), [_masked(one) for one in row["others"]])


def _masked(prompt: str) -> str:
    """Masked first and then cut, see LOOKED_AT."""
    masked = mask(prompt)
    return masked if len(masked) <= LONGEST_SHOWN else f"{masked[:LONGEST_SHOWN]}…"
