"""Turns that this process is writing: each in a task of its own, which outlives the request that began it.

So a browser that leaves, a request that is cut off and a server that is told to stop all end in the same way: the
models are stopped, and what was written is stored.
"""

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeVar

import psycopg
import structlog
from psycopg_pool import PoolTimeout
from sqlalchemy.exc import InterfaceError, OperationalError

from app.battles.style import measure_style
from app.db.base import new_id
from app.db.engine import Database
from app.live import turns
from app.live.growing import Growth
from app.live.writing import Answer, Writing
from app.moderation.identity_leaks import LeakFinder

log = structlog.get_logger(__name__)

RENEW_SECONDS: Final = 5.0
STORE_FOR_SECONDS: Final = 60.0
STORE_AGAIN_SECONDS: Final = 0.5
SLOTS = ("a", "b")
AWAY = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, OperationalError, InterfaceError)

Result = TypeVar("Result")

Ending = Literal["shown", "failed", "interrupted"]


@dataclass(frozen=True)
class Task:
    """What is to be written. sides names each slot's place on the screen."""

    battle_id: uuid.UUID
    writer: uuid.UUID
    turn_index: int
    writing: Writing
    sides: tuple[str, ...]
    finder: LeakFinder
    may_be_shown: Callable[[Sequence[Answer]], Awaitable[bool]]
    keep_records: Callable[[Sequence[Answer]], Awaitable[None]]


@dataclass
class Progress:
    """What the request that shows a turn reads: frames by side, then the ending."""

    news: asyncio.Queue[dict[str, Growth] | Ending] = field(default_factory=asyncio.Queue)
    is_wanted: bool = True

    def leave(self) -> None:
        """Nobody reads any more: stop the models."""
        self.is_wanted = False


class Writers:
    """The tasks of one web process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tasks: dict[asyncio.Task[None], Progress] = {}

    def begin(self, task: Task) -> Progress:
        progress = Progress()
        running = asyncio.create_task(self._run(task, progress))
        self._tasks[running] = progress
        running.add_done_callback(self._tasks.pop)
        return progress

    def leave(self) -> None:
        """Stop the models of all that is being written; storing it follows."""
        for progress in self._tasks.values():
            progress.leave()

    async def close(self) -> None:
        """Stop all that is being written, and store it."""
        self.leave()
        if self._tasks:
            await asyncio.wait(list(self._tasks))

    async def _run(self, task: Task, progress: Progress) -> None:
        ending: Ending = "interrupted"
        try:
            async with _held(self._database, task, progress):
                async with contextlib.aclosing(task.writing.frames()) as frames:
                    async for frame in frames:
                        if not progress.is_wanted:
                            break
                        progress.news.put_nowait({task.sides[place]: growth for place, growth in frame.items()})
                reached = _ending(task.writing, is_wanted=progress.is_wanted)
                if reached == "shown" and not await _patiently(lambda: task.may_be_shown(task.writing.answers)):
                    reached = "failed"
                if await self._store(task, reached):
                    ending = reached
            await _patiently(lambda: task.keep_records(task.writing.answers))
        except Exception:
            log.exception("a turn could not be written, or its calls not be recorded", battle=str(task.battle_id))
        progress.news.put_nowait(ending)

    async def _store(self, task: Task, ending: Ending) -> bool:
        """Store the answers. Whether they are stored: False where the claim was lost."""
        leaks = await asyncio.to_thread(_find_leaks, task)
        responses = [_response(slot, answer) for slot, answer in zip(SLOTS, task.writing.answers, strict=False)]

        async def store() -> bool:
            async with self._database.direct() as connection:
                return await turns.store(
                    connection,
                    task.battle_id,
                    task.writer,
                    state="writing" if ending == "interrupted" else ending,
                    turn_index=task.turn_index,
                    responses=responses,
                    leaks=leaks if ending == "shown" else [],
                    exclusion_id=new_id(),
                )

        return await _patiently(store)


async def _patiently(do: Callable[[], Awaitable[Result]]) -> Result:
    """Do it, and again while the database is away, for a while. Raises what the last attempt raised."""
    until = time.monotonic() + STORE_FOR_SECONDS
    while True:
        try:
            return await do()
        except AWAY:
            if time.monotonic() > until:
                raise
        await asyncio.sleep(STORE_AGAIN_SECONDS)


@contextlib.asynccontextmanager
async def _held(database: Database, task: Task, progress: Progress) -> AsyncIterator[None]:
    """Keeps the claim while the block runs; where it is lost, the reader is taken to have left."""

    async def keep() -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                async with database.direct() as connection:
                    is_held = await turns.renew(connection, task.battle_id, task.writer)
            except AWAY:
                continue  # the claim holds for longer than a restart takes; storing finds out
            if not is_held:
                progress.leave()
                return

    keeping = asyncio.create_task(keep())
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


def _ending(writing: Writing, *, is_wanted: bool) -> Ending:
    if all(answer.is_whole for answer in writing.answers):
        return "shown"
    if writing.has_failed:
        return "failed"
    return "interrupted" if not is_wanted else "failed"


def _response(slot: str, answer: Answer) -> dict[str, object]:
    style = measure_style([answer.text])
    return {
        "slot": slot,
        "blocks": [{"type": "text", "text": answer.text}],
        "finish_reason": answer.finish_reason or "stopped",
        **style._asdict(),
    }


def _find_leaks(task: Task) -> list[dict[str, object]]:
    return [
        {"id": str(new_id()), "slot": slot, "name": span.name, "start": span.start, "end": span.end}
        for slot, answer in zip(SLOTS, task.writing.answers, strict=False)
        for span in task.finder.find(answer.text)
    ]
