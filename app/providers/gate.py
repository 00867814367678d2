"""A limit of calls at once, whose number may change from call to call, with a bounded wait in the order of arrival."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator

from app.providers.protocol import BusyError


class Gate:
    """Of one model, in one process."""

    def __init__(self) -> None:
        self._running = 0
        self._most = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def running(self) -> int:
        return self._running

    @contextlib.asynccontextmanager
    async def place(self, most: int, wait_seconds: float) -> AsyncIterator[None]:
        """One of at most `most` places. Raises BusyError where none is free within wait_seconds."""
        self._most = most
        if self._running < most and not self._waiting:
            self._running += 1
        else:
            await self._wait(wait_seconds)
        try:
            yield
        finally:
            self._running -= 1
            self._let_in()

    async def _wait(self, seconds: float) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._let_in()
        try:
            async with asyncio.timeout(seconds):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():  # let in at the very moment of giving up: pass the place on
                self._running -= 1
                self._let_in()
            else:
                self._waiting.remove(turn)
            if isinstance(error, TimeoutError):
                raise BusyError(f"{self._most} calls of this model are under way, which is its limit.") from None
            raise

    def _let_in(self) -> None:
        while self._waiting and self._running < self._most:
            self._running += 1
            self._waiting.popleft().set_result(None)
