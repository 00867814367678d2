"""A limit of time on many waits: what it ends, and what it leaves alone."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

import pytest

from app.providers.deadline import Deadline


async def after(pauses: Sequence[float]) -> AsyncGenerator[int, None]:
    for number, pause in enumerate(pauses):
        await asyncio.sleep(pause)
        yield number


def soon(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


async def test_items_that_come_in_time_pass() -> None:
    with Deadline(soon(5)) as deadline:
        items = after([0, 0.001, 0])
        assert [await deadline.next_of(items) for _ in range(3)] == [0, 1, 2]
        with pytest.raises(StopAsyncIteration):
            await deadline.next_of(items)


async def test_a_wait_ends_when_it_passes_and_the_task_can_go_on() -> None:
    with Deadline(soon(0.01)) as deadline:
        items = after([0, 9])
        assert await deadline.next_of(items) == 0
        with pytest.raises(TimeoutError):
            await deadline.next_of(items)
        with pytest.raises(TimeoutError):
            await deadline.next_of(after([0]))
    await asyncio.sleep(0)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_what_is_done_between_the_waits_is_not_disturbed() -> None:
    with Deadline(soon(0.01)) as deadline:
        items = after([0, 0])
        assert await deadline.next_of(items) == 0
        await asyncio.sleep(0.03)
        with pytest.raises(TimeoutError):
            await deadline.next_of(items)


async def test_it_can_be_moved_until_it_has_passed() -> None:
    with Deadline(soon(0.01)) as deadline:
        deadline.move(soon(5))
        assert await deadline.next_of(after([0.03])) == 0
        deadline.move(soon(0.0))
        await asyncio.sleep(0.01)
        deadline.move(soon(5))
        with pytest.raises(TimeoutError):
            await deadline.next_of(after([0]))


@pytest.mark.parametrize("both", [False, True])
async def test_cancelling_the_task_is_no_timeout_even_at_the_same_moment(both: bool) -> None:
    begun = asyncio.Event()

    async def wait() -> None:
        with Deadline(soon(0.01 if both else 5)) as deadline:
            begun.set()
            await deadline.next_of(after([9]))

    task = asyncio.create_task(wait())
    await begun.wait()
    asyncio.get_running_loop().call_at(soon(0.01), task.cancel)
    with pytest.raises(asyncio.CancelledError):
        await task
