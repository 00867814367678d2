"""What is sent before the vote does not tell which side is which model, but for the texts themselves."""

import asyncio
import contextlib
import random
import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

import numpy as np
from httpx import Request, Response
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import binom
from sqlalchemy import text

from app.arenas.schemas import LiveSettings
from app.db.engine import Database
from app.live.writing import OnEnd, Opener, Writing
from app.providers.calling import CallRecord
from app.providers.protocol import Call, Event, Fragment, Message, Sampling
from app.providers.replay import Replay, ReplayOptions
from tests.live.virtual_time import run
from tests.live.worlds import open_live_arena
from tests.people import Person

BATTLES = 200
Features = list[float]
Times = list[tuple[float, int]]  # when, and how many characters came


@dataclass(frozen=True)
class Kind:
    """A model as its timing knows it: tokens a second, and seconds until the first."""

    pace: float
    first: float


QUICK, SLOW = Kind(250.0, 0.1), Kind(25.0, 0.6)


def model(kind: Kind, words: int, chance: random.Random) -> Replay:
    """A model of this kind, with the haste of the moment, that writes so many words."""
    said = " ".join(chance.choice(("a", "llama", "grazes", "on", "mountains")) for _ in range(words))
    haste = chance.uniform(0.8, 1.25)
    options = ReplayOptions(
        outputs=(said,), tokens_per_second=kind.pace * haste, first_fragment_seconds=kind.first * chance.uniform(0.5, 2)
    )
    return Replay(options, clock=asyncio.get_running_loop().time)


async def write(models: Sequence[Replay]) -> tuple[list[Times], list[Times]]:
    """For each side, what was seen of it in which frame, and what the model itself wrote when."""
    now = asyncio.get_running_loop().time
    raw: list[Times] = [[] for _ in models]
    seen: list[Times] = [[] for _ in models]

    def opener(place: int) -> Opener:
        async def events(_: OnEnd) -> AsyncGenerator[Event | CallRecord, None]:
            call = Call("any", [Message("user", "?")], Sampling())
            async with contextlib.aclosing(models[place].stream(call)) as said:
                async for event in said:
                    if isinstance(event, Fragment):
                        raw[place].append((now(), len(event.text)))
                    yield event

        return events

    writing = Writing([opener(place) for place in range(len(models))], clock=now)
    before = [0] * len(models)
    async for frame in writing.frames():
        for place, growth in frame.items():
            length = len(re.sub(r"<[^>]+>", "", growth.open).strip())
            seen[place].append((now(), length - before[place]))
            before[place] = length
    return seen, raw


def features_of(side: Times) -> Features:
    """Of when a side changed and by how much, without what it says: how it begins, its gaps, its steps."""
    times = np.array([when for when, _ in side])
    steps = np.array([step for _, step in side], dtype=float)
    gaps = np.diff(times) if len(times) > 1 else np.zeros(1)
    half = len(steps) // 2
    return [
        float(times[0]),
        float(gaps.mean()),
        float(gaps.std()),
        float(gaps.max()),
        float(steps[1:].mean()) if len(steps) > 1 else 0.0,
        float(steps[1:].std()) if len(steps) > 1 else 0.0,
        float(steps[: half or 1].mean()),
        float(steps[half:].mean()),
        float(steps[-2:].mean()),
        float(steps.sum() / max(times[-1] - times[0], 0.25)),
    ]


def accuracy(features: NDArray[np.float64], is_quick: NDArray[np.bool_]) -> int:
    """How many sides a logistic regression gets right that was trained on the other nine tenths."""
    right, folds = 0, np.arange(len(features)) % 10
    for fold in range(10):
        train, test = folds != fold, folds == fold
        mean, scale = features[train].mean(0), features[train].std(0) + 1e-9
        x, sign = (features[train] - mean) / scale, np.where(is_quick[train], 1.0, -1.0)

        def loss(weights: NDArray[np.float64], x: NDArray[np.float64] = x, sign: NDArray[np.float64] = sign) -> float:
            return float(np.logaddexp(0, -sign * (x @ weights[1:] + weights[0])).mean() + 0.01 * weights @ weights)

        weights = minimize(loss, np.zeros(features.shape[1] + 1), method="L-BFGS-B").x
        said = (features[test] - mean) / scale @ weights[1:] + weights[0] > 0
        right += int((said == is_quick[test]).sum())
    return right


