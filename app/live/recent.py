"""What many requests need at once and may be a moment old."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """Loads each key at most once in so many seconds, however many ask; a load that fails is not kept."""

    def __init__(
        self, load: Callable[[Key], Awaitable[Value]], seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._load = load
        self._seconds = seconds
        self._clock = clock
        self._loads: dict[Key, tuple[float, asyncio.Future[Value]]] = {}

    async def get(self, key: Key) -> Value:
        """The value, as of `seconds` ago at most. Raises what loading it raises."""
        self._forget_old()
        if key not in self._loads:
            self._loads[key] = (self._clock(), asyncio.ensure_future(self._load(key)))
        return await asyncio.shield(self._loads[key][1])

    def forget(self, key: Key) -> None:
        """Have it loaded anew for whoever asks next."""
        self._loads.pop(key, None)

    def _forget_old(self) -> None:
        now = self._clock()
        for key, (begun_at, load) in list(self._loads.items()):
            is_of_no_use = load.done() and (load.cancelled() or load.exception() is not None)
            if is_of_no_use or now - begun_at >= self._seconds:
                del self._loads[key]
