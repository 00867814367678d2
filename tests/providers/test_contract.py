"""What every provider does alike, whatever stands behind it: two wire formats, stored outputs, faults, a real model."""

import asyncio
import contextlib
import traceback
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from app.providers.build import build_provider
from app.providers.calling import Caller, CallRecord, Limits
from app.providers.fault import Fault, FaultOptions, Mood
from app.providers.protocol import (
    ERRORS,
    Call,
    Event,
    Finished,
    Fragment,
    Message,
    Provider,
    ProviderError,
    Sampling,
)
from app.providers.replay import Replay, ReplayOptions
from tests.providers.fake_services import CREDENTIAL, LLAMA_KEY, FakeService, Script, anthropic_answer, openai_answer

TEXT = "Grüße an 日本 und 👩‍👩‍👧‍👦,  mit\n\nzwei Absätzen: naïve café — 🦉 ≠ ∅."
PROMPT = "Say something with all kinds of characters."


@dataclass
class Subject:
    """A provider that answers, one that hangs after its first word, and one that fails.

    text: what the answer is, where it is known. has_stopped returns once what hung has been told to stop.
    """

    answering: Callable[[], Provider]
    hanging: Callable[[], Provider]
    failing: Callable[[], Provider]
    has_stopped: Callable[[], Any]
    credential: str = CREDENTIAL
    text: str | None = TEXT
    is_remote: bool = True
    endless: Mapping[str, Any] = field(default_factory=dict)  # settings with which a real model does not end by itself


def call(max_tokens: int | None = None, **extra: Any) -> Call:
    messages = [Message("system", "Be brief."), Message("user", PROMPT)]
    return Call("the-model", messages, Sampling(temperature=0.0, max_tokens=max_tokens, seed=1, extra=extra))


def over_http(kind: str, client: httpx.AsyncClient, service: FakeService, answer: Callable[..., Script]) -> Subject:
    def scripted(**how: int) -> Callable[[], Provider]:
        def build() -> Provider:
            service.script = answer(TEXT, **how)
            return build_provider(kind, service.origin + "/v1", CREDENTIAL, {}, client, allow_private=True)

        return build

    async def has_stopped() -> None:
        await service.requests[-1].left.wait()

    return Subject(scripted(size=1), scripted(hang_after=1), scripted(break_after=1), has_stopped)


class Naps:
    """Sleeps that never end once there is more than nothing to sleep, and know when they are cut short."""

    def __init__(self) -> None:
        self.cut_short = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        try:
            await asyncio.sleep(0 if seconds == 0 else 3600)
        except asyncio.CancelledError:
            self.cut_short.set()
            raise


def locally(kind: str) -> Subject:
    naps = Naps()

    def replay(outputs: dict[str, str], a_second: float | None = None) -> Callable[[], Provider]:
        options = ReplayOptions(outputs=outputs, tokens_per_second=a_second)
        return lambda: Replay(options, clock=lambda: 0.0, sleep=naps)

    def fault(mood: Mood) -> Callable[[], Provider]:
        return lambda: Fault(FaultOptions(mood=mood, text=TEXT, after_words=1), clock=lambda: 0.0, sleep=naps)

    if kind == "replay":
        texts = {PROMPT: TEXT}
        return Subject(replay(texts), replay(texts, 1.0), replay({}), naps.cut_short.wait, is_remote=False)
    moods = (fault("healthy"), fault("stall_middle"), fault("break_middle"))
    return Subject(*moods, naps.cut_short.wait, is_remote=False)


def llama(client: httpx.AsyncClient, origin: str) -> Subject:
    def built(key: str) -> Callable[[], Provider]:
        return lambda: build_provider("openai", origin + "/v1", key, {}, client, allow_private=True)

    async def has_stopped() -> None:
        while True:
            slots = await client.get(
                origin + "/slots", headers={"authorization": f"Bearer {LLAMA_KEY}"}, extensions={"allow_private": True}
            )
            if not any(slot["is_processing"] for slot in slots.json()):
                return
            await asyncio.sleep(0.05)

    wrong = "sk-wrong-0123456789-credential"
    return Subject(
        built(LLAMA_KEY),
        built(LLAMA_KEY),
        built(wrong),
        has_stopped,
        credential=wrong,
        text=None,
        endless={"ignore_eos": True},
    )