def at_most_by_chance(count: int) -> int:
    """What guessing exceeds once in a thousand times."""
    return int(binom.ppf(0.999, count, 0.5))


async def _battles(chance: random.Random) -> list[tuple[bool, Features, Features]]:
    found = []
    for number in range(BATTLES):
        is_quick_first, is_long_first = number % 2 == 0, number % 4 < 2  # crossed: length says nothing of the model
        kinds = (QUICK, SLOW) if is_quick_first else (SLOW, QUICK)
        lengths = (60, 25) if is_long_first else (25, 60)
        models = [
            model(kind, round(length * chance.uniform(0.8, 1.2)), chance)
            for kind, length in zip(kinds, lengths, strict=True)
        ]
        seen, raw = await write(models)
        # What one side has beyond the other: speeds of both alike say nothing of who is who.
        seen_features, raw_features = (
            [a - b for a, b in zip(features_of(sides[0]), features_of(sides[1]), strict=True)] for sides in (seen, raw)
        )
        found.append((is_quick_first, seen_features, raw_features))
    chance.shuffle(found)
    return found


def test_the_frames_do_not_tell_which_side_is_the_quick_model_though_the_models_own_timing_does() -> None:
    battles = run(_battles(random.Random(6)))
    is_quick = np.array([label for label, _, _ in battles])
    seen = np.array([features for _, features, _ in battles])
    raw = np.array([features for _, _, features in battles])
    assert accuracy(raw, is_quick) > 0.95 * BATTLES
    assert accuracy(seen, is_quick) <= at_most_by_chance(BATTLES)


async def test_before_the_vote_no_byte_names_a_model_and_no_order_follows_it(
    database: Database, stranger: Person
) -> None:
    contestants = {
        "planted-aardvark-7b": {"outputs": ["The same words from both of them."]},
        "planted-bison-13b": {"outputs": ["The same words from both of them!"]},
    }
    await open_live_arena(database, contestants, settings=LiveSettings(prompts_per_person=1_000))
    traffic = bytearray()

    async def keep_request(request: Request) -> None:
        traffic.extend(str(request.url).encode() + repr(request.headers.raw).encode())

    async def keep_response(response: Response) -> None:
        traffic.extend(repr(response.headers.raw).encode() + await response.aread())

    stranger.http.event_hooks = {"request": [keep_request], "response": [keep_response]}
    orders = set()
    for number in range(20):
        await stranger.http.get("/arenas/talk")
        asked = await stranger.http.post("/arenas/talk/ask", data={"prompt": f"Question {number}?"})
        address = asked.headers["location"]
        await stranger.http.get(address)
        stream = await stranger.http.post(f"{address}/answers", headers={"Accept": "text/event-stream"})
        orders |= {tuple(re.findall(r'"(side_[ab])":', line)) for line in stream.text.split("\n")} - {()}
        shown = await stranger.http.get(address)
        assert 'data-state="shown"' in shown.text
    async with database.read_session() as session:
        secrets = await session.execute(
            text(
                "SELECT m.name, m.organisation, m.id::text, v.id::text, p.name, p.id::text FROM model m "
                "JOIN model_version v ON v.model_id = m.id JOIN provider p ON p.id = v.provider_id"
            )
        )
        private = await session.execute(text("SELECT matchup_id::text, lineup::text FROM battle"))
        planted = {word for row in [*secrets, *private] for word in row}
        sides = (await session.execute(text("SELECT DISTINCT side_order FROM battle"))).scalars().all()
    assert set(sides) == {"ab", "ba"}, "both models stood on both sides"
    assert not [word for word in planted if word.encode() in traffic or word.replace("-", "").encode() in traffic]
    assert orders <= {("side_a", "side_b"), ("side_a",), ("side_b",)}, "sides come in the order of the screen"
