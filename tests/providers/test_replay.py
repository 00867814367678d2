"""Stored outputs come back as they are, at the rate that is set."""

from dataclasses import dataclass, field

import pytest

from app.providers.protocol import Call, Finished, Fragment, Message, NotAcceptedError, Sampling
from app.providers.replay import Replay, ReplayOptions


@dataclass
class Time:
    """A clock that only sleeping moves; late is what each sleep takes too long."""

    now: float = 50.0
    late: float = 0.0
    moments: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds + self.late
        self.moments.append(round(self.now - 50.0, 6))


def call(prompt: str, model: str = "m", max_tokens: int | None = None) -> Call:
    return Call(model, [Message("user", prompt)], Sampling(max_tokens=max_tokens))


async def answer(options: ReplayOptions, asked: Call, time: Time | None = None) -> tuple[list[str], Finished]:
    time = time or Time()
    *fragments, end = [event async for event in Replay(options, clock=time.clock, sleep=time.sleep).stream(asked)]
    assert isinstance(end, Finished)
    return [fragment.text for fragment in fragments if isinstance(fragment, Fragment)], end


async def test_words_come_with_the_white_space_before_them() -> None:
    options = ReplayOptions(outputs={"Hello?": "  One two,\n\nthree.  "})
    assert await answer(options, call("Hello?")) == (["  One", " two,", "\n\nthree.", "  "], Finished("stop", 1, 4))
    assert await answer(options, call("Hello?", max_tokens=2)) == (["  One", " two,"], Finished("length", 1, 2))


async def test_the_rate_and_the_first_delay_are_kept_from_the_beginning() -> None:
    options = ReplayOptions(outputs=("a b c d",), tokens_per_second=40, first_fragment_seconds=0.2)
    time = Time()
    await answer(options, call("Hello?"), time)
    assert time.moments == [0.2, 0.225, 0.25, 0.275]
    slow = Time(late=0.01)
    await answer(options, call("Hello?"), slow)
    assert slow.moments == [0.21, 0.235, 0.26, 0.285], "a late word must not delay those after it"


async def test_without_a_rate_all_comes_at_once() -> None:
    time = Time()
    await answer(ReplayOptions(outputs=("a b c d",)), call("Hello?"), time)
    assert set(time.moments) == {0.0}


async def test_a_list_is_chosen_from_by_conversation_and_model_and_always_alike() -> None:
    options = ReplayOptions(outputs=tuple(f"text-{number}" for number in range(10)))
    first = [(await answer(options, call(f"Prompt {number}")))[0] for number in range(60)]
    again = [(await answer(options, call(f"Prompt {number}")))[0] for number in range(60)]
    other = [(await answer(options, call(f"Prompt {number}", "another")))[0] for number in range(60)]
    assert first == again
    assert first != other
    assert {text for (text,) in first} == set(options.outputs)


async def test_a_prompt_without_an_output_is_told() -> None:
    with pytest.raises(NotAcceptedError, match="no stored output"):
        await answer(ReplayOptions(outputs={"Hello?": "Yes."}), call("Hm?"))
