"""The prompts that an arena offers to people who have none of their own: sets of them, offered or retired."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import NotFoundError
from app.live.suggestion_files import Suggested
from app.prompts.tables import PromptSuggestion
from app.web.pagination import Page, encode_cursor

PAGE = 50

_SETS = text("""
    SELECT prompt_set, count(*) FILTER (WHERE retired_at IS NULL) AS offered, count(retired_at) AS retired
    FROM prompt_suggestion WHERE arena_id = :arena_id GROUP BY prompt_set ORDER BY prompt_set
""")

_COUNT_RETIRED = text("""
    SELECT count(*) FROM prompt_suggestion
    WHERE arena_id = :arena_id AND prompt_set = :prompt_set AND retired_at = :retired_at
""")


@dataclass(frozen=True)
class Added:
    """How many prompts are new, were retired and are offered again, and were offered already."""

    new: int
    again: int
    known: int


async def prompt_sets(session: AsyncSession, arena_id: uuid.UUID) -> Sequence[RowMapping]:
    """By name: prompt_set, offered, retired."""
    return (await session.execute(_SETS, {"arena_id": arena_id})).mappings().all()


async def add(session: AsyncSession, arena_id: uuid.UUID, suggested: Iterable[Suggested]) -> Added:
    """Offer these, each in the set that it names. A prompt is in a set once: one that is there is kept."""
    wanted = dict.fromkeys((one.prompt_set or "", one.text) for one in suggested)
    statement = select(PromptSuggestion).where(
        PromptSuggestion.arena_id == arena_id, PromptSuggestion.prompt_set.in_({name for name, _ in wanted})
    )
    there = {(one.prompt_set, one.text): one for one in await session.scalars(statement)}
    retired = [there[key] for key in wanted if key in there and there[key].retired_at is not None]
    for one in retired:
        one.retired_at = None
    new = [key for key in wanted if key not in there]
    session.add_all(PromptSuggestion(arena_id=arena_id, prompt_set=name, text=prompt) for name, prompt in new)
    await session.flush()
    return Added(len(new), len(retired), len(wanted) - len(new) - len(retired))


async def prompts_of(
    session: AsyncSession, arena_id: uuid.UUID, prompt_set: str, before: uuid.UUID | None
) -> Page[PromptSuggestion]:
    """A set's prompts, newest first, from the cursor on. Raises NotFoundError where there is no such set."""
    statement = (
        select(PromptSuggestion)
        .where(PromptSuggestion.arena_id == arena_id, PromptSuggestion.prompt_set == prompt_set)
        .order_by(PromptSuggestion.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        statement = statement.where(PromptSuggestion.id < before)
    rows = list(await session.scalars(statement))
    if not rows:
        raise NotFoundError("This arena has no such set of prompts.")
    return Page(rows[:PAGE], encode_cursor(rows[PAGE - 1].id) if len(rows) > PAGE else None)


async def retire(
    session: AsyncSession, arena_id: uuid.UUID, prompt_set: str, suggestion_id: uuid.UUID | None
) -> datetime | None:
    """Offer a prompt, or a whole set, no more. The moment by which `offer` undoes it; None where none was offered."""
    statement = (
        update(PromptSuggestion)
        .where(
            PromptSuggestion.arena_id == arena_id,
            PromptSuggestion.prompt_set == prompt_set,
            PromptSuggestion.retired_at.is_(None),
        )
        .values(retired_at=text("now()"))
        .returning(PromptSuggestion.retired_at)
    )
    if suggestion_id is not None:
        statement = statement.where(PromptSuggestion.id == suggestion_id)
    return (await session.scalars(statement)).first()


async def count_retired(session: AsyncSession, arena_id: uuid.UUID, prompt_set: str, retired_at: datetime) -> int:
    """How many prompts of a set were retired at this very moment, and still are."""
    values = {"arena_id": arena_id, "prompt_set": prompt_set, "retired_at": retired_at}
    return int((await session.execute(_COUNT_RETIRED, values)).scalar_one())


async def offer(
    session: AsyncSession,
    arena_id: uuid.UUID,
    prompt_set: str,
    *,
    suggestion_id: uuid.UUID | None = None,
    retired_at: datetime | None = None,
) -> None:
    """Offer again: one prompt, or what was retired at that moment, or else the whole set."""
    statement = update(PromptSuggestion).where(
        PromptSuggestion.arena_id == arena_id, PromptSuggestion.prompt_set == prompt_set
    )
    if suggestion_id is not None:
        statement = statement.where(PromptSuggestion.id == suggestion_id)
    if retired_at is not None:
        statement = statement.where(PromptSuggestion.retired_at == retired_at)
    await session.execute(statement.values(retired_at=None))
