"""Letting a question in: consent, limits and moderation, before anything is drawn."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from app.accounts.service import start_anonymous_session
from app.accounts.viewer import Viewer
from app.config import Settings
from app.db.engine import Database
from app.errors import InvalidInputError
from app.live import service
from app.live.guarding import check_prompt
from app.live.service import LiveArena
from app.web.rate_limits import Limit, count_against

HOUR, MINUTE = 3_600, 60


@dataclass(frozen=True)
class Asker:
    """Who asks. token is that of a session which begins with this question, for the cookie."""

    annotator_id: uuid.UUID
    token: str | None


async def admit(
    database: Database,
    client: httpx.AsyncClient,
    settings: Settings,
    live: LiveArena,
    viewer: Viewer,
    prompt: str,
    *,
    address: str,
    consents: bool,
) -> Asker:
    """Who may ask this now. Somebody new becomes an anonymous annotator. Raises where the question is not let in."""
    async with database.read_session() as session:
        must_consent = not await service.has_consented(session, live, viewer.annotator_id)
    if must_consent and not consents:
        raise InvalidInputError("Agree to the terms below first: tick the box above the button.")
    await _count(database, live, viewer, address)
    await check_prompt(database, client, live.arena.id, live.settings, prompt)
    annotator_id, token = viewer.annotator_id, None
    if annotator_id is not None and not must_consent:
        return Asker(annotator_id, None)
    async with database.session() as session:
        if annotator_id is None:
            token, annotator_id = await start_anonymous_session(session, settings.session_days)
        if must_consent:
            await service.give_consent(session, live, annotator_id)
    return Asker(annotator_id, token)


async def admit_next(
    database: Database, client: httpx.AsyncClient, live: LiveArena, viewer: Viewer, prompt: str, *, address: str
) -> None:
    """The same for a further question in a battle."""
    await _count(database, live, viewer, address)
    await check_prompt(database, client, live.arena.id, live.settings, prompt)


async def _count(database: Database, live: LiveArena, viewer: Viewer, address: str) -> None:
    arena, settings, now = str(live.arena.id), live.settings, datetime.now(UTC)
    limits = [
        Limit("questions from one address an hour", f"{arena} {address}", settings.prompts_per_address, HOUR),
        Limit("questions to this arena a minute", arena, settings.prompts_per_arena, MINUTE),
    ]
    if viewer.annotator_id is not None:
        person = f"{arena} {viewer.annotator_id}"
        limits.insert(0, Limit("questions of one person an hour", person, settings.prompts_per_person, HOUR))
    async with database.direct() as connection:
        for limit in limits:
            await count_against(connection, limit, now)
