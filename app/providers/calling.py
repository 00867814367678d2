"""Calls a model within limits: time, length, calls at once, and leaving an endpoint alone that keeps failing."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncGenerator, Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import structlog

from app.providers.circuit import Circuit, CircuitState
from app.providers.deadline import Deadline
from app.providers.gate import Gate
from app.providers.protocol import (
    BrokeOffError,
    Call,
    Event,
    Finished,
    FirstFragmentTimeoutError,
    Fragment,
    Provider,
    ProviderError,
    TooLongError,
    WholeTimeoutError,
)

log = structlog.get_logger(__name__)

_LONGEST_BACK_OFF: Final = 5.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one call. The times are in seconds and hold for all attempts together.

    first_fragment_seconds: until something can be shown, so what a model thinks before counts.
    wait_seconds: for a place, where max_concurrency calls of the model are under way; not part of the other times.
    back_off_seconds: the longest pause before the second attempt, which doubles with each.
    """

    first_fragment_seconds: float = 30.0
    whole_seconds: float = 180.0
    max_concurrency: int = 8
    wait_seconds: float = 5.0
    attempts: int = 3
    back_off_seconds: float = 0.5
    max_characters: int = 200_000


@dataclass(frozen=True, slots=True)
class CallRecord:
    """What became of a call. Times are in seconds from when a place was free.

    finish_reason: "stopped" where the reader left, None where it failed. error: the kind of failure.
    attempts: how many requests went out; 0 where a limit or the circuit let none.
    """

    first_fragment_seconds: float | None
    duration_seconds: float
    input_tokens: int | None
    output_tokens: int | None
    finish_reason: Literal["stop", "length", "refused", "stopped"] | None
    attempts: int
    error: str | None


@dataclass
class Caller:
    """Makes the calls of one process; keeps a circuit for each endpoint and a limit for each model."""

    clock: Callable[[], float] = time.monotonic
    _circuits: dict[Hashable, Circuit] = field(default_factory=dict, init=False)
    _gates: dict[Hashable, Gate] = field(default_factory=dict, init=False)

    def call(
        self,
        provider: Provider,
        call: Call,
        limits: Limits,
        *,
        model: Hashable,
        endpoint: Hashable | None = None,
        on_end: Callable[[CallRecord], None] | None = None,
        heed_circuit: bool = True,
    ) -> AsyncGenerator[Event | CallRecord, None]:
        """`call_model` with what is kept for this model and endpoint, which is the model's own unless it is named.

        heed_circuit: False calls also while the circuit is open, as a test of a model does.
        """
        circuit = self._circuits.setdefault(model if endpoint is None else endpoint, Circuit(clock=self.clock))
        gate = self._gates.setdefault(model, Gate())
        return call_model(
            provider,
            call,
            limits,
            circuit=circuit,
            gate=gate,
            on_end=on_end,
            heed_circuit=heed_circuit,
            clock=self.clock,
        )

    def circuits(self) -> Mapping[Hashable, CircuitState]:
        """The state of every endpoint that this process has called."""
        return {endpoint: circuit.state for endpoint, circuit in self._circuits.items()}


