"""Making arenas, changing them, and deciding who may do what with one."""

import uuid
from typing import Literal, TypeVar

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.viewer import OPERATOR, Scope, Viewer
from app.arenas import repository
from app.arenas.moderation_endpoint import check_endpoint
from app.arenas.schemas import ArenaUpdate, LiveProtocol, LiveSettings, Mode, ProtocolDocument
from app.arenas.tables import Arena
from app.db.outbox import emit
from app.errors import ConflictError, ForbiddenError, NotFoundError, SignInRequiredError

Right = Literal["read", "vote", "manage", "export"]
State = Literal["draft", "open", "closed"]
Document = TypeVar("Document", bound=BaseModel)
OWNER_RIGHTS: frozenset[Right] = frozenset({"manage", "export"})


def may(viewer: Viewer, arena: Arena, right: Right) -> bool:
    """The policy, whole: public arenas are everybody's to read, open ones to vote in, the rest is the owner's."""
    if viewer.owns(arena.owner_id):
        return right != "vote" or arena.state == "open"
    if right == "read":
        return arena.state != "draft"
    if right == "vote":
        return arena.state == "open"
    return False


async def access_arena(session: AsyncSession, viewer: Viewer, slug: str, right: Right) -> Arena:
    """The arena, if the viewer has the right; the only way to load one.

    Whoever may not even read it is told that there is nothing, so that drafts cannot be guessed.
    """
    arena = await repository.find_arena(session, slug)
    if arena is None or not may(viewer, arena, "read"):
        raise NotFoundError("There is no arena at this address.")
    if not may(viewer, arena, right):
        _refuse(viewer, arena, right)
    scope: Scope = right
    viewer.require(scope)
    return arena


def _refuse(viewer: Viewer, arena: Arena, right: Right) -> None:
    if right == "vote":
        raise ConflictError(f"{arena.title} is not open for votes at the moment.")
    if not viewer.is_signed_in:
        raise SignInRequiredError(f"To {right} this arena, sign in as its owner or send an API token.")
    raise ForbiddenError(f"Only its owner or an administrator can {right} this arena.")


async def list_arenas(session: AsyncSession, viewer: Viewer) -> list[Arena]:
    return await repository.list_arenas(session, viewer)


async def current_protocol(session: AsyncSession, arena: Arena) -> ProtocolDocument:
    return await repository.get_protocol(session, arena.id, arena.protocol_version)


async def create_arena(
    session: AsyncSession,
    viewer: Viewer,
    *,
    slug: str,
    title: str,
    description: str = "",
    protocol: ProtocolDocument | None = None,
    mode: Mode = "curated",
) -> Arena:
    """A draft, visible to its owner and administrators alone until it is opened.

    A live arena's protocol says how live battles go; one that does not gets the usual way.
    """
    viewer.require("manage")
    if await repository.find_arena(session, slug):
        raise ConflictError(f"There is an arena with the address {slug} already. Choose another.")
    owner_id = None if viewer == OPERATOR else viewer.app_user_id
    arena = Arena(slug=slug, title=title, description=description, owner_id=owner_id, mode=mode)
    session.add(arena)
    await session.flush()
    await repository.add_protocol(session, arena, _fitting(protocol or ProtocolDocument(), mode))
    return arena


async def update_arena(session: AsyncSession, viewer: Viewer, slug: str, changes: ArenaUpdate) -> Arena:
    arena = await access_arena(session, viewer, slug, "manage")
    await _tell_of_state(session, arena, changes.state)
    for name in ("title", "description", "state"):
        value = getattr(changes, name)
        if value is not None:
            setattr(arena, name, value)
    if changes.live is not None:
        await check_endpoint(viewer, live_settings(arena), changes.live)
        arena.live = changes.live.model_dump(mode="json")
    if changes.protocol is not None:
        present = await current_protocol(session, arena)
        wanted = changes.protocol.model_copy(update={"live": changes.protocol.live or present.live})
        if wanted != present:
            await repository.add_protocol(session, arena, wanted)
    await session.flush()
    return arena


async def filled_in(session: AsyncSession, viewer: Viewer, slug: str, changes: ArenaUpdate) -> ArenaUpdate:
    """The changes with what they leave out as it is at present, also within the protocol and the live settings."""
    arena = await access_arena(session, viewer, slug, "manage")
    whole: dict[str, BaseModel] = {}
    if changes.protocol is not None:
        whole["protocol"] = _merged(await current_protocol(session, arena), changes.protocol)
    if changes.live is not None:
        whole["live"] = _merged(live_settings(arena), changes.live)
    return changes.model_copy(update=whole)


def _merged(present: Document, changes: Document) -> Document:
    values = present.model_dump()
    for name in changes.model_fields_set:
        was, wanted = getattr(present, name), getattr(changes, name)
        is_part = isinstance(was, BaseModel) and isinstance(wanted, BaseModel)
        values[name] = _merged(was, wanted) if is_part else wanted
    return type(present).model_validate(values)


async def _tell_of_state(session: AsyncSession, arena: Arena, wanted: State | None) -> None:
    if wanted == "open" and arena.state != "open":
        await emit(session, arena.id, "arena.opened", {})
    if wanted not in (None, "open") and arena.state == "open":
        await emit(session, arena.id, "arena.closed", {})


def _fitting(protocol: ProtocolDocument, mode: str) -> ProtocolDocument:
    live = (protocol.live or LiveProtocol()) if mode == "live" else None
    return protocol.model_copy(update={"live": live})


def live_settings(arena: Arena) -> LiveSettings:
    """How a live arena is run; what was never set is as it comes."""
    return LiveSettings.model_validate(arena.live)


async def change_state(session: AsyncSession, viewer: Viewer, slug: str, state: State) -> Arena:
    return await update_arena(session, viewer, slug, ArenaUpdate(state=state))


async def arena_and_protocol(
    session: AsyncSession, arena_id: uuid.UUID, version: int
) -> tuple[Arena, ProtocolDocument]:
    """The arena of something the viewer has been given access to, and the protocol it was made under."""
    arena = await repository.find_arena_by_id(session, arena_id)
    if arena is None:
        raise NotFoundError("There is no such arena.")
    return arena, await repository.get_protocol(session, arena_id, version)
