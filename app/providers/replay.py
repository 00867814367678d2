"""Replays stored outputs at a set rate: for tests, benchmarks and demonstrations."""

import hashlib
import time
from collections.abc import AsyncGenerator, Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.providers.protocol import Call, Event, Finished, FinishReason, NotAcceptedError
from app.providers.words import Clock, Sleep, count_words, in_time, pieces, real_sleep


class ReplayOptions(BaseModel):
    """outputs: by prompt, or a list of which the conversation and the model's name choose one, always the same.

    tokens_per_second: words a second; None is as fast as they are read.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    outputs: Mapping[str, str] | Annotated[tuple[str, ...], Field(min_length=1)]
    tokens_per_second: float | None = Field(None, gt=0, allow_inf_nan=False)
    first_fragment_seconds: float = Field(0.0, ge=0, allow_inf_nan=False)


class Replay:
    kind = "replay"

    def __init__(self, options: ReplayOptions, *, clock: Clock = time.monotonic, sleep: Sleep = real_sleep) -> None:
        self._options = options
        self._clock = clock
        self._sleep = sleep

    async def stream(self, call: Call) -> AsyncGenerator[Event, None]:
        """A token is a word; max_tokens cuts the output."""
        words = pieces(self._output(call))
        most = call.sampling.max_tokens
        shown = words[:most]
        fragments = in_time(
            shown,
            first_after=self._options.first_fragment_seconds,
            a_second=self._options.tokens_per_second,
            clock=self._clock,
            sleep=self._sleep,
        )
        async for fragment in fragments:
            yield fragment
        reason: FinishReason = "stop" if len(shown) == len(words) else "length"
        yield Finished(reason, count_words(call), len(shown))

    def _output(self, call: Call) -> str:
        outputs = self._options.outputs
        if not isinstance(outputs, Mapping):
            return outputs[_choice(call) % len(outputs)]
        prompt = call.messages[-1].text if call.messages else ""
        if prompt not in outputs:
            raise NotAcceptedError("There is no stored output for this prompt.")
        return outputs[prompt]


def _choice(call: Call) -> int:
    """A number that is the same in every process for the same call."""
    digest = hashlib.sha256(call.model.encode())
    for message in call.messages:
        digest.update(f"\x00{message.role}\x00{message.text}".encode())
    return int.from_bytes(digest.digest()[:8], "big")
