"""The stream of votes over the API."""

import hashlib
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import StreamingResponse

from app.accounts.dependencies import ViewerDependency, bearer_token, current_viewer, session_token
from app.accounts.tokens import hash_token
from app.arenas.schemas import Slug
from app.arenas.service import access_arena
from app.arenas.tables import Arena
from app.db.session import DatabaseDependency
from app.errors import InvalidInputError
from app.events import cursor as cursors
from app.events.cursor import Cursor
from app.events.payloads import Pseudonym, pseudonyms
from app.events.schemas import Kind
from app.events.stream import Room, VoteStream
from app.web.streaming import event_stream

router = APIRouter(prefix="/api/arenas/{slug}/votes", tags=["votes as they come"])

_room = Room()
_EXAMPLE = """\
id: 7412345678901234567;812:812:;815:815:;813;018f6f0e8c4b7a319f0a5d2c7b1e4f60;1
event: vote.cast
data: {"arena":"kitchen","battle_id":"018f6f0e-8c4b-7a31-9f0a-5d2c7b1e4f60","revision":1,"winner":"model_a",…}
"""


@router.get(
    "/stream",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Events `vote.cast` and `vote.retracted`, with an `open` before and perhaps an `end` after.",
            "content": {"text/event-stream": {"example": _EXAMPLE}},
        }
    },
)
async def stream_votes(
    slug: Slug,
    request: Request,
    database: DatabaseDependency,
    viewer: ViewerDependency,
    since: Literal["now", "start"] = "now",
    kind: Annotated[list[Kind] | None, Query(description="Whose votes; people's alone unless given.")] = None,
    follow: Annotated[bool, Query(description="Whether to wait for more once you have all there is.")] = True,
    last_event_id: Annotated[str | None, Header(max_length=cursors.LONGEST)] = None,
) -> StreamingResponse:
    """Votes as server-sent events, from now on or from the start; with Last-Event-ID, from where you were.

    Each vote comes at least once, and twice only if you send an older id again. A pseudonym is stable for one token.
    """
    _room.check()
    async with database.glance() as session:
        arena = await access_arena(session, viewer, slug, "export")
        cursor = await _start(session, since, last_event_id)

    async def check() -> None:
        present = await current_viewer(request, database)
        async with database.glance() as session:
            await access_arena(session, present, slug, "export")

    stream = VoteStream(database, arena, cursor, kind or ["human"], _names(request, arena), check)
    return event_stream(_room.hold(stream.events(follow=follow)))


async def _start(session: AsyncSession, since: str, last_event_id: str | None) -> Cursor:
    if last_event_id:
        cursor = Cursor.parse(last_event_id)
        await cursors.check(session, cursor)
        return cursor
    return await (cursors.at_the_start if since == "start" else cursors.at_present)(session)


def _names(request: Request, arena: Arena) -> Pseudonym:
    """Pseudonyms that hold for one token in one arena, and are to be joined with no other's."""
    token = bearer_token(request) or session_token(request)
    if token is None:
        raise InvalidInputError("The stream needs an API token.")
    return pseudonyms(hashlib.sha256(b"vote stream" + hash_token(token) + arena.id.bytes).digest())
