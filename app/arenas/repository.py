"""Reading and writing arenas and protocols."""

import uuid

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.viewer import Viewer
from app.arenas.schemas import ProtocolDocument
from app.arenas.tables import Arena, Protocol


async def find_arena(session: AsyncSession, slug: str) -> Arena | None:
    return await session.scalar(select(Arena).where(Arena.slug == slug))


async def find_arena_by_id(session: AsyncSession, arena_id: uuid.UUID) -> Arena | None:
    return await session.get(Arena, arena_id)


async def list_arenas(session: AsyncSession, viewer: Viewer) -> list[Arena]:
    """The public ones and the viewer's own, newest first."""
    statement = select(Arena).order_by(Arena.created_at.desc(), Arena.id)
    if viewer.role != "admin" or not viewer.is_researcher:
        is_own = Arena.owner_id == viewer.app_user_id if viewer.is_researcher else None
        is_public = Arena.state != "draft"
        statement = statement.where(is_public if is_own is None else or_(is_public, is_own))
    return list(await session.scalars(statement))


async def get_protocol(session: AsyncSession, arena_id: uuid.UUID, version: int) -> ProtocolDocument:
    statement = select(Protocol.document).where(Protocol.arena_id == arena_id, Protocol.version == version)
    return ProtocolDocument.model_validate((await session.execute(statement)).scalar_one())


async def add_protocol(session: AsyncSession, arena: Arena, document: ProtocolDocument) -> None:
    """The next version. Two researchers who save at once get different numbers: the row of the arena is locked."""
    await session.refresh(arena, with_for_update=True)
    newest = await session.scalar(select(func.max(Protocol.version)).where(Protocol.arena_id == arena.id))
    version = (newest or 0) + 1
    session.add(Protocol(arena_id=arena.id, version=version, document=document.model_dump(mode="json")))
    await session.flush()
    arena.protocol_version = version
    await session.flush()
