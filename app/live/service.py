"""Asking in a live arena: who may, what about, which models answer, and what a battle's page needs to know."""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.viewer import Viewer
from app.arenas.schemas import BattleKind, LiveProtocol, LiveSettings, ProtocolDocument
from app.arenas.service import access_arena, arena_and_protocol, live_settings
from app.arenas.tables import Arena, Consent
from app.battles.content import text_of
from app.battles.lineup import lineup_of
from app.battles.service import access_battle
from app.battles.tables import Battle
from app.db.base import new_id
from app.db.engine import Database
from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.live import repository, turns
from app.live.drawing import Drawn, Standing, Standings, draw
from app.prompts.service import keep_prompt


@dataclass(frozen=True)
class LiveArena:
    """A live arena with how it is run."""

    arena: Arena
    protocol: LiveProtocol
    settings: LiveSettings


@dataclass(frozen=True)
class Question:
    """What somebody asks, and how they want it answered. chosen are the models they picked, where they may."""

    prompt: str
    kind: BattleKind = "anonymous"
    chosen: tuple[uuid.UUID, ...] = ()


async def access_live_arena(session: AsyncSession, viewer: Viewer, slug: str) -> LiveArena:
    """The arena, if it is a live one and the viewer may ask in it."""
    arena = await access_arena(session, viewer, slug, "vote")
    return as_live(*await arena_and_protocol(session, arena.id, arena.protocol_version))


async def live_arena_of(session: AsyncSession, viewer: Viewer, battle_id: uuid.UUID) -> LiveArena:
    """The arena of the viewer's battle, under the battle's own protocol."""
    battle = await access_battle(session, viewer, battle_id)
    return as_live(*await arena_and_protocol(session, battle.arena_id, battle.protocol_version))


def as_live(arena: Arena, protocol: ProtocolDocument) -> LiveArena:
    if arena.mode != "live" or protocol.live is None:
        raise NotFoundError("In this arena the questions are there already.")
    return LiveArena(arena, protocol.live, live_settings(arena))


def checked_prompt(prompt: str, settings: LiveSettings) -> str:
    """The prompt with plain line ends, or an error in words that a person can act on."""
    prompt = prompt.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not prompt:
        raise InvalidInputError("Write a question first.")
    if len(prompt) > settings.longest_prompt:
        over = len(prompt) - settings.longest_prompt
        raise InvalidInputError(
            f"The question is {over:,} characters too long; {settings.longest_prompt:,} are allowed."
        )
    return prompt


async def has_consented(session: AsyncSession, live: LiveArena, annotator_id: uuid.UUID | None) -> bool:
    """Whether this person has agreed to the present consent text; nobody has to where there is none."""
    if not live.protocol.consent_text:
        return True
    if annotator_id is None:
        return False
    key = (annotator_id, live.arena.id, _hash(live.protocol.consent_text))
    return await session.get(Consent, key) is not None


async def give_consent(session: AsyncSession, live: LiveArena, annotator_id: uuid.UUID) -> None:
    """Keep that this person agreed, to which text, and when. Agreeing again changes nothing."""
    if await has_consented(session, live, annotator_id):
        return
    session.add(
        Consent(
            annotator_id=annotator_id,
            arena_id=live.arena.id,
            text_hash=_hash(live.protocol.consent_text),
            protocol_version=live.arena.protocol_version,
        )
    )
    await session.flush()


async def ask(
    database: Database,
    standings: Standings,
    live: LiveArena,
    annotator_id: uuid.UUID,
    question: Question,
    *,
    source: str,
) -> uuid.UUID:
    """Draw who answers and make the battle, whose turn is then to be written. Its id."""
    return await _ask(database, await standings.of(live.arena.id), live, annotator_id, question, source)


async def _ask(
    database: Database,
    standing: Standing,
    live: LiveArena,
    annotator_id: uuid.UUID,
    question: Question,
    source: str,
) -> uuid.UUID:
    if question.kind not in live.protocol.kinds:
        raise InvalidInputError("This arena does not offer that kind of battle.")
    drawn = draw(standing, live.settings, question.kind, question.chosen)
    async with database.session() as session:
        prompt_id = await keep_prompt(session, live.arena.id, question.prompt, source="visitor")
    new = _new_battle(live, annotator_id, prompt_id, drawn, question, source)
    async with database.direct() as connection:
        await turns.open_battle(connection, new)
    return new.battle_id


def _new_battle(
    live: LiveArena, annotator_id: uuid.UUID, prompt_id: uuid.UUID, drawn: Drawn, question: Question, source: str
) -> turns.NewBattle:
    contestants = sorted(drawn.contestants)
    return turns.NewBattle(
        battle_id=new_id(),
        matchup_id=new_id(),
        arena_id=live.arena.id,
        annotator_id=annotator_id,
        prompt_id=prompt_id,
        protocol_version=live.arena.protocol_version,
        contestants=contestants,
        lineup=lineup_of(contestants),
        sampler=drawn.sampler,
        propensity=drawn.propensity,
        source=source,
        kind=question.kind,
        blocks=blocks_of(question.prompt),
        coin=bool(secrets.randbits(1)),
    )


async def ask_on(database: Database, viewer: Viewer, battle_id: uuid.UUID, prompt: str) -> None:
    """The next question in a battle."""
    async with database.read_session() as session:
        battle = await access_battle(session, viewer, battle_id)
        arena, protocol = await arena_and_protocol(session, battle.arena_id, battle.protocol_version)
        asked = await repository.count_turns(session, battle.arena_id, battle.matchup_id)
    if protocol.live is None:
        raise ConflictError("In this battle the questions are there already.")
    if arena.state != "open":
        raise ConflictError(f"{arena.title} is closed, so nothing more can be asked.")
    if asked >= protocol.live.max_turns:
        raise ConflictError(f"A battle has {protocol.live.max_turns} questions at most here. Start a new one.")
    async with database.direct() as connection:
        is_asked = await turns.ask_on(
            connection,
            battle_id,
            battle.annotator_id,
            turn_index=asked,
            blocks=blocks_of(prompt),
            reveals=protocol.reveal,
        )
    if not is_asked:
        raise ConflictError("This battle takes no question now: it is being answered, or it has ended.")


async def ask_again(
    database: Database, standings: Standings, viewer: Viewer, battle_id: uuid.UUID, *, source: str
) -> uuid.UUID:
    """The first question of a battle that failed, once more: to another pair, or to the models that were picked."""
    async with database.read_session() as session:
        battle = await access_battle(session, viewer, battle_id)
        if battle.state != "failed":
            raise ConflictError("Only a battle that failed is tried again.")
        prompt = text_of(await repository.first_prompt(session, battle.arena_id, battle.matchup_id))
        arena, _ = await arena_and_protocol(session, battle.arena_id, battle.protocol_version)
        live = await access_live_arena(session, viewer, arena.slug)
    question = Question(prompt, cast("BattleKind", battle.kind), tuple(battle.contestants))
    standing = await standings.of(arena.id, now=True)
    return await _ask(database, standing, live, battle.annotator_id, question, source)


async def live_state(session: AsyncSession, battle: Battle) -> str:
    """The battle's state as its page shows it: a turn may be written by another request, or its writing cut off."""
    if battle.state != "writing":
        return battle.state
    claim = await repository.claim_of(session, battle.id)
    if claim["is_held"]:
        return "elsewhere"
    return "interrupted" if claim["is_begun"] else "writing"


def blocks_of(text: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": text}]


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
