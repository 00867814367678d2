"""Small live arenas to test in."""

import uuid
from collections.abc import Mapping
from typing import Any

from app.accounts.viewer import OPERATOR, Viewer
from app.arenas.schemas import ArenaUpdate, LiveProtocol, LiveSettings, ProtocolDocument
from app.arenas.service import change_state, create_arena, update_arena
from app.arenas.tables import Arena, ArenaModel
from app.db.engine import Database
from app.model_registry.tables import Model, ModelVersion, Provider

Contestants = Mapping[str, Mapping[str, Any]]
TWO: Contestants = {
    "planted-aardvark-7b": {"outputs": ["An answer with *some* words.\n\nAnd a second paragraph."]},
    "planted-bison-13b": {"outputs": ["Another answer, of one paragraph."]},
}


async def open_live_arena(
    database: Database,
    contestants: Contestants = TWO,
    *,
    slug: str = "talk",
    live: LiveProtocol | None = None,
    settings: LiveSettings | None = None,
    owner: Viewer = OPERATOR,
    **protocol: Any,
) -> Arena:
    """An open live arena. Each contestant replays outputs, or misbehaves where its options name a mood."""
    document = ProtocolDocument(live=live or LiveProtocol(), **protocol)
    async with database.session() as session:
        await create_arena(session, owner, slug=slug, title=f"The {slug}", protocol=document, mode="live")
        await update_arena(session, owner, slug, ArenaUpdate(live=settings or LiveSettings()))
        arena = await change_state(session, owner, slug, "open")
        for name, options in contestants.items():
            session.add(ArenaModel(arena_id=arena.id, model_version_id=await _add(database, session, name, options)))
    return arena


async def _add(database: Database, session: Any, name: str, options: Mapping[str, Any]) -> uuid.UUID:
    provider = Provider(name=f"of {name}", kind="fault" if "mood" in options else "replay", options=dict(options))
    model = Model(name=name, organisation=f"Maker of {name}", licence="Apache-2.0")
    session.add_all([provider, model])
    await session.flush()
    version = ModelVersion(model_id=model.id, provider_id=provider.id, served_as=name)
    session.add(version)
    await session.flush()
    return version.id
