"""Guarding people and blindness: whether a prompt may be asked, and by which names a contestant gives itself away."""

import asyncio
import os
import uuid
from collections.abc import Iterable
from functools import lru_cache

import httpx
import structlog

from app.arenas.schemas import LiveSettings
from app.battles.tables import ModerationEvent
from app.db.engine import Database
from app.errors import ForbiddenError, UnavailableError
from app.model_registry.contestants import Contestant
from app.moderation.checks import Decision, Verdict, decide
from app.moderation.endpoint import ModerationEndpoint, ModerationUnavailableError
from app.moderation.identity_leaks import LeakFinder
from app.moderation.model_names import names_of
from app.moderation.word_list import WordList

log = structlog.get_logger(__name__)


async def check_prompt(
    database: Database, client: httpx.AsyncClient, arena_id: uuid.UUID, settings: LiveSettings, prompt: str
) -> None:
    """Raise, and keep the event, where moderation does not let the prompt pass. The prompt itself is not kept."""
    decision = await moderate(client, settings, prompt)
    if decision.outcome != "passed":
        await keep_event(database, arena_id, "prompt", decision)
    if decision.allowed:
        return
    if decision.outcome == "unavailable":
        raise UnavailableError("Questions cannot be checked at the moment, so none are taken. Try again in a minute.")
    raise ForbiddenError("This question is not answered here: it asks for something that the arena forbids.")


async def moderate(client: httpx.AsyncClient, settings: LiveSettings, text: str) -> Decision:
    """What the arena's checks say of a text."""
    verdicts: list[Verdict | None] = []
    if settings.use_word_list or settings.forbidden_words:
        verdicts.append(await asyncio.to_thread(_words(settings.forbidden_words).check, text))
    if settings.moderation_url:
        verdicts.append(await _ask_endpoint(client, settings, text))
    return decide(verdicts, fail_open=settings.fail_open)


@lru_cache(maxsize=512)
def leak_finder(names: tuple[str, ...], listed: tuple[str, ...]) -> LeakFinder:
    """Made once for each set of names: it compiles them. listed are those that the arena lists itself."""
    return LeakFinder(names, listed)


def leaking_names(contestants: Iterable[Contestant]) -> tuple[str, ...]:
    """All names that count as a leak, whichever contestant says them: to name the rival gives a hint as well."""
    names = {name: None for one in contestants for name in names_of(one.model_name, one.organisation, one.aliases)}
    return tuple(names)


@lru_cache(maxsize=64)
def _words(added: tuple[str, ...]) -> WordList:
    return WordList({"arena": added})


async def _ask_endpoint(client: httpx.AsyncClient, settings: LiveSettings, text: str) -> Verdict | None:
    key = os.environ.get(settings.moderation_variable) if settings.moderation_variable else None
    try:
        return await ModerationEndpoint(client, settings.moderation_url or "", key).check(text)
    except ModerationUnavailableError as error:
        log.warning("moderation is not available", reason=error.detail)
        return None


async def keep_event(
    database: Database, arena_id: uuid.UUID, subject: str, decision: Decision, battle_id: uuid.UUID | None = None
) -> None:
    """Keep what moderation said; the text itself is not kept."""
    async with database.session() as session:
        session.add(
            ModerationEvent(
                arena_id=arena_id,
                battle_id=battle_id,
                subject=subject,
                outcome=decision.outcome,
                categories=list(decision.categories),
                checked_by="arena",
            )
        )
