"""Calls within limits: time, length, another try, calls at once, and an endpoint that keeps failing."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest

from app.providers.calling import Caller, CallRecord, Limits, call_model
from app.providers.circuit import Circuit
from app.providers.gate import Gate
from app.providers.protocol import (
    BrokeOffError,
    BusyError,
    Call,
    CircuitOpenError,
    Event,
    Finished,
    FirstFragmentTimeoutError,
    Fragment,
    Message,
    NotAcceptedError,
    NotUnderstoodError,
    ProviderError,
    RateLimitedError,
    RefusedError,
    ServiceFailedError,
    TooLongError,
    UnreachableError,
    WholeTimeoutError,
)

CALL = Call("m", [Message("user", "Hello?")])
QUICK = Limits(back_off_seconds=0.001)
YES: Sequence[Event] = (Fragment("Ye"), Fragment("s."), Finished("stop", 3, 2))

Step = Event | float | Exception
"""An event, seconds to wait, or an error to raise."""


@dataclass
class Played:
    """A provider that plays one script after another; the last one again and again."""

    scripts: list[Sequence[Step]]
    kind: str = "played"
    begun: int = 0
    closed: int = 0

    async def stream(self, call: Call) -> AsyncGenerator[Event, None]:
        script = self.scripts[min(self.begun, len(self.scripts) - 1)]
        self.begun += 1
        try:
            for step in script:
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, float):
                    await asyncio.sleep(step)
                else:
                    yield step
        finally:
            self.closed += 1


@dataclass
class Told:
    """All that a call said."""

    text: str = ""
    ends: list[Finished] = field(default_factory=list)
    records: list[CallRecord] = field(default_factory=list)
    error: ProviderError | None = None

    @property
    def record(self) -> CallRecord:
        (record,) = self.records
        return record


async def told(events: AsyncGenerator[Event | CallRecord, None]) -> Told:
    said = Told()
    try:
        async for event in events:
            assert not said.records, "the record is the last"
            match event:
                case Fragment(text):
                    said.text += text
                case Finished():
                    said.ends.append(event)
                case record:
                    said.records.append(record)
    except ProviderError as error:
        said.error = error
    return said


async def run(*scripts: Sequence[Step], limits: Limits = QUICK, circuit: Circuit | None = None) -> tuple[Told, Played]:
    provider = Played(list(scripts))
    said = await told(call_model(provider, CALL, limits, circuit=circuit or Circuit(), gate=Gate()))
    assert provider.closed == provider.begun
    return said, provider


async def test_an_answer_comes_with_a_record_of_what_it_took() -> None:
    said, _ = await run(YES)
    assert (said.text, said.ends, said.error) == ("Yes.", [Finished("stop", 3, 2)], None)
    record = said.record
    assert (record.input_tokens, record.output_tokens, record.finish_reason) == (3, 2, "stop")
    assert (record.attempts, record.error) == (1, None)
    assert record.first_fragment_seconds is not None
    assert 0 <= record.first_fragment_seconds <= record.duration_seconds


async def test_times_are_read_from_the_clock_that_is_given() -> None:
    now = iter(range(100))
    provider = Played([YES])
    said = await told(call_model(provider, CALL, QUICK, circuit=Circuit(), gate=Gate(), clock=lambda: float(next(now))))
    assert (said.record.first_fragment_seconds, said.record.duration_seconds) == (1.0, 2.0)


async def test_nothing_comes_after_the_end() -> None:
    said, _ = await run([*YES, Fragment("more"), Finished("length")])
    assert (said.text, len(said.ends)) == ("Yes.", 1)


async def test_a_character_that_no_database_takes_is_left_out() -> None:
    said, _ = await run([Fragment("\0"), Fragment("Y\0es."), Finished("stop")])
    assert said.text == "Yes."


@pytest.mark.parametrize("error", [UnreachableError, RateLimitedError, ServiceFailedError, BrokeOffError])
async def test_what_may_pass_is_tried_again_while_nothing_was_shown(error: type[ProviderError]) -> None:
    said, provider = await run([error("No.")], [error("No.")], YES)
    assert (said.text, said.error, said.record.attempts, provider.begun) == ("Yes.", None, 3, 3)


@pytest.mark.parametrize("error", [RefusedError, NotAcceptedError, NotUnderstoodError, TooLongError])
async def test_what_will_not_pass_is_not_tried_again(error: type[ProviderError]) -> None:
    said, provider = await run([error("No.")], YES)
    assert provider.begun == 1
    assert type(said.error) is error
    assert (said.record.error, said.record.finish_reason, said.record.attempts) == (error.kind, None, 1)


async def test_nothing_is_tried_again_once_something_was_shown() -> None:
    said, provider = await run([Fragment("Ye"), BrokeOffError("No.")], YES)
    assert (said.text, provider.begun, said.record.error) == ("Ye", 1, "broke_off")
    assert said.error is not None
    assert said.error.anything_sent


async def test_it_is_tried_as_often_as_the_limit_says() -> None:
    said, provider = await run([UnreachableError("No.")], limits=replace(QUICK, attempts=2))
    assert (provider.begun, said.record.attempts, said.record.error) == (2, 2, "unreachable")
    assert said.error is not None
    assert not said.error.anything_sent


async def test_a_service_that_asks_for_more_patience_than_there_is_is_not_tried_again() -> None:
    said, provider = await run([RateLimitedError("No.", retry_after=60.0)], YES)
    assert (provider.begun, said.record.error) == (1, "rate_limited")
    waited, provider = await run([RateLimitedError("No.", retry_after=0.01)], YES)
    assert (provider.begun, waited.text) == (2, "Yes.")


async def test_an_answer_that_does_not_begin_in_time() -> None:
    said, provider = await run([9.0, *YES], limits=replace(QUICK, first_fragment_seconds=0.02))
    assert type(said.error) is FirstFragmentTimeoutError
    assert (said.text, provider.begun, said.record.first_fragment_seconds) == ("", 1, None)


async def test_attempts_share_the_time_for_the_first_fragment() -> None:
    limits = replace(QUICK, first_fragment_seconds=0.05)
    said, provider = await run([0.03, BrokeOffError("No.")], [0.03, *YES], limits=limits)
    assert type(said.error) is FirstFragmentTimeoutError
    assert provider.begun == 2


async def test_an_answer_that_does_not_end_in_time() -> None:
    limits = replace(QUICK, whole_seconds=0.05, first_fragment_seconds=0.04)
    said, provider = await run([Fragment("Ye"), 9.0, Fragment("s.")], limits=limits)
    assert type(said.error) is WholeTimeoutError
    assert (said.text, said.error.anything_sent, provider.begun) == ("Ye", True, 1)


async def test_a_reader_that_takes_its_time_uses_up_only_the_time_of_the_whole() -> None:
    provider = Played([YES])
    limits = replace(QUICK, first_fragment_seconds=0.02)
    events = call_model(provider, CALL, limits, circuit=Circuit(), gate=Gate())
    assert await anext(events) == Fragment("Ye")
    await asyncio.sleep(0.05)
    assert (await told(events)).text == "s."


async def test_an_answer_that_is_far_too_long() -> None:
    said, provider = await run([Fragment("x" * 60), Fragment("y" * 60)], limits=replace(QUICK, max_characters=100))
    assert type(said.error) is TooLongError
    assert (said.text, provider.begun) == ("x" * 60, 1)


async def test_a_provider_that_just_ends_has_broken_off() -> None:
    said, _ = await run([Fragment("Ye")])
    assert type(said.error) is BrokeOffError


async def test_a_mistake_in_a_provider_ends_the_call_like_any_failure() -> None:
    said, _ = await run([Fragment("Ye"), KeyError("planted")])
    assert said.error is not None
    assert (said.record.error, str(said.error)) == ("failed", "The provider failed with KeyError.")


@pytest.mark.parametrize("how", ["cancelled", "closed"])
async def test_a_reader_that_leaves_is_recorded_and_frees_its_place(how: str) -> None:
    provider, gate, circuit, records = Played([[Fragment("Ye"), 9.0]]), Gate(), Circuit(), list[CallRecord]()
    events = call_model(provider, CALL, QUICK, circuit=circuit, gate=gate, on_end=records.append)
    assert await anext(events) == Fragment("Ye")
    assert gate.running == 1
    if how == "cancelled":
        reading = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0)
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reading
    else:
        await events.aclose()
    assert (gate.running, provider.closed) == (0, 1)
    assert [(record.finish_reason, record.error) for record in records] == [("stopped", None)]
    assert circuit.state.failures == 0


async def test_the_record_is_told_once_in_every_case() -> None:
    for script in (YES, [UnreachableError("No.")]):
        records: list[CallRecord] = []
        events = call_model(Played([script]), CALL, QUICK, circuit=Circuit(), gate=Gate(), on_end=records.append)
        said = await told(events)
        assert records == said.records


async def test_no_more_calls_of_a_model_run_at_once_than_it_allows() -> None:
    caller, limits = Caller(), replace(QUICK, max_concurrency=2, wait_seconds=5.0)
    provider = Played([[0.01, *YES]])
    most = 0

    async def one() -> Told:
        nonlocal most
        events = caller.call(provider, CALL, limits, model="m")
        first = await anext(events)
        assert first == Fragment("Ye")
        most = max(most, provider.begun - provider.closed)
        return await told(events)

    assert [said.text for said in await asyncio.gather(*(one() for _ in range(8)))] == ["s."] * 8
    assert most == 2


async def test_whoever_waits_too_long_for_a_place_is_told_so_and_nothing_is_sent() -> None:
    caller, limits = Caller(), replace(QUICK, max_concurrency=1, wait_seconds=0.01)
    provider = Played([YES])
    first = caller.call(provider, CALL, limits, model="m")
    await anext(first)
    busy = await told(caller.call(provider, CALL, limits, model="m"))
    assert type(busy.error) is BusyError
    assert (busy.record.attempts, busy.record.error, provider.begun) == (0, "busy", 1)
    assert (await told(caller.call(provider, CALL, limits, model="another"))).text == "Yes."
    await first.aclose()
    assert (await told(caller.call(provider, CALL, limits, model="m"))).text == "Yes."


async def test_an_endpoint_that_keeps_failing_is_left_alone_and_then_tried_by_one_call() -> None:
    now = 0.0

    def clock() -> float:
        return now

    caller, limits = Caller(clock=clock), replace(QUICK, attempts=1)
    bad, good = Played([[UnreachableError("No.")]]), Played([YES])

    def ask(provider: Played, **how: bool) -> AsyncGenerator[Event | CallRecord, None]:
        return caller.call(provider, CALL, limits, model="m", **how)

    for _ in range(5):
        assert (await told(ask(bad))).record.error == "unreachable"
    refused = await told(ask(good))
    assert type(refused.error) is CircuitOpenError
    assert (refused.record.attempts, good.begun) == (0, 0)
    assert caller.circuits()["m"].state == "open"
    assert (await told(caller.call(good, CALL, limits, model="another"))).text == "Yes."

    now = 31.0
    assert caller.circuits()["m"].state == "half_open"
    probe = ask(good)
    await anext(probe)
    assert type((await told(ask(good))).error) is CircuitOpenError
    await told(probe)
    assert caller.circuits()["m"].state == "closed"


async def test_a_test_of_a_model_is_made_while_the_circuit_is_open_and_closes_it() -> None:
    caller, limits = Caller(), replace(QUICK, attempts=1)
    for _ in range(5):
        await told(caller.call(Played([[UnreachableError("No.")]]), CALL, limits, model="m"))
    assert (await told(caller.call(Played([YES]), CALL, limits, model="m", heed_circuit=False))).text == "Yes."
    assert caller.circuits()["m"].state == "closed"


@pytest.mark.parametrize("error", [NotAcceptedError, TooLongError])
async def test_what_a_prompt_alone_brings_about_takes_no_model_out(error: type[ProviderError]) -> None:
    circuit = Circuit()
    for _ in range(10):
        await run([error("No.")], circuit=circuit)
    assert circuit.state.state == "closed"


def failing(circuit: Circuit, kind: Callable[[str], ProviderError] = UnreachableError) -> None:
    with contextlib.suppress(ProviderError), circuit.watching():
        raise kind("No.")


def test_a_circuit_says_what_state_it_is_in() -> None:
    now = 100.0
    circuit = Circuit(enough_failures=2, open_seconds=30.0, clock=lambda: now)
    failing(circuit)
    assert (circuit.state.state, circuit.state.failures) == ("closed", 1)
    failing(circuit, BrokeOffError)
    assert (circuit.state.state, circuit.state.opens_in_seconds, circuit.state.last_error) == (
        "open",
        30.0,
        "broke_off",
    )
    with pytest.raises(CircuitOpenError, match="2 times in a row") as caught:
        circuit.check()
    assert caught.value.retry_after == 30.0
    now = 130.0
    circuit.check()
    failing(circuit)
    assert (circuit.state.state, circuit.state.opens_in_seconds) == ("open", 30.0)
    now = 160.0
    with circuit.watching():
        pass
    assert circuit.state == Circuit().state


def test_a_probe_that_is_cancelled_lets_another_one_go() -> None:
    now = 0.0
    circuit = Circuit(enough_failures=1, open_seconds=30.0, clock=lambda: now)
    failing(circuit)
    now = 31.0
    with contextlib.suppress(asyncio.CancelledError), circuit.watching():
        with pytest.raises(CircuitOpenError):
            circuit.check()
        raise asyncio.CancelledError
    assert circuit.state.state == "half_open"
    circuit.check()


async def test_places_are_given_in_the_order_of_arrival_and_none_is_lost() -> None:
    gate, order = Gate(), list[int]()

    async def one(number: int) -> None:
        async with gate.place(1, 5.0):
            order.append(number)
            await asyncio.sleep(0)

    tasks = [asyncio.create_task(one(number)) for number in range(20)]
    await asyncio.sleep(0)
    for number in (3, 7, 19):
        tasks[number].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert order == [number for number in range(20) if number not in (3, 7, 19)]
    assert gate.running == 0


async def test_a_place_given_to_somebody_who_leaves_at_that_moment_goes_to_the_next() -> None:
    gate = Gate()
    first = gate.place(1, 5.0)
    await first.__aenter__()

    async def one() -> None:
        async with gate.place(1, 5.0):
            pass

    leaving, next_one = asyncio.create_task(one()), asyncio.create_task(one())
    await asyncio.sleep(0)
    await first.__aexit__(None, None, None)
    leaving.cancel()
    async with asyncio.timeout(1):
        await next_one
    assert gate.running == 0


async def test_a_raised_limit_lets_in_who_waits() -> None:
    gate = Gate()
    async with gate.place(1, 5.0), asyncio.timeout(1), gate.place(2, 5.0):
        assert gate.running == 2
