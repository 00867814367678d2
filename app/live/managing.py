"""A live arena as its researcher has it: loaded for whoever may manage it, and its settings saved part by part."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.viewer import Viewer
from app.arenas.schemas import ArenaUpdate, LiveProtocol, LiveSettings, ProtocolDocument
from app.arenas.service import access_arena, arena_and_protocol, update_arena
from app.arenas.tables import Arena
from app.errors import InvalidInputError
from app.live.service import as_live
from app.model_registry.repository import find_versions

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ManagedArena:
    """A live arena with all that can be set in it."""

    arena: Arena
    protocol: ProtocolDocument
    live: LiveProtocol
    settings: LiveSettings


async def access_managed(session: AsyncSession, viewer: Viewer, slug: str, *, lock: bool = False) -> ManagedArena:
    """The live arena, if the viewer may manage it. lock: until the end of the transaction, so that two can save."""
    arena = await access_arena(session, viewer, slug, "manage")
    if lock:
        await session.refresh(arena, with_for_update=True)
    _, protocol = await arena_and_protocol(session, arena.id, arena.protocol_version)
    live = as_live(arena, protocol)
    return ManagedArena(arena, protocol, live.protocol, live.settings)


async def save_protocol(session: AsyncSession, viewer: Viewer, slug: str, wanted: LiveProtocol) -> None:
    """A next version of the protocol with these rules of a battle; none where nothing changed."""
    managed = await access_managed(session, viewer, slug, lock=True)
    protocol = managed.protocol.model_copy(update={"live": wanted})
    await update_arena(session, viewer, slug, ArenaUpdate(protocol=protocol))


async def save_settings(session: AsyncSession, viewer: Viewer, slug: str, change: Mapping[str, Any]) -> None:
    """Change some of LiveSettings. Raises ValidationError, InvalidInputError or ForbiddenError where it cannot be."""
    managed = await access_managed(session, viewer, slug, lock=True)
    wanted = LiveSettings.model_validate({**managed.settings.model_dump(), **change})
    await _check_tagger(session, wanted.tagging_version, managed.settings)
    await update_arena(session, viewer, slug, ArenaUpdate(live=wanted))
    log.info("live arena changed", arena=slug, changed=sorted(change), by=viewer.email)


async def _check_tagger(session: AsyncSession, version_id: uuid.UUID | None, present: LiveSettings) -> None:
    if version_id is None or version_id == present.tagging_version:
        return
    found = await find_versions(session, version_ids=[version_id])
    if not any(provider is not None and version.state in ("draft", "active") for version, _, provider in found):
        raise InvalidInputError("The model that tags prompts must be one that can be called. Choose another.")
