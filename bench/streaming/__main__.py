"""A hundred live battles at once on one web process, as `python -m bench.streaming`.

Two hundred streams of 40 tokens a second from replay contestants, asked for and watched over HTTP by a hundred people,
while ten others vote in a curated arena on the same server. First the people come one after the other over the length
of an answer and ask again as soon as they are answered, so that a hundred battles are under way all the time. Then all
hundred ask for their answers in the same moment, which is the worst that can happen: what that costs is told and has no
limit, as a hundred requests that wait for one core are answered one after the other.

Told are: what the first text took longer than the provider took to begin, whether any token was lost on the way to the
page and to the database, memory, and what the voters waited. Ends with 1 where a limit is missed.
"""

import argparse
import asyncio
import itertools
import os
import statistics
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import psycopg

from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database
from app.db.migrate import upgrade
from app.rendering import render_markdown
from bench.streaming import seed
from bench.streaming.people import SIDES, Asker, Watched, leave, squeezed, vote_until, watch
from bench.streaming.server import Web, busy_seconds, web
from bench.voting.seed import seed as seed_votes

VOTERS = 10
VOTE_EVERY = 0.5
TICKETS = 20_000
FIRST_TEXT_LIMIT = 0.100
VOTE_LIMIT = 0.025
LEAVE_LIMIT = 1.0
ENDED = ("shown", "skipped")  # who asks anew skips the vote

_STORED = """
    SELECT b.id::text, b.side_order, r.slot, m.name, r.blocks->0->>'text', r.finish_reason, b.state
    FROM battle b JOIN response r USING (matchup_id, arena_id) JOIN matchup_slot s USING (matchup_id, arena_id, slot)
    JOIN model_version v ON v.id = s.model_version_id JOIN model m ON m.id = v.model_id
    WHERE b.id = ANY(%s::uuid[])
"""

_STOPPED = """
    SELECT battle_id::text, extract(epoch FROM max(started_at + make_interval(secs => duration_seconds)))
    FROM model_call WHERE battle_id = ANY(%s::uuid[]) AND finish_reason = 'stopped' GROUP BY battle_id
"""


@dataclass
class Phase:
    """What came of one way to come."""

    watched: list[Watched] = field(default_factory=list)
    votes: list[float] = field(default_factory=list)
    memory: int = 0
    processor: float = 0.0
    machine: float = 0.0


Come = Callable[[aiohttp.ClientSession, int, Phase], Awaitable[None]]


async def steadily(http: aiohttp.ClientSession, people: int, phase: Phase) -> None:
    """People come over the length of an answer, and each has two battles after one another."""

    async def person(number: int) -> None:
        asker = Asker(http)
        await asyncio.sleep(10.0 * number / people)
        for turn in range(2):
            watched = await asker.ask(f"Question {number} and {turn}?")
            phase.watched.append(watched)
            await watch(http, watched)

    await asyncio.gather(*(person(number) for number in range(people)))


async def all_at_once(http: aiohttp.ClientSession, people: int, phase: Phase) -> None:
    """Everybody has asked, and now the answers are asked for in the same moment."""
    for number in range(people):
        phase.watched.append(await Asker(http).ask(f"Question {number}?"))
    await asyncio.gather(*(watch(http, watched) for watched in phase.watched))


async def measure(site: Web, come: Come, people: int, tickets: "itertools.count[int]") -> Phase:
    phase, stop = Phase(), asyncio.Event()
    connector = aiohttp.TCPConnector(limit=0)
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(site.address, connector=connector, cookie_jar=jar) as http:
        before, used, busy = site.memory, site.processor_seconds, busy_seconds()
        watching = asyncio.create_task(site.peak_memory(stop))
        voting = [asyncio.create_task(vote_until(http, tickets, stop, VOTE_EVERY)) for _ in range(VOTERS)]
        started = asyncio.get_running_loop().time()
        await come(http, people, phase)
        took = asyncio.get_running_loop().time() - started
        stop.set()
        phase.votes = sorted(itertools.chain.from_iterable(await asyncio.gather(*voting)))
        phase.memory = await watching - before
        phase.processor = site.processor_seconds - used
        phase.machine = (busy_seconds() - busy) / took
    return phase


def losses(url: str, phase: Phase, all_contestants: list[seed.Contestant]) -> list[str]:
    """What is not as it was replayed, in the database or on the page."""
    said = {contestant.name: contestant.answer for contestant in all_contestants}
    pages = {name: squeezed(str(render_markdown(answer))) for name, answer in said.items()}
    with psycopg.connect(url) as connection:
        rows = connection.execute(_STORED, [[watched.battle_id for watched in phase.watched]]).fetchall()
    lost = [] if len(rows) == 2 * len(phase.watched) else [f"{len(rows)} answers are stored"]
    by_id = {watched.battle_id: watched for watched in phase.watched}
    for battle_id, side_order, slot, name, text, finish_reason, state in rows:
        watched = by_id[battle_id]
        if (text, finish_reason, state, watched.ending) != (said[name], "stop", state, "shown") or state not in ENDED:
            lost.append(f"{battle_id} {slot}: stored {len(text)} of {len(said[name])}, {state}, {watched.ending}")
        side = SIDES[side_order.index(slot)]
        if watched.html is None or squeezed(watched.html[side]) != pages[name]:
            lost.append(f"{battle_id} {side}: the page shows something else")
    return lost


