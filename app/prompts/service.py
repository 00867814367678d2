"""Keeping prompts that people write: the same text once, with its language, tags, near duplicates and personal data."""

import asyncio
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.base import new_id
from app.moderation.fingerprints import NEAR_DUPLICATE, bands, signature, similarity
from app.moderation.language import identify_language
from app.moderation.personal_data import find_personal_data
from app.moderation.prompt_tags import RULES_VERSION, tag_prompt
from app.prompts.tables import Prompt, PromptBand, PromptTag

TAGGED_BY_RULES = f"rules/{RULES_VERSION}"


@dataclass(frozen=True)
class Reading:
    """What was found in a prompt. personal_data are kinds, never the data."""

    language: str | None
    tags: tuple[str, ...]
    personal_data: tuple[str, ...]
    signature: bytes


def read_prompt(text: str) -> Reading:
    """Look a prompt over; some milliseconds, so call it in a thread."""
    kinds = sorted({span.kind for span in find_personal_data(text)})
    return Reading(identify_language(text), tag_prompt(text), tuple(kinds), signature(text))


async def keep_prompt(session: AsyncSession, arena_id: uuid.UUID, text: str, *, source: str) -> uuid.UUID:
    """The id of the prompt with this very text in the arena, which is stored if it is new."""
    exact = hashlib.sha256(text.encode()).digest()
    known = select(Prompt.id).where(Prompt.arena_id == arena_id, Prompt.fingerprint == exact)
    if found := await session.scalar(known):
        return found
    reading = await asyncio.to_thread(read_prompt, text)
    statement = insert(Prompt).values(
        id=new_id(),
        arena_id=arena_id,
        text=text,
        fingerprint=exact,
        language=reading.language,
        source=source,
        signature=reading.signature,
        near_duplicate_of=await _near_duplicate(session, arena_id, reading.signature),
        personal_data=list(reading.personal_data),
    )
    added: uuid.UUID | None = await session.scalar(statement.on_conflict_do_nothing().returning(Prompt.id))
    if added is None:  # somebody asked the same at the same moment
        return (await session.execute(known)).scalar_one()
    await _describe(session, arena_id, added, reading)
    return added


async def _describe(session: AsyncSession, arena_id: uuid.UUID, prompt_id: uuid.UUID, reading: Reading) -> None:
    key = {"prompt_id": prompt_id, "arena_id": arena_id}
    tags = [{**key, "tag": tag, "tagged_by": TAGGED_BY_RULES} for tag in reading.tags]
    if tags:
        await session.execute(insert(PromptTag), tags)
    await session.execute(insert(PromptBand), [{**key, "band": band} for band in bands(reading.signature)])


async def _near_duplicate(session: AsyncSession, arena_id: uuid.UUID, wanted: bytes) -> uuid.UUID | None:
    """The most similar earlier prompt that is similar enough, or the one that it was a near duplicate of itself."""
    statement = (
        select(Prompt.id, Prompt.signature, Prompt.near_duplicate_of)
        .join(PromptBand, (Prompt.id == PromptBand.prompt_id) & (Prompt.arena_id == PromptBand.arena_id))
        .where(PromptBand.arena_id == arena_id, PromptBand.band.in_(bands(wanted)))
        .distinct()
        .limit(200)
    )
    candidates: Sequence[tuple[float, uuid.UUID]] = [
        (similarity(wanted, row.signature), row.near_duplicate_of or row.id) for row in await session.execute(statement)
    ]
    best = max(candidates, default=(0.0, None))
    return best[1] if best[0] >= NEAR_DUPLICATE else None
