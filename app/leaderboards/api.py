"""The board for programs."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.accounts.dependencies import ViewerDependency
from app.arenas.schemas import Slug
from app.arenas.service import access_arena
from app.db.session import ReadSession
from app.leaderboards.document import document_response, to_json
from app.leaderboards.schemas import LeaderboardOut

router = APIRouter(prefix="/api/arenas", tags=["leaderboards"])


@router.get(
    "/{slug}/leaderboard",
    response_model=LeaderboardOut,
    responses={304: {"description": "Not modified since the ETag that If-None-Match names."}},
)
async def get_leaderboard(slug: Slug, request: Request, session: ReadSession, viewer: ViewerDependency) -> Response:
    """The newest ranking with everything that is needed to compute it again. Empty before the first votes."""
    arena = await access_arena(session, viewer, slug, "read")
    return await document_response(request, session, arena, to_json, "application/json")
