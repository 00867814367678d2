"""What annotators flagged, for an arena's researchers."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.accounts.dependencies import ViewerDependency
from app.arenas.schemas import Slug
from app.arenas.service import access_arena
from app.battles import service
from app.db.session import ReadSession
from app.web.templating import render

router = APIRouter(include_in_schema=False)


@router.get("/arenas/{slug}/flags")
async def flags_page(slug: Slug, request: Request, session: ReadSession, viewer: ViewerDependency) -> Response:
    arena = await access_arena(session, viewer, slug, "manage")
    flags = await service.list_flags(session, arena)
    return render(request, "battles/flags.html", {"arena": arena, "flags": flags})
