"""People in browsers, over HTTP: those who ask and watch their answers being written, and those who vote elsewhere."""

import asyncio
import itertools
import re
import time
from dataclasses import dataclass

import aiohttp
import orjson

from bench.streaming.seed import SLUG
from bench.voting.seed import ticket_battle, ticket_cookie

SIDES = ("side_a", "side_b")


@dataclass
class Watched:
    """One battle as its person saw it. Times are seconds from when the answers were asked for."""

    battle_id: str
    cookie: str
    first_text: float | None = None
    frames: int = 0
    ending: str = "none"
    html: dict[str, str] | None = None


class Asker:
    """Somebody new, who asks one question after another."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http
        self._cookie = ""

    async def ask(self, prompt: str) -> Watched:
        """A question, and the battle that comes of it, whose answers nobody has asked for yet."""
        headers = {"Cookie": self._cookie, "Accept": "text/html"}
        path = f"/arenas/{SLUG}/ask"
        async with self._http.post(path, data={"prompt": prompt}, headers=headers, allow_redirects=False) as answer:
            assert answer.status == 303, await answer.text()
            if "session" in answer.cookies:
                self._cookie = f"session={answer.cookies['session'].value}"
            return Watched(answer.headers["Location"].removeprefix("/battles/"), self._cookie)


async def watch(http: aiohttp.ClientSession, watched: Watched) -> None:
    """Have the answers written, and see them grow as the page's script does."""
    headers = {"Cookie": watched.cookie, "Accept": "text/event-stream"}
    done, rest = dict.fromkeys(SIDES, ""), dict.fromkeys(SIDES, "")
    started = time.perf_counter()
    async with http.post(f"/battles/{watched.battle_id}/answers", headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        name = ""
        async for line in answer.content:
            if line.startswith(b"event: "):
                name = line[7:].strip().decode()
            elif line.startswith(b"data: "):
                data = orjson.loads(line[6:])
                if name == "ended":
                    watched.ending = data["state"]
                    continue
                watched.frames += 1
                watched.first_text = watched.first_text or time.perf_counter() - started
                for side, growth in data.items():
                    done[side] += growth["done"]
                    rest[side] = growth["open"]
    watched.html = {side: done[side] + rest[side] for side in SIDES}


async def leave(http: aiohttp.ClientSession, watched: Watched) -> float:
    """Have the answers written and close the tab at the first text; the moment of that, as time.time() has it."""
    headers = {"Cookie": watched.cookie, "Accept": "text/event-stream"}
    async with http.post(f"/battles/{watched.battle_id}/answers", headers=headers) as answer:
        async for line in answer.content:
            if line.startswith(b"data: "):
                answer.close()
                return time.time()
    raise AssertionError("nothing was written")


async def vote_until(
    http: aiohttp.ClientSession, tickets: "itertools.count[int]", stop: asyncio.Event, every: float
) -> list[float]:
    """Somebody who votes in the curated arena every so many seconds: how long each vote took."""
    took: list[float] = []
    while not stop.is_set():
        number = next(tickets)
        headers = {"Cookie": ticket_cookie(number), "Accept": "application/json"}
        before = time.perf_counter()
        path, body = f"/api/battles/{ticket_battle(number)}/vote", {"choice": "side_a", "revision": 0}
        async with http.post(path, json=body, headers=headers) as answer:
            await answer.read()
            assert answer.status == 201, await answer.text()
        took.append(time.perf_counter() - before)
        await asyncio.sleep(every)
    return took


def squeezed(html: str) -> str:
    """HTML without what separates blocks, which is all that may differ between growing and coming whole."""
    return re.sub(r"\s+", " ", html).strip()
