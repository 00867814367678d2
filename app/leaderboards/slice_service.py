"""Slices: listing them, adding and removing them, and deciding who may."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.viewer import Viewer
from app.arenas.service import access_arena
from app.arenas.tables import Arena
from app.errors import ConflictError, NotFoundError
from app.leaderboards import slice_repository
from app.leaderboards.slices import EVERYTHING, EVERYTHING_TITLE, OVERALL, SliceDefinition, SliceIn, SliceOut
from app.leaderboards.tables import LeaderboardSlice

MOST_OWN_SLICES = 100


async def access_slice(session: AsyncSession, arena: Arena, slug: str) -> SliceOut:
    """A slice of an arena that the viewer has been given access to. Raises NotFoundError where it has none such."""
    if slug == OVERALL:
        return SliceOut(slug=OVERALL, title=EVERYTHING_TITLE, definition=EVERYTHING, is_ready_made=True)
    found = await slice_repository.find_slice(session, arena.id, slug)
    if found is None:
        raise NotFoundError("This arena has no such slice.")
    return _out(found)


async def list_slices(session: AsyncSession, arena: Arena) -> list[SliceOut]:
    """All votes first, then the others by title, each with where its boards stand."""
    rows = await slice_repository.list_slices(session, arena.id)
    slices = [await access_slice(session, arena, OVERALL), *(_out(row) for row in rows)]
    return await slice_repository.add_standings(session, arena.id, await _warned(session, arena, slices))


async def add_slice(session: AsyncSession, viewer: Viewer, arena_slug: str, wanted: SliceIn) -> SliceOut:
    """Its boards follow when the worker next counts. For whoever may manage the arena."""
    arena = await access_arena(session, viewer, arena_slug, "manage")
    rows = await slice_repository.list_slices(session, arena.id)
    if sum(not row.is_ready_made for row in rows) >= MOST_OWN_SLICES:
        raise ConflictError(f"An arena has at most {MOST_OWN_SLICES} slices of its own. Remove one first.")
    if not await slice_repository.add_slice(session, arena.id, wanted, is_ready_made=False):
        raise ConflictError(f"This arena has a slice {wanted.slug} already. Choose another address.")
    added = SliceOut(slug=wanted.slug, title=wanted.title, definition=wanted.definition, is_ready_made=False)
    return (await _warned(session, arena, [added]))[0]


async def remove_slice(session: AsyncSession, viewer: Viewer, arena_slug: str, slug: str) -> None:
    """Remove a slice with all its boards. Those of categories and languages would come back, so they stay."""
    arena = await access_arena(session, viewer, arena_slug, "manage")
    if (await access_slice(session, arena, slug)).is_ready_made:
        raise ConflictError("This slice is made for every arena that has the votes for it, so it cannot be removed.")
    await slice_repository.delete_slice(session, arena.id, slug)


async def _warned(session: AsyncSession, arena: Arena, slices: list[SliceOut]) -> list[SliceOut]:
    """A misspelt tag is no error, because prompts may get it later; but somebody should know."""
    tags = {one.definition.tag for one in slices if one.definition.tag is not None and not one.is_ready_made}
    unknown = await slice_repository.find_unknown_tags(session, arena.id, tags) if tags else set()
    return [
        one.model_copy(update={"warning": f"No prompt of this arena has the tag {one.definition.tag} so far."})
        if one.definition.tag in unknown
        else one
        for one in slices
    ]


def _out(row: LeaderboardSlice) -> SliceOut:
    return SliceOut(
        slug=row.slug,
        title=row.title,
        definition=SliceDefinition.model_validate(row.definition),
        is_ready_made=row.is_ready_made,
    )
