"""Importing: check the files, then load them into an arena."""

from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.viewer import Viewer
from app.arenas.schemas import ArenaCreate
from app.arenas.service import access_arena, change_state, create_arena
from app.arenas.tables import Arena
from app.errors import InvalidInputError, NotFoundError
from app.imports.check import Checked
from app.imports.load import Loaded, load
from app.imports.problems import UnreadableRowsError
from app.imports.progress import ProgressReport


@dataclass(frozen=True)
class Destination:
    """The arena. It is made, with create_title as its title, if it is missing; open_it lets people vote."""

    slug: str
    create_title: str | None = None
    open_it: bool = False


async def import_checked(
    session: AsyncSession, viewer: Viewer, destination: Destination, checked: Checked, progress: ProgressReport
) -> Loaded:
    """Load checked files, in the session's transaction. Raises where they have problems."""
    if checked.log.count:
        raise UnreadableRowsError(checked.log)
    arena = await _arena(session, viewer, destination)
    loaded = await load(session, arena, checked, progress)
    if destination.open_it:
        await change_state(session, viewer, destination.slug, "open")
    return loaded


async def _arena(session: AsyncSession, viewer: Viewer, destination: Destination) -> Arena:
    try:
        return await access_arena(session, viewer, destination.slug, "manage")
    except NotFoundError:
        if destination.create_title is None:
            raise
    try:
        wanted = ArenaCreate(slug=destination.slug, title=destination.create_title)
    except ValidationError as error:
        flaw = error.errors()[0]
        raise InvalidInputError(f"The arena's {flaw['loc'][0]}: {flaw['msg']}") from error
    return await create_arena(session, viewer, slug=wanted.slug, title=wanted.title)
