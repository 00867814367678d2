"""A limit of time on many waits, one after another."""

import asyncio
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self, TypeVar

Item = TypeVar("Item")


class Deadline:
    """Ends the wait for an item at its moment, and every later one at once, with TimeoutError.

    What is done between the waits is not disturbed. One timer serves all of them: `asyncio.timeout_at` around each wait
    took a third of the time that an answer's fragments take on their way.
    """

    def __init__(self, moment: float) -> None:
        """moment: on the clock of the event loop."""
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_at(moment, self._pass)
        self._has_passed = False
        self._waiting: asyncio.Task[object] | None = None

    def move(self, moment: float) -> None:
        """Have it end at another moment, unless it has passed."""
        self._timer.cancel()
        if not self._has_passed:
            self._timer = self._loop.call_at(moment, self._pass)

    async def next_of(self, items: AsyncIterator[Item]) -> Item:
        """The next item. Raises TimeoutError where the deadline passes before it comes, or had passed already."""
        if self._is_over():
            raise TimeoutError
        task = self._waiting = asyncio.current_task()
        assert task is not None
        before = task.cancelling()
        try:
            return await anext(items)
        except asyncio.CancelledError:
            if self._is_over() and task.uncancel() <= before:
                raise TimeoutError from None
            raise
        finally:
            self._waiting = None

    def _is_over(self) -> bool:
        return self._has_passed

    def _pass(self) -> None:
        self._has_passed = True
        if self._waiting is not None:
            self._waiting.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
