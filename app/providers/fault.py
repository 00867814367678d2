"""A provider that misbehaves on purpose, in a way that is set and the same every time."""

import time
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from functools import partial
from itertools import repeat
from typing import Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from app.providers.protocol import (
    Call,
    Event,
    Finished,
    FinishReason,
    MisconfiguredError,
    ProviderError,
    marking_errors,
)
from app.providers.wire import broke_off, error_for, not_understood
from app.providers.words import Clock, Sleep, count_words, in_time, pieces, real_sleep

Mood = Literal[
    "healthy",
    "slow",
    "stall_first",
    "stall_middle",
    "break_middle",
    "rubbish",
    "refuse",
    "empty",
    "too_long",
    "error_object",
]
_TEXT: Final = "This is what a model would say if it were asked, and if there were one behind this provider."
_LONG_PIECE: Final = "on and on and " * 700
_LONG_PIECES: Final = 10_000  # about 100 MB, which is more than any limit


class FaultOptions(BaseModel):
    """mood: None takes the model's name for it, so that one provider serves all moods.

    after_words: how many words come before it stalls or breaks. slow_words_per_second: of the mood "slow".
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    mood: Mood | None = None
    text: str = _TEXT
    after_words: int = Field(5, ge=1)
    slow_words_per_second: float = Field(1.0, gt=0, allow_inf_nan=False)
    stall_seconds: float = Field(3_600.0, ge=0, allow_inf_nan=False)


class Fault:
    kind = "fault"

    def __init__(
        self, options: FaultOptions | None = None, *, clock: Clock = time.monotonic, sleep: Sleep = real_sleep
    ) -> None:
        self._options = options or FaultOptions()
        self._clock = clock
        self._sleep = sleep

    def stream(self, call: Call) -> AsyncGenerator[Event, None]:
        return marking_errors(self._events(call))

    async def _events(self, call: Call) -> AsyncGenerator[Event, None]:
        mood = self._options.mood or call.model
        if mood not in get_args(Mood):
            raise MisconfiguredError(
                f"No mood is set, and the model's name is none. There are {', '.join(get_args(Mood))}."
            )
        if mood == "refuse":
            raise error_for(403)
        if mood == "stall_first":
            await self._sleep(self._options.stall_seconds)
        words = [] if mood == "empty" else pieces(self._options.text)
        shown = words[: call.sampling.max_tokens]
        before = len(shown) if mood in ("healthy", "slow", "empty") else self._options.after_words
        async for event in self._said(shown[:before], mood):
            yield event
        if mood == "stall_middle":
            await self._sleep(self._options.stall_seconds)
        ending = _ENDINGS.get(mood)
        if ending is not None:
            error = ending()
            raise error
        rest: Iterable[str] = repeat(_LONG_PIECE, _LONG_PIECES) if mood == "too_long" else shown[before:]
        async for event in self._said(rest, mood):
            yield event
        reason: FinishReason = "stop" if len(shown) == len(words) else "length"
        yield Finished(reason, count_words(call), len(shown))

    def _said(self, texts: Iterable[str], mood: str) -> AsyncGenerator[Event, None]:
        a_second = self._options.slow_words_per_second if mood == "slow" else None
        return in_time(texts, first_after=0.0, a_second=a_second, clock=self._clock, sleep=self._sleep)


_ENDINGS: Final[Mapping[str, Callable[[], ProviderError]]] = {
    "break_middle": broke_off,
    "rubbish": not_understood,
    "error_object": partial(error_for, 500),
}
