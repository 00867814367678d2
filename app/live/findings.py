"""What the checks of a live arena found: what moderation said, failed calls, personal data, repetitions.

Leaked names are in `findings_leaks`. Texts that people wrote leave here masked: whoever looks for personal data needs
its kind and place, not the data.
"""

import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import RowMapping, TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.moderation.personal_data import mask
from app.web.pagination import Page, encode_cursor

PAGE: Final = 25
CALLS_OF: Final = timedelta(days=30)
LONGEST_SHOWN: Final = 600

Item = TypeVar("Item")

NAME_OF_VERSION = "m.name || CASE v.label WHEN '' THEN '' ELSE '@' || v.label END"

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
    SELECT m.id AS model_id, {NAME_OF_VERSION} AS model, s.error, s.calls, s.of_calls, s.newest
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

LAST: Final = uuid.UUID(int=2**128 - 1)


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


async def events(session: AsyncSession, arena_id: uuid.UUID, before: uuid.UUID | None) -> Page[RowMapping]:
    """What moderation did not simply let through, newest first, from the cursor on."""
    return await _page(session, _EVENTS, arena_id, {"before": before or LAST}, lambda row: row)


async def failures(session: AsyncSession, arena_id: uuid.UUID) -> Sequence[RowMapping]:
    """Of the last 30 days by model and kind, most first: model_id, model, error, calls, of_calls (its all), newest."""
    values = {"arena_id": arena_id, "since": datetime.now(UTC) - CALLS_OF}
    return (await session.execute(_FAILURES, values)).mappings().all()


async def personal_prompts(
    session: AsyncSession, arena_id: uuid.UUID, before: uuid.UUID | None
) -> Page[PersonalPrompt]:
    """Newest first, from the cursor on."""
    return await _page(session, _PERSONAL, arena_id, {"before": before or LAST}, _personal)


async def duplicate_groups(session: AsyncSession, arena_id: uuid.UUID, after: uuid.UUID | None) -> Page[DuplicateGroup]:
    """Largest first, from the cursor on."""
    return await _page(session, _GROUPS, arena_id, {"after": after}, _group)


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


def _personal(row: RowMapping) -> PersonalPrompt:
    return PersonalPrompt(_masked(row["text"]), row["personal_data"], row["created_at"])


def _group(row: RowMapping) -> DuplicateGroup:
    return DuplicateGroup(row["prompts"], row["newest"], _masked(row["text"]), [_masked(one) for one in row["others"]])


def _masked(prompt: str) -> str:
    """Masked first and then cut, since half of a number is no number."""
    masked = mask(prompt)
    return masked if len(masked) <= LONGEST_SHOWN else f"{masked[:LONGEST_SHOWN]}…"
