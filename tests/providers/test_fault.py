"""Every mood of the fault provider, and what a caller makes of it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

import pytest

from app.providers.calling import Caller, CallRecord, Limits
from app.providers.fault import Fault, FaultOptions, Mood
from app.providers.protocol import Call, Event, Finished, Fragment, Message, MisconfiguredError, ProviderError

TEXT = "one two three four five six seven eight"
LIMITS = Limits(first_fragment_seconds=0.05, whole_seconds=0.1, attempts=2, back_off_seconds=0.001)


async def outcome(mood: str, limits: Limits = LIMITS) -> tuple[str, str | None, str | None, int]:
    """The text, the reason, the error and the attempts."""
    provider = Fault(FaultOptions(text=TEXT, after_words=3, slow_words_per_second=1.0))
    text, records, failure = "", list[CallRecord](), None
    try:
        async for event in Caller().call(provider, Call(mood, [Message("user", "Hello?")]), limits, model="m"):
            if isinstance(event, Fragment):
                text += event.text
            elif isinstance(event, CallRecord):
                records.append(event)
    except ProviderError as error:
        failure = error.kind
    (record,) = records
    assert record.error == failure
    return text, record.finish_reason, record.error, record.attempts


@pytest.mark.parametrize(
    ("mood", "expected"),
    [
        ("healthy", (TEXT, "stop", None, 1)),
        ("slow", ("one", None, "whole_timeout", 1)),
        ("stall_first", ("", None, "first_fragment_timeout", 1)),
        ("stall_middle", ("one two three", None, "whole_timeout", 1)),
        ("break_middle", ("one two three", None, "broke_off", 1)),
        ("rubbish", ("one two three", None, "not_understood", 1)),
        ("error_object", ("one two three", None, "service_failed", 1)),
        ("refuse", ("", None, "refused", 1)),
        ("empty", ("", "stop", None, 1)),
    ],
)
async def test_a_mood_ends_as_it_should_and_the_same_every_time(
    mood: str, expected: tuple[str, str | None, str | None, int]
) -> None:
    assert await outcome(mood) == expected
    assert await outcome(mood) == expected


async def test_an_answer_that_is_far_too_long_is_stopped() -> None:
    text, _, error, _ = await outcome("too_long", replace(LIMITS, whole_seconds=60.0))
    assert error == "too_long"
    assert text.startswith("one two three")
    assert 190_000 < len(text) <= 200_000


def test_every_mood_has_its_test() -> None:
    marks = test_a_mood_ends_as_it_should_and_the_same_every_time.pytestmark  # type: ignore[attr-defined]  # pytest's
    tested: Sequence[tuple[str, object]] = marks[0].args[1]
    assert {mood for mood, _ in tested} | {"too_long"} == set(get_args(Mood))


async def test_slow_words_come_at_their_rate_and_a_stall_lasts_as_long_as_set() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0)

    async def ask(mood: Mood) -> list[Event]:
        slept.clear()
        options = FaultOptions(mood=mood, text="a b c", after_words=1, slow_words_per_second=4.0, stall_seconds=90.0)
        provider = Fault(options, clock=lambda: 0.0, sleep=sleep)
        return [event async for event in provider.stream(Call("m", [Message("user", "Hello?")]))]

    assert (await ask("slow"))[-1] == Finished("stop", 1, 3)
    assert slept == [0.0, 0.25, 0.5]
    assert (await ask("stall_first"))[-1] == Finished("stop", 1, 3)
    assert slept[0] == 90.0
    assert [type(event) for event in await ask("stall_middle")] == [Fragment, Fragment, Fragment, Finished]
    assert slept[1] == 90.0


async def test_a_name_that_is_no_mood_is_told() -> None:
    with pytest.raises(MisconfiguredError, match="stall_first"):
        await anext(Fault().stream(Call("cheerful", [])))