@pytest.fixture(params=["openai", "anthropic", "replay", "fault", pytest.param("llama.cpp", marks=pytest.mark.model)])
def subject(request: pytest.FixtureRequest, client: httpx.AsyncClient, service: FakeService) -> Subject:
    match request.param:
        case "openai":
            return over_http("openai", client, service, openai_answer)
        case "anthropic":
            return over_http("anthropic", client, service, anthropic_answer)
        case "llama.cpp":
            return llama(client, request.getfixturevalue("llama_server"))
        case kind:
            return locally(kind)


async def read(events: AsyncIterator[Event]) -> tuple[str, list[Finished]]:
    """The text, and all that came besides; fragments after the end would be no text."""
    said = [event async for event in events]
    fragments = [event for event in said if isinstance(event, Fragment)]
    assert said[: len(fragments)] == fragments, "a fragment came after the end"
    assert all(fragment.text for fragment in fragments)
    return "".join(fragment.text for fragment in fragments), [event for event in said if isinstance(event, Finished)]


async def test_fragments_come_in_order_and_the_end_is_last_and_once(subject: Subject) -> None:
    text, ends = await read(subject.answering().stream(call(max_tokens=24)))
    assert len(ends) == 1
    assert ends[0].input_tokens
    assert ends[0].output_tokens
    assert text.strip()
    if subject.text is not None:
        assert text == subject.text
        assert ends[0].reason == "stop"


async def test_characters_cut_in_half_by_the_network_survive(subject: Subject) -> None:
    text, _ = await read(subject.answering().stream(call(max_tokens=24)))
    assert "\N{REPLACEMENT CHARACTER}" not in text
    assert subject.text is None or text.encode() == subject.text.encode()


async def test_the_most_tokens_are_heeded_and_said_to_be_the_reason(subject: Subject) -> None:
    text, ends = await read(subject.answering().stream(call(max_tokens=3)))
    assert [end.reason for end in ends] == ["length"]
    assert ends[0].output_tokens == 3
    assert len(text.split()) <= 3


async def test_the_same_call_gives_the_same_answer(subject: Subject) -> None:
    provider = subject.answering()
    assert await read(provider.stream(call(max_tokens=12))) == await read(provider.stream(call(max_tokens=12)))


@pytest.mark.parametrize("how", ["cancelled", "closed"])
async def test_whoever_stops_reading_stops_the_model_within_a_second(subject: Subject, how: str) -> None:
    begun = asyncio.Event()
    records: list[CallRecord] = []
    stream = Caller().call(subject.hanging(), call(**subject.endless), Limits(), model="m", on_end=records.append)

    async def follow() -> None:
        async with contextlib.aclosing(stream):
            async for _ in stream:
                begun.set()
                if how == "closed":
                    return

    reading = asyncio.create_task(follow())
    await begun.wait()
    if how == "cancelled":
        await asyncio.sleep(0.02)  # now it waits for the model
        reading.cancel()
    async with asyncio.timeout(1):
        await asyncio.gather(reading, return_exceptions=True)
        if how == "cancelled" or subject.is_remote:
            await subject.has_stopped()
    assert [(record.finish_reason, record.error, record.attempts) for record in records] == [("stopped", None, 1)]


async def test_a_failure_is_of_the_tree_and_names_no_credential(subject: Subject) -> None:
    with pytest.raises(ProviderError) as caught:
        await read(subject.failing().stream(call()))
    error = caught.value
    assert ERRORS[error.kind] is type(error)
    assert str(error).endswith(".")
    told = [str(error), repr(error), repr(vars(error)), "".join(traceback.format_exception(error))]
    assert not [text for text in told if subject.credential in text]
    assert not isinstance(error.__cause__, httpx.HTTPError)


async def test_a_provider_does_not_show_its_credential(subject: Subject) -> None:
    provider = subject.failing()
    told = [repr(provider), str(provider), repr(vars(provider))]
    assert not [text for text in told if subject.credential in text]


async def test_a_failure_says_whether_something_was_sent_before_it(subject: Subject) -> None:
    events = subject.failing().stream(call())
    was_sent = False
    failure = None
    try:
        async for _ in events:
            was_sent = True
    except ProviderError as error:
        failure = error
    assert failure is not None
    assert failure.anything_sent is was_sent
