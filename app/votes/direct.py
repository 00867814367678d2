"""The vote's short way through the server.

`POST /api/battles/{id}/vote` is described, and explained where it refuses, by its route in `api.py`. A vote that can be
recorded does not need the rest of that way: here its body is checked by the same model, the same statement is run, and
the answer is sent. Everything else, from a malformed body to a database that is away, goes on to the route with the
request as it came; the statement did nothing, or will answer the same again.
"""

import re
import uuid
from collections.abc import Iterator

import psycopg
from pydantic import ValidationError
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.db.engine import Database
from app.votes import service
from app.votes.credentials import credentials_of
from app.votes.schemas import VoteIn, VoteOut

_PATH = re.compile(r"/api/battles/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/vote")
_LONGEST_BODY = 1_000  # bytes; a vote has fifty


class DirectVote:
    """Answers votes that can be recorded; hands on everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = _PATH.fullmatch(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if found is None:
            await self.app(scope, receive, send)
            return
        first = await receive()
        recorded = None
        if first["type"] == "http.request" and not first.get("more_body"):
            recorded = await self._record(Request(scope), uuid.UUID(found[1]), first.get("body", b""))
        if recorded is None:
            await self.app(scope, _again(first, receive), send)
        else:
            await _answer(recorded, send)

    async def _record(self, request: Request, battle_id: uuid.UUID, body: bytes) -> VoteOut | None:
        if len(body) > _LONGEST_BODY or not request.headers.get("content-type", "").startswith("application/json"):
            return None
        credentials = credentials_of(request)
        database: Database = request.app.state.database
        try:
            vote = VoteIn.model_validate_json(body)
            return await service.cast_vote(
                database, credentials, battle_id, vote, source="api" if credentials.token_hash else "web"
            )
        except (ValidationError, psycopg.Error):
            return None


def _again(first: Message, receive: Receive) -> Receive:
    """The request's messages from the beginning: the one that was taken, then the rest."""
    taken: Iterator[Message] = iter((first,))

    async def replay() -> Message:
        return next(taken, None) or await receive()

    return replay


async def _answer(recorded: VoteOut, send: Send) -> None:
    body = recorded.model_dump_json().encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": body})
