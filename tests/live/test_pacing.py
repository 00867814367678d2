"""The pacer: steady, in lock-step, and the same for whoever writes which side."""

import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from app.live.pacing import COMFORTABLE, Pacer

Writing = list[tuple[float, int]]  # (when, characters) of each fragment


def write(length: int, pace: float, first: float, rng: random.Random) -> Writing:
    """Fragments of four characters or so at a pace, with jitter, after a first wait."""
    fragments, at, left = [], first, length
    while left:
        size = min(rng.randint(2, 6), left)
        fragments.append((at, size))
        left -= size
        at += size / pace * rng.uniform(0.5, 1.5)
    return fragments


def watch(sides: list[Writing], every: float = 0.25) -> list[list[int]]:
    """What is to be seen of each side at each frame."""
    pacer, frames, now = Pacer(len(sides)), [], 0.0
    left = [list(side) for side in sides]
    for index, side in enumerate(left):
        if not side:
            pacer.finished(index, 0.0)
    while not pacer.is_through:
        for index, side in enumerate(left):
            while side and side[0][0] <= now:
                at, size = side.pop(0)
                pacer.wrote(index, size, at)
                if not side:
                    pacer.finished(index, at)
        frames.append(list(pacer.shown(now)))
        now += every
        assert now < 1_000
    return frames


@given(
    st.lists(st.integers(1, 400), min_size=1, max_size=2),
    st.floats(10, 2_000),
    st.floats(10, 2_000),
    st.floats(0, 3),
    st.integers(0, 2**31),
)
def test_nothing_is_shown_before_it_is_written_nothing_goes_back_and_all_is_shown(
    lengths: list[int], one: float, other: float, first: float, seed: int
) -> None:
    rng = random.Random(seed)
    sides = [write(length, pace, first, rng) for length, pace in zip(lengths, (one, other), strict=False)]
    frames = watch(sides)
    assert frames[-1] == lengths
    for before, after in itertools.pairwise(frames):
        assert all(b <= a for b, a in zip(before, after, strict=True))


def test_both_sides_are_seen_to_the_same_length_while_both_are_written() -> None:
    rng = random.Random(1)
    for a, b in watch([write(900, 30.0, 0.2, rng), write(900, 300.0, 2.0, rng)]):
        assert a == b


def test_no_side_is_shown_quicker_than_is_comfortable() -> None:
    frames = watch([write(2_000, 5_000.0, 0.1, random.Random(2))] * 2)
    assert all(after[0] - before[0] <= COMFORTABLE * 0.25 + 1 for before, after in itertools.pairwise(frames))


def test_a_quick_model_that_writes_on_alone_keeps_the_pace_of_the_slow_one() -> None:
    rng = random.Random(3)
    frames = watch([write(300, 40.0, 0.3, rng), write(1_500, 2_000.0, 0.1, rng)])
    alone = [frame[1] for frame in frames if frame[0] == 300 and frame[1] > 310]
    steps = [after - before for before, after in itertools.pairwise(alone)]
    assert max(steps) <= 40.0 * 0.25 * 1.3


def test_whether_the_long_answer_is_the_quick_models_or_the_slow_ones_cannot_be_told() -> None:
    """A long and a short answer, by a quick and a slow model: which wrote which is guessed from the frames' tempo."""
    rng = random.Random(4)

    def tempo(*, is_long_quick: bool) -> float:
        quick, slow = rng.uniform(150, 400), rng.uniform(25, 60)
        pace_long, pace_short = (quick, slow) if is_long_quick else (slow, quick)
        wait = {quick: 0.2, slow: 1.5}
        sides = [write(1_200, pace_long, wait[pace_long], rng), write(400, pace_short, wait[pace_short], rng)]
        frames = watch(sides)
        shown = [frame[0] for frame in frames if frame[0]]
        both, alone = [n for n in shown if n <= 400], [n for n in shown if n > 440]
        before = (both[-1] - both[0]) / max(len(both) - 1, 1)
        after = (alone[-1] - alone[0]) / max(len(alone) - 1, 1)
        return after / before

    samples = sorted(
        [(tempo(is_long_quick=True), 1) for _ in range(200)] + [(tempo(is_long_quick=False), 0) for _ in range(200)]
    )
    # The best single threshold on the change of tempo, either way round, finds little more than half.
    right = best = 200
    for _, is_quick in samples:
        right += -1 if is_quick else 1
        best = max(best, right, 400 - right)
    assert best / 400 < 0.6
