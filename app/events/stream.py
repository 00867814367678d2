"""A stream of an arena's votes as they are cast, which can be taken up again where it broke.

The id of each event is a cursor (cursor.py): it holds for ever and on any web process, and says of votes that commit
late whether they were sent. No database session is held while something is sent or waited for, and one page is all that
a stream keeps in memory, however slowly it is read.
"""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final

import orjson

from app.arenas.tables import Arena
from app.db.engine import Database
from app.errors import ForbiddenError, NotFoundError, SignInRequiredError, UnavailableError
from app.events.cursor import Cursor, widened
from app.events.payloads import Pseudonym
from app.events.reading import position_of, read_votes

PAGE: Final = 500
POLL_SECONDS: Final = 1.0
HEARTBEAT_SECONDS: Final = 15.0
CHECK_SECONDS: Final = 5.0
MOST_STREAMS: Final = 100
"""Of one web process. Each looks for new votes once a second."""

HEARTBEAT = b": still here\n\n"
Check = Callable[[], Awaitable[object]]
"""Raises where whoever reads the stream may do so no more."""


class Room:
    """How many streams there are in a process."""

    def __init__(self) -> None:
        self._taken = 0

    def check(self) -> None:
        """Raises UnavailableError where there are as many as there may be."""
        if self._taken >= MOST_STREAMS:
            raise UnavailableError("Too many streams are open on this server. Try again in a while.")

    async def hold(self, events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The events, counted as a stream from the first of them to the end."""
        self._taken += 1
        try:
            async for event in events:
                yield event
        finally:
            self._taken -= 1


class VoteStream:
    """One reader's stream."""

    def __init__(
        self, database: Database, arena: Arena, cursor: Cursor, kinds: Sequence[str], name: Pseudonym, check: Check
    ) -> None:
        self._database, self._cursor, self._kinds, self._name, self._check = database, cursor, kinds, name, check
        self._arena_id: uuid.UUID = arena.id
        self._slug: str = arena.slug
        now = time.monotonic()
        self._said_at, self._checked_at = now, now

    async def events(self, *, follow: bool = True) -> AsyncIterator[bytes]:
        """Ready to be sent, until the reader leaves or loses the right; without follow, until there is no more."""
        yield self._say("open", {"arena": self._slug})
        while True:
            if (farewell := await self._farewell()) is not None:
                yield self._say("end", {"reason": farewell})
                return
            async for told in self._next():
                yield told
            if self._cursor.upto is not None:
                continue  # there is more of the same
            if not follow:
                yield self._say("end", {"reason": "That is all at present."})
                return
            if time.monotonic() - self._said_at >= HEARTBEAT_SECONDS:
                self._said_at = time.monotonic()
                yield HEARTBEAT
            await asyncio.sleep(POLL_SECONDS)

    async def _next(self) -> AsyncIterator[bytes]:
        """The next page; with the last of what there is, the cursor is closed."""
        async with self._database.glance() as session:
            cursor = await widened(session, self._cursor)
            votes = await read_votes(session, self._arena_id, cursor, kinds=self._kinds, most=PAGE, imported=True)
        self._cursor = cursor
        for vote in votes:
            self._cursor = cursor.moved_to(position_of(vote))
            yield self._say(vote.type, vote.data(self._slug, self._name))
        if len(votes) < PAGE:
            self._cursor = self._cursor.closed()

    async def _farewell(self) -> str | None:
        """Why the stream ends; None where it does not. Looked up now and then."""
        if time.monotonic() - self._checked_at < CHECK_SECONDS:
            return None
        self._checked_at = time.monotonic()
        try:
            await self._check()
        except (SignInRequiredError, ForbiddenError, NotFoundError) as error:
            return error.detail
        return None

    def _say(self, name: str, data: dict[str, object]) -> bytes:
        self._said_at = time.monotonic()
        return f"id: {self._cursor}\nevent: {name}\ndata: ".encode() + orjson.dumps(data) + b"\n\n"
