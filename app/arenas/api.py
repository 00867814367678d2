"""Arenas over the API."""

from fastapi import APIRouter, Response

from app.accounts.dependencies import ViewerDependency
from app.arenas import service
from app.arenas.schemas import ArenaCreate, ArenaOut, ArenaUpdate, ProtocolDocument, Slug
from app.db.session import ReadSession, WriteSession

router = APIRouter(prefix="/api/arenas", tags=["arenas"])


@router.get("")
async def list_arenas(session: ReadSession, viewer: ViewerDependency) -> list[ArenaOut]:
    """The public arenas and your own, newest first."""
    return [ArenaOut.model_validate(arena) for arena in await service.list_arenas(session, viewer)]


@router.post("", status_code=201)
async def create_arena(
    body: ArenaCreate, session: WriteSession, viewer: ViewerDependency, response: Response
) -> ArenaOut:
    """Make an arena. It starts as a draft that only you and administrators see."""
    arena = await service.create_arena(
        session,
        viewer,
        slug=body.slug,
        title=body.title,
        description=body.description,
        protocol=body.protocol,
        mode=body.mode,
    )
    response.headers["Location"] = f"/api/arenas/{arena.slug}"
    return ArenaOut.model_validate(arena)


@router.get("/{slug}")
async def get_arena(slug: Slug, session: ReadSession, viewer: ViewerDependency) -> ArenaOut:
    return ArenaOut.model_validate(await service.access_arena(session, viewer, slug, "read"))


@router.patch("/{slug}")
async def update_arena(slug: Slug, body: ArenaUpdate, session: WriteSession, viewer: ViewerDependency) -> ArenaOut:
    """Change title, description, state, protocol or live settings. What is left out, in those two as well, stays.

    A changed protocol becomes its next version.
    """
    changes = await service.filled_in(session, viewer, slug, body)
    return ArenaOut.model_validate(await service.update_arena(session, viewer, slug, changes))


@router.get("/{slug}/protocol")
async def get_protocol(slug: Slug, session: ReadSession, viewer: ViewerDependency) -> ProtocolDocument:
    """What annotators are asked at present."""
    arena = await service.access_arena(session, viewer, slug, "read")
    return await service.current_protocol(session, arena)
