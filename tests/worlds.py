"""Small arenas to test in."""

import hashlib
import itertools
import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.viewer import OPERATOR, Viewer
from app.arenas.schemas import ProtocolDocument
from app.arenas.service import change_state, create_arena
from app.arenas.tables import Arena
from app.battles.lineup import lineup_of
from app.battles.tables import Matchup, MatchupSlot, Response, Turn
from app.db.engine import Database
from app.model_registry.tables import Model, ModelVersion
from app.prompts.tables import Prompt

MODELS = ("planted-aardvark-7b", "planted-bison-13b", "planted-caribou-70b")


async def open_arena(
    database: Database,
    *,
    slug: str = "kitchen",
    matchups: int = 6,
    models: Sequence[str] = MODELS,
    owner: Viewer = OPERATOR,
    protocol: ProtocolDocument | None = None,
) -> Arena:
    """An open curated arena, whose matchups go round all pairs of the models."""
    async with database.session() as session:
        await create_arena(session, owner, slug=slug, title=f"The {slug}", protocol=protocol)
        arena = await change_state(session, owner, slug, "open")
    await add_matchups(database, arena, matchups, models)
    return arena


async def add_matchups(database: Database, arena: Arena, count: int, models: Sequence[str] = MODELS) -> None:
    """Matchups m-0, m-1, …, whose answers tell nothing of the models."""
    async with database.session() as session:
        versions = {}
        for name in models:
            model = await session.scalar(select(Model).where(Model.name == name))
            if model is None:
                model = Model(name=name, organisation=f"Maker of {name}", licence="Apache-2.0")
                session.add(model)
                await session.flush()
                session.add(ModelVersion(model_id=model.id))
                await session.flush()
            query = select(ModelVersion.id).where(ModelVersion.model_id == model.id)
            versions[name] = (await session.execute(query)).scalar_one()
        pairs = itertools.cycle(itertools.permutations(versions.values(), 2))
        for number, pair in zip(range(count), pairs, strict=False):
            await _add_matchup(session, arena, number, pair)


async def _add_matchup(session: AsyncSession, arena: Arena, number: int, pair: tuple[uuid.UUID, uuid.UUID]) -> None:
    text = f"What is dish number {number} called?"
    prompt = Prompt(arena_id=arena.id, text=text, fingerprint=hashlib.sha256(text.encode()).digest())
    session.add(prompt)
    await session.flush()
    matchup = Matchup(arena_id=arena.id, prompt_id=prompt.id, external_id=f"m-{number}", lineup=lineup_of(pair))
    session.add(matchup)
    await session.flush()
    key = {"matchup_id": matchup.id, "arena_id": arena.id}
    session.add(Turn(**key, turn_index=0, blocks=[{"type": "text", "text": text}]))
    for slot, version_id in zip("ab", pair, strict=True):
        session.add(MatchupSlot(**key, slot=slot, model_version_id=version_id))
        answer = f"Dish {number} has *one* name and another."
        session.add(Response(**key, slot=slot, turn_index=0, blocks=[{"type": "text", "text": answer}]))
