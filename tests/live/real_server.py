"""A live arena on a real `preferendum serve`, with a Postgres and a model service of its own."""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import psycopg

from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database
from app.db.migrate import upgrade
from tests.live.worlds import Contestants, open_live_arena
from tests.processes import free_port, start, stop, wait_until_served

PATIENCE_SECONDS = 30
Event = tuple[str, dict[str, Any]]


@dataclass
class RealSite:
    """One web process, whose parts can be killed and started again."""

    folder: Path
    port: int = field(default_factory=free_port)
    server: EmbeddedPostgres = field(init=False)
    web: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.server = EmbeddedPostgres(self.folder / "postgres")

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.web = start("serve", "--port", str(self.port), url=self.server.url, data_dir=self.folder, log=log)
        wait_until_served(self.address)

    def kill(self) -> None:
        """As a crash does."""
        assert self.web is not None
        self.web.kill()
        self.web.wait()

    def terminate(self) -> None:
        """As an operator does; returns when the process is gone."""
        assert self.web is not None
        self.web.send_signal(signal.SIGTERM)
        self.web.wait(PATIENCE_SECONDS)

    def restart_postgres(self) -> None:
        """The database goes away without a word to anybody, and comes back."""
        pid = self.server.postmaster_pid()
        assert pid is not None
        os.kill(pid, signal.SIGQUIT)  # what pg_ctl calls an immediate stop
        while self.server.is_running:
            time.sleep(0.02)
        self.server.start()

    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def rows(self, statement: str, **values: Any) -> list[Any]:
        with psycopg.connect(self.server.url, autocommit=True) as connection:
            found = connection.execute(statement.encode(), values)
            return found.fetchall() if found.description else []

    async def until(self, statement: str, is_so: Callable[[list[Any]], bool], **values: Any) -> list[Any]:
        """The rows, as soon as they are as expected."""
        until, found = time.monotonic() + PATIENCE_SECONDS, []
        while time.monotonic() < until:
            found = await asyncio.to_thread(self.rows, statement, **values)
            if is_so(found):
                return found
            await asyncio.sleep(0.05)
        raise AssertionError(f"{statement} still gives {found}")


@contextlib.asynccontextmanager
async def real_site(folder: Path, contestants: Contestants, **arena: Any) -> AsyncIterator[RealSite]:
    """A served live arena named `talk`."""
    site = RealSite(folder)
    site.server.start()
    try:
        upgrade(site.server.url)
        async with Database(site.server.url) as database:
            await open_live_arena(database, contestants, **arena)
        await asyncio.to_thread(site.serve)
        yield site
    finally:
        if site.web is not None:
            stop(site.web)
        site.server.stop()


@contextlib.asynccontextmanager
async def browser(address: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=address, headers={"Accept": "text/html"}, timeout=PATIENCE_SECONDS) as http:
        yield http


async def ask(http: httpx.AsyncClient, prompt: str = "What is a llama?", slug: str = "talk") -> uuid.UUID:
    """A question, and the battle that is to be written."""
    asked = await http.post(f"/arenas/{slug}/ask", data={"prompt": prompt})
    assert asked.status_code == 303, asked.text
    return uuid.UUID(asked.headers["location"].removeprefix("/battles/"))


@contextlib.asynccontextmanager
async def answers(http: httpx.AsyncClient, battle_id: uuid.UUID) -> AsyncIterator[AsyncIterator[Event]]:
    """The event stream of a turn; leaving the block is closing the tab."""
    headers = {"Accept": "text/event-stream"}
    async with http.stream("POST", f"/battles/{battle_id}/answers", headers=headers) as response:
        assert response.status_code == 200, await response.aread()
        yield events_of(response)


async def events_of(response: httpx.Response) -> AsyncIterator[Event]:
    name = ""
    async for line in response.aiter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, orjson.loads(line.removeprefix("data: "))


async def to_the_end(http: httpx.AsyncClient, battle_id: uuid.UUID) -> list[Event]:
    async with answers(http, battle_id) as events:
        return [event async for event in events]


async def see(events: AsyncIterator[Event], is_enough: Callable[[Mapping[str, str]], bool]) -> dict[str, str]:
    """Watch both sides grow until that is enough: what is on the screen then, as text."""
    done: dict[str, str] = {"side_a": "", "side_b": ""}
    shown: dict[str, str] = {}
    async for _, data in events:
        for side, growth in data.items():
            done[side] += growth["done"]
            shown[side] = re.sub(r"<[^>]+>", "", done[side] + growth["open"]).strip()
        if is_enough(shown):
            return shown
    raise AssertionError(f"the stream ended at {shown}")


def both_have(characters: int) -> Callable[[Mapping[str, str]], bool]:
    return lambda shown: len(shown) == 2 and all(len(text) >= characters for text in shown.values())


async def state_of(http: httpx.AsyncClient, battle_id: uuid.UUID) -> str:
    page = await http.get(f"/battles/{battle_id}")
    found = re.search(r'data-state="([a-z]+)"', page.text)
    assert found, page.text
    return found[1]


async def page_shows(http: httpx.AsyncClient, battle_id: uuid.UUID, state: str) -> str:
    """The battle's page, which must be in this state within a while."""
    until, last = time.monotonic() + PATIENCE_SECONDS, ""
    while time.monotonic() < until:
        if (last := await state_of(http, battle_id)) == state:
            return (await http.get(f"/battles/{battle_id}")).text
        await asyncio.sleep(0.05)
    raise AssertionError(f"the battle is {last}, not {state}")