def report(what: str, phase: Phase, lost: list[str], own: float, people: int, first_text_limit: float | None) -> bool:
    """Print a table; whether all limits are kept. first_text_limit in seconds, of the 99th percentile."""
    extra = sorted(watched.first_text - own for watched in phase.watched if watched.first_text is not None)
    last = extra[min(int(len(extra) * 0.99), len(extra) - 1)]
    vote = statistics.median(phase.votes)
    rows: list[tuple[str, str, str, bool]] = [
        ("battles", f"{len(phase.watched)}, of which {people} at once", "", True),
        ("first text, above the provider's own: median", f"{1e3 * statistics.median(extra):.0f} ms", "", True),
        (
            "first text, 99th percentile",
            f"{1e3 * last:.0f} ms",
            "" if first_text_limit is None else f"< {1e3 * first_text_limit:.0f} ms",
            first_text_limit is None or last < first_text_limit,
        ),
        ("answers with a lost token", f"{len(lost)}", "0", not lost),
        ("memory of a battle", f"{phase.memory / people / 1024:.0f} kB", "", True),
        ("votes of others meanwhile, median", f"{1e3 * vote:.1f} ms", "< 25 ms", vote < VOTE_LIMIT),
        ("votes, 99th percentile", f"{1e3 * phase.votes[int(0.99 * len(phase.votes))]:.0f} ms", "", True),
        ("frames with text", f"{sum(watched.frames for watched in phase.watched)}", "", True),
        (
            "processor time of the web process, a battle",
            f"{1e3 * phase.processor / len(phase.watched):.0f} ms",
            "",
            True,
        ),
        ("of all that ran on the machine", f"{phase.machine:.2f} of {os.cpu_count()} cores", "", True),
    ]
    print(f"\n{what}")
    for name, figure, limit, is_kept in rows:
        print(f"  {name:<48}{figure:>28}  {limit:<9}{'' if is_kept else ' MISSED'}")
    for line in lost[:5]:
        print(f"  lost: {line}")
    return all(is_kept for *_, is_kept in rows)


async def leaving(site: Web, url: str) -> bool:
    """How long models go on after the browser has left, in twenty battles at once; whether the limit is kept."""
    async with aiohttp.ClientSession(site.address, cookie_jar=aiohttp.DummyCookieJar()) as http:
        battles = [await Asker(http).ask(f"Left {number}?") for number in range(20)]
        left = await asyncio.gather(*(leave(http, watched) for watched in battles))
    await asyncio.sleep(5)
    with psycopg.connect(url) as connection:
        ids = [watched.battle_id for watched in battles]
        ended = {battle_id: float(moment) for battle_id, moment in connection.execute(_STOPPED, [ids])}
    took = [ended[battle_id] - moment for battle_id, moment in zip(ids, left, strict=True)]
    print(f"\nLeaving: the models stopped after {statistics.median(took):.2f} s at the median", end="")
    print(f", {max(took):.2f} s at most (limit {LEAVE_LIMIT:.0f} s){'' if max(took) < LEAVE_LIMIT else ' MISSED'}")
    return max(took) < LEAVE_LIMIT


async def prepare(server: EmbeddedPostgres, all_contestants: list[seed.Contestant]) -> None:
    seed_votes(server, matchups=1_000, battles=10_000, tickets=TICKETS)
    async with Database(server.url) as database:
        await seed.seed(database, all_contestants)


async def run(site: Web, url: str, all_contestants: list[seed.Contestant], own: float, people: int) -> bool:
    tickets = itertools.count(1)
    await measure(site, all_at_once, 5, tickets)  # warms the pools, the prepared statements and the interpreter
    kept = True
    phases: tuple[tuple[str, Come, float | None], ...] = (
        ("Coming steadily", steadily, FIRST_TEXT_LIMIT),
        ("All in the same moment", all_at_once, None),
    )
    for what, come, limit in phases:
        phase = await measure(site, come, people, tickets)
        kept &= report(what, phase, losses(url, phase, all_contestants), own, people, limit)
    return await leaving(site, url) and kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--first-fragment", type=float, default=0.2, help="seconds that each provider takes to begin")
    options = parser.parse_args()
    all_contestants = seed.contestants(options.first_fragment)
    with tempfile.TemporaryDirectory(prefix="bench-") as name, EmbeddedPostgres(Path(name) / "postgres") as server:
        upgrade(server.url)
        asyncio.run(prepare(server, all_contestants))
        with web(server, Path(name)) as site:
            kept = asyncio.run(run(site, server.url, all_contestants, options.first_fragment, options.people))
    sys.exit(not kept)


if __name__ == "__main__":
    main()
