"""Two models write at once, and what may be seen of it: frames that carry all sides, at one pace.

Knows no database and no request. Whoever takes the frames decides when to stop.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from app.live.growing import GrowingMarkdown, Growth
from app.live.pacing import Pacer
from app.providers.calling import CallRecord
from app.providers.protocol import Event, Finished, Fragment, ProviderError

log = structlog.get_logger(__name__)

FRAME_SECONDS: Final = 1 / 3  # rendering is more than half of what a stream costs

Frame = Mapping[int, Growth]
OnEnd = Callable[[CallRecord], None]
# Begins a call, or raises ProviderError; what it is given is told the record of it, however it ends.
Opener = Callable[[OnEnd], AsyncGenerator[Event | CallRecord, None]]


@dataclass
class Answer:
    """One side as far as it is written. record is there once the call has ended, also when it was stopped."""

    text: str = ""
    finish_reason: str | None = None
    record: CallRecord | None = None
    error: ProviderError | None = None
    growing: GrowingMarkdown = field(default_factory=GrowingMarkdown)

    def ended(self, record: CallRecord) -> None:
        self.record = record

    @property
    def is_whole(self) -> bool:
        return self.finish_reason is not None and bool(self.text.strip())

    @property
    def has_failed(self) -> bool:
        """Whether the model ended without an answer: an error, or nothing but blanks."""
        return self.error is not None or (self.finish_reason is not None and not self.is_whole)


class Writing:
    """One turn being written. Sides are known by their place in `calls`."""

    def __init__(self, calls: Sequence[Opener], clock: Callable[[], float] = time.monotonic) -> None:
        self.answers = [Answer() for _ in calls]
        self._calls = calls
        self._clock = clock
        self._pacer = Pacer(len(calls))
        self._news = asyncio.Event()

    @property
    def has_failed(self) -> bool:
        """Whether a model ended without an answer: there is nothing to compare then."""
        return any(answer.has_failed for answer in self.answers)

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """Frames a few times a second, empty ones too, until all is shown or a side failed. Closing it stops all."""
        readers = [asyncio.create_task(self._read(place)) for place in range(len(self._calls))]
        try:
            while not self.has_failed:
                shown = self._pacer.shown(self._clock())
                yield {
                    place: growth
                    for place, answer in enumerate(self.answers)
                    if (growth := await _grow(answer, shown[place])) is not None
                }
                if self._pacer.is_through:
                    return
                await self._pause()
        finally:
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)

    async def _pause(self) -> None:
        """Until the next frame is due; before anything is seen, until it can be, whoever of both began to write."""
        if self._pacer.has_begun:
            await asyncio.sleep(FRAME_SECONDS)
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FRAME_SECONDS):
                while not (self._pacer.has_begun or self.has_failed):
                    self._news.clear()
                    await self._news.wait()

    async def _read(self, place: int) -> None:
        answer = self.answers[place]
        try:
            async with contextlib.aclosing(self._calls[place](answer.ended)) as events:
                async for event in events:
                    if isinstance(event, Fragment):
                        answer.text += event.text
                        self._pacer.wrote(place, len(event.text), self._clock())
                    elif isinstance(event, Finished):
                        answer.finish_reason = event.reason
                    self._news.set()
        except ProviderError as error:
            answer.error = error
            log.warning("a model did not answer", kind=error.kind, reason=str(error))
        self._pacer.finished(place, self._clock())
        self._news.set()


async def _grow(answer: Answer, shown: int) -> Growth | None:
    text = answer.text[:shown]
    if answer.growing.is_slow(text):
        return await asyncio.to_thread(answer.growing.grow, text)
    return answer.growing.grow(text)
