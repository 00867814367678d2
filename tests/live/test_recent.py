"""What may be a moment old: loaded once for all who ask, and never kept where loading failed."""

import asyncio

import pytest

from app.live.recent import Recent


class Loads:
    """Loads that are counted, and fail while told to."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.fails = False

    async def __call__(self, key: str) -> str:
        self.keys.append(key)
        await asyncio.sleep(0)
        if self.fails:
            raise OSError("planted")
        return f"{key} {len(self.keys)}"


async def test_all_who_ask_within_the_time_share_one_load() -> None:
    now, loads = 0.0, Loads()
    recent = Recent(loads, 1.0, lambda: now)
    assert await asyncio.gather(*(recent.get("a") for _ in range(5))) == ["a 1"] * 5
    now = 0.9
    assert (await recent.get("a"), await recent.get("b")) == ("a 1", "b 2")
    now = 1.0
    assert await recent.get("a") == "a 3"


async def test_what_is_forgotten_is_loaded_anew() -> None:
    loads = Loads()
    recent = Recent(loads, 60.0)
    assert await recent.get("a") == "a 1"
    recent.forget("a")
    assert await recent.get("a") == "a 2"


async def test_a_load_that_fails_fails_for_those_who_waited_and_for_nobody_after() -> None:
    loads = Loads()
    recent = Recent(loads, 60.0)
    loads.fails = True
    outcomes = await asyncio.gather(*(recent.get("a") for _ in range(3)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [OSError] * 3
    loads.fails = False
    assert await recent.get("a") == "a 2"


async def test_one_who_leaves_does_not_end_the_load_of_the_others() -> None:
    recent = Recent(Loads(), 60.0)
    leaving = asyncio.ensure_future(recent.get("a"))
    staying = asyncio.ensure_future(recent.get("a"))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == "a 1"
    with pytest.raises(asyncio.CancelledError):
        await leaving
