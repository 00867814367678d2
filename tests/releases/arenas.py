"""Arenas with votes written straight into the tables, in any combination that a release has to make sense of."""

import dataclasses
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.tables import Annotator
from app.accounts.viewer import OPERATOR, Viewer
from app.arenas.service import change_state, create_arena
from app.arenas.tables import Arena
from app.battles.lineup import lineup_of
from app.battles.tables import Battle, Matchup, MatchupSlot, Response, Turn
from app.db.base import new_id
from app.db.engine import Database
from app.model_registry.tables import Model, ModelVersion
from app.prompts.tables import Prompt, PromptTag
from app.votes.tables import Vote, VoteExclusion

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
MODELS = ("planted-aardvark-7b", "planted-bison-13b@quantised")
DISH = (("What is the dish called?", "Carbonara.", "Amatriciana."),)


@dataclass(frozen=True)
class Cast:
    """One battle. verdicts are its revisions in order, None for taken back; turns are (prompt, answer a, answer b)."""

    verdicts: Sequence[str | None] = ("model_a",)
    kind: str = "human"
    after_reveal: bool = False
    exclusion: str | None = None  # "standing" or "lifted"
    cast_at: datetime | None = START
    source_row: int | None = None
    turns: Sequence[tuple[str, str | None, str | None]] = DISH
    battle_id: uuid.UUID = dataclasses.field(default_factory=new_id)


def minutes(count: int) -> datetime:
    return START + timedelta(minutes=count)


def text(words: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": words}]


async def arena_with(
    database: Database, casts: Sequence[Cast], *, slug: str = "kitchen", owner: Viewer = OPERATOR
) -> Arena:
    """An open arena with these votes; battles with the same turns share their matchup."""
    async with database.session() as session:
        await create_arena(session, owner, slug=slug, title=f"The {slug}: “dishes” | and more")
        arena = await change_state(session, owner, slug, "open")
        await add_votes(session, arena, casts)
    return arena


async def add_votes(session: AsyncSession, arena: Arena, casts: Sequence[Cast]) -> None:
    versions = await _versions(session)
    matchups: dict[Any, uuid.UUID] = {}
    for number, cast in enumerate(casts):
        if cast.turns not in matchups:
            matchups[cast.turns] = await _add_matchup(session, arena, f"m-{new_id()}", cast.turns, versions)
        await _add_battle(session, arena, number, cast, matchups[cast.turns], versions)


async def _versions(session: AsyncSession) -> list[uuid.UUID]:
    made = []
    for full_name in MODELS:
        name, _, label = full_name.partition("@")
        query = select(ModelVersion).join(Model, Model.id == ModelVersion.model_id).where(Model.name == name)
        version = await session.scalar(query)
        if version is None:
            model = Model(name=name, organisation=f"Maker of {name}", licence="Apache-2.0")
            session.add(model)
            await session.flush()
            version = ModelVersion(model_id=model.id, label=label)
            session.add(version)
            await session.flush()
        made.append(version.id)
    return made


async def _add_matchup(
    session: AsyncSession, arena: Arena, external_id: str, turns: Sequence[Any], versions: Sequence[uuid.UUID]
) -> uuid.UUID:
    fingerprint = hashlib.sha256(external_id.encode()).digest()
    prompt = Prompt(arena_id=arena.id, text=turns[0][0], fingerprint=fingerprint, language="en")
    session.add(prompt)
    await session.flush()
    for tag, tagged_by in (("pasta", "import"), ("dinner", "import"), ("pasta", "owner")):
        session.add(PromptTag(prompt_id=prompt.id, arena_id=arena.id, tag=tag, tagged_by=tagged_by))
    matchup = Matchup(arena_id=arena.id, prompt_id=prompt.id, external_id=external_id, lineup=lineup_of(versions))
    session.add(matchup)
    await session.flush()
    key = {"matchup_id": matchup.id, "arena_id": arena.id}
    for slot, version_id in zip("ab", versions, strict=True):
        session.add(MatchupSlot(**key, slot=slot, model_version_id=version_id))
    for index, (question, *answers) in enumerate(turns):
        session.add(Turn(**key, turn_index=index, blocks=text(question)))
        for slot, answer in zip("ab", answers, strict=True):
            if answer is not None:
                session.add(Response(**key, slot=slot, turn_index=index, blocks=text(answer)))
    await session.flush()
    return matchup.id


async def _add_battle(
    session: AsyncSession,
    arena: Arena,
    number: int,
    cast: Cast,
    matchup_id: uuid.UUID,
    versions: Sequence[uuid.UUID],
) -> None:
    annotator = Annotator(kind=cast.kind)
    session.add(annotator)
    await session.flush()
    session.add(
        Battle(
            id=cast.battle_id,
            arena_id=arena.id,
            matchup_id=matchup_id,
            annotator_id=annotator.id,
            protocol_version=1,
            contestants=list(versions),
            lineup=lineup_of(versions),
            side_order="ba" if number % 2 else "ab",
            sampler="least-covered/64",
            propensity=1 / 3,
            source="web",
            state="voted" if cast.verdicts[-1] else "retracted",
            revision=len(cast.verdicts),
            shown_at=START,
        )
    )
    await session.flush()
    key = {"battle_id": cast.battle_id, "arena_id": arena.id}
    for revision, winner in enumerate(cast.verdicts, start=1):
        session.add(
            Vote(
                **key,
                revision=revision,
                annotator_id=annotator.id,
                winner=winner,
                after_reveal=cast.after_reveal,
                source="web",
                cast_at=cast.cast_at,
                source_row=cast.source_row,
            )
        )
    if cast.exclusion:
        lifted_at = START if cast.exclusion == "lifted" else None
        session.add(
            VoteExclusion(
                **key, reason="too quick", excluded_by="owner@example.org", created_at=START, lifted_at=lifted_at
            )
        )
    await session.flush()