async def call_model(
    provider: Provider,
    call: Call,
    limits: Limits,
    *,
    circuit: Circuit,
    gate: Gate,
    on_end: Callable[[CallRecord], None] | None = None,
    heed_circuit: bool = True,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncGenerator[Event | CallRecord, None]:
    """Fragments, one Finished, and the record. A failure gives the record and then raises ProviderError.

    Whoever stops reading has to close it (`contextlib.aclosing`, or cancel the reading task); this closes the
    connection to the model. on_end is told the record in every case, also in that one.
    """
    tally = _Tally(clock, clock())
    failure: ProviderError | None = None
    try:
        if heed_circuit:
            circuit.check()
        async with gate.place(limits.max_concurrency, limits.wait_seconds):
            if heed_circuit:
                circuit.check()  # it may have opened meanwhile
            tally.started = clock()
            with circuit.watching():
                async with contextlib.aclosing(_attempts(provider, call, limits, tally)) as events:
                    async for event in events:
                        yield event
    except ProviderError as error:
        failure = error
        failure.anything_sent = tally.characters > 0
    finally:
        record = tally.record(failure)
        if on_end is not None:
            on_end(record)
    yield record
    if failure is not None:
        raise failure


@dataclass
class _Tally:
    """What is known of a call so far."""

    clock: Callable[[], float]
    started: float
    first_fragment_seconds: float | None = None
    characters: int = 0
    attempts: int = 0
    finished: Finished | None = None

    def record(self, failure: ProviderError | None) -> CallRecord:
        finished = self.finished
        return CallRecord(
            first_fragment_seconds=self.first_fragment_seconds,
            duration_seconds=self.clock() - self.started,
            input_tokens=finished.input_tokens if finished else None,
            output_tokens=finished.output_tokens if finished else None,
            finish_reason=finished.reason if finished else None if failure else "stopped",
            attempts=self.attempts,
            error=failure.kind if failure else None,
        )

    def take(self, event: Event, limits: Limits) -> Event | None:
        """The event as it is passed on, if it is. Text in the database can have no NUL."""
        if isinstance(event, Finished):
            self.finished = event
            return event
        text = event.text
        if "\0" in text:
            text = text.replace("\0", "")
            event = Fragment(text)
        if not text:
            return None
        if self.first_fragment_seconds is None:
            self.first_fragment_seconds = self.clock() - self.started
        self.characters += len(text)
        if self.characters > limits.max_characters:
            raise TooLongError(f"The answer has more than {limits.max_characters} characters.")
        return event


async def _attempts(provider: Provider, call: Call, limits: Limits, tally: _Tally) -> AsyncGenerator[Event, None]:
    """The events of the first attempt that shows something or may not be repeated."""
    now = asyncio.get_running_loop().time
    first_until = now() + min(limits.first_fragment_seconds, limits.whole_seconds)
    whole_until = now() + limits.whole_seconds
    while True:
        tally.attempts += 1
        try:
            async with contextlib.aclosing(_attempt(provider, call, limits, tally, first_until, whole_until)) as events:
                async for event in events:
                    yield event
        except ProviderError as error:
            pause = _pause_after(error, tally.attempts, limits)
            is_last = tally.attempts >= limits.attempts or now() + pause >= first_until
            if tally.characters or not error.may_pass or is_last:
                raise
        else:
            return
        await asyncio.sleep(pause)


async def _attempt(
    provider: Provider, call: Call, limits: Limits, tally: _Tally, first_until: float, whole_until: float
) -> AsyncGenerator[Event, None]:
    """The events of one attempt; the time runs only while the model is waited for."""
    with Deadline(whole_until if tally.characters else first_until) as deadline:
        async with contextlib.aclosing(provider.stream(call)) as events:
            while tally.finished is None:
                try:
                    event = await deadline.next_of(events)
                except StopAsyncIteration:
                    raise BrokeOffError("The provider ended without saying that the answer is complete.") from None
                except TimeoutError:
                    raise _too_late(limits, tally) from None
                except ProviderError:
                    raise
                except Exception as error:  # a mistake of ours must end the call like any other failure
                    log.exception("a provider failed in a way that was not foreseen", provider=provider.kind)
                    raise ProviderError(f"The provider failed with {type(error).__name__}.") from error
                had_begun = tally.characters > 0
                passed_on = tally.take(event, limits)
                if tally.characters and not had_begun:
                    deadline.move(whole_until)
                if passed_on is not None:
                    yield passed_on


def _too_late(limits: Limits, tally: _Tally) -> ProviderError:
    if tally.characters or limits.whole_seconds <= limits.first_fragment_seconds:
        return WholeTimeoutError(f"The answer was not complete within {limits.whole_seconds:g} s.")
    return FirstFragmentTimeoutError(f"The answer did not begin within {limits.first_fragment_seconds:g} s.")


def _pause_after(error: ProviderError, attempts: int, limits: Limits) -> float:
    """Seconds: a random part of a span that doubles, so that many callers do not come back all at once."""
    longest = min(limits.back_off_seconds * 2 ** (attempts - 1), _LONGEST_BACK_OFF)
    return (error.retry_after or 0.0) + random.uniform(0, longest)  # noqa: S311 (no secret)
