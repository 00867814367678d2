"""No vote waits for a board: whatever a computation holds is held while people vote, take back and vote again."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import pytest

from app.db.engine import Database
from app.leaderboards import analysing, drawing, refreshing, repository, service
from tests.people import Person
from tests.worlds import open_arena

PATIENCE = 20  # seconds: only a vote that waits for the board, and so for ever, gets there


class Hold(Protocol):
    """A place where a computation stops until it is let go."""

    async def reached(self) -> None: ...

    def release(self) -> None: ...


class HeldTransaction:
    """Stops after an awaited function of the computation, with all locks of its transaction held."""

    def __init__(self, patch: pytest.MonkeyPatch, module: object, name: str) -> None:
        self._there, self._go = asyncio.Event(), asyncio.Event()
        usual: Callable[..., Awaitable[Any]] = getattr(module, name)

        async def held(*values: Any, **named: Any) -> Any:
            result = await usual(*values, **named)
            self._there.set()
            await self._go.wait()
            return result

        patch.setattr(module, name, held)

    async def reached(self) -> None:
        await self._there.wait()

    def release(self) -> None:
        self._go.set()


class HeldThread:
    """The same within the arithmetic, which runs in a thread."""

    def __init__(self, patch: pytest.MonkeyPatch, module: object, name: str) -> None:
        self._there, self._go = threading.Event(), threading.Event()
        usual: Callable[..., Any] = getattr(module, name)

        def held(*values: Any, **named: Any) -> Any:
            self._there.set()
            assert self._go.wait(2 * PATIENCE)
            return usual(*values, **named)

        patch.setattr(module, name, held)

    async def reached(self) -> None:
        await asyncio.to_thread(self._there.wait, PATIENCE)

    def release(self) -> None:
        self._go.set()


PLACES: dict[str, tuple[type[HeldTransaction] | type[HeldThread], object, str]] = {
    "reading the votes": (HeldTransaction, refreshing, "_look_closer"),
    "fitting": (HeldThread, refreshing, "compute_board"),
    "counts and watermark written, not committed": (HeldTransaction, refreshing, "write_change"),
    "all written, not committed": (HeldTransaction, repository, "thin_snapshots"),
    "drawing figures": (HeldTransaction, drawing, "draw"),
    "analysing": (HeldThread, analysing, "analyse"),
}


async def nothing_to_draw(_: Database) -> list[Exception]:
    return []


async def work(database: Database) -> None:
    """What the worker does with boards, one after the other."""
    await service.refresh_stale(database)
    await service.analyse_boards(database)


async def vote_take_back_and_vote_again(person: Person) -> None:
    """Everything that writes votes, also to battles that are being counted."""
    for choice in ("side_a", "tie"):
        battle = await person.start("kitchen")
        assert (await person.vote(battle, choice)).status_code == 201
    assert (await person.http.delete(f"/api/battles/{battle}/vote")).status_code == 200
    assert (await person.vote(battle, "side_b", revision=2)).status_code == 201


@pytest.mark.parametrize("place", PLACES)
async def test_votes_are_answered_while_a_board_is_being_computed(
    database: Database, stranger: Person, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    arena = await open_arena(database, matchups=12)
    counted = [await stranger.start("kitchen")]
    await stranger.vote(counted[0])
    await service.refresh(database, arena.id)  # so that the next count changes rows that are there
    await vote_take_back_and_vote_again(stranger)
    kind, module, name = PLACES[place]
    if module is not drawing:
        monkeypatch.setattr(drawing, "draw_missing", nothing_to_draw)  # it takes seconds
    hold = kind(monkeypatch, module, name)
    computing = asyncio.create_task(work(database))
    try:
        async with asyncio.timeout(PATIENCE):
            await hold.reached()
            await vote_take_back_and_vote_again(stranger)
            undone = await stranger.http.delete(f"/api/battles/{counted[0]}/vote")
        assert undone.status_code == 200, "also a vote that the computation is counting"
        assert not computing.done(), "the computation was held all the time"
    finally:
        hold.release()
    await computing
    monkeypatch.undo()
    newest = await service.refresh(database, arena.id)

    assert newest is not None, "what was cast meanwhile is counted next"
    assert newest.votes == 2, "the others were taken back, or cast again after the names were seen"
