"""Votes under fire: 32 voters, each vote sent twice, parts of the site killed at random, and the books checked after.

`python -m tests.faults.harness --seconds 600` is the long form; the suite runs a short one.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg

from app.db.engine import Database
from app.db.migrate import upgrade
from tests.faults.site import Site
from tests.faults.voters import Ledger, Voter
from tests.processes import free_port, wait_until_served
from tests.worlds import open_arena

SLUG = "under-fire"
VOTERS = 32

_BOOKS = """
    SELECT b.id, b.state, b.revision, b.side_order, count(v.*) AS votes, min(v.winner) AS winner
    FROM battle b LEFT JOIN vote v ON v.battle_id = b.id AND v.arena_id = b.arena_id
    GROUP BY b.id, b.arena_id
"""
_SLOTS = {"ab": {"side_a": "model_a", "side_b": "model_b"}, "ba": {"side_a": "model_b", "side_b": "model_a"}}


@dataclass(frozen=True)
class Report:
    """How the run went. Everything but acknowledged and kills should be empty or zero."""

    acknowledged: int
    kills: dict[str, int]
    missing: list[str]
    doubled: list[str]
    wrong: list[str]
    torn: list[str]
    surprises: list[str]

    @property
    def is_clean(self) -> bool:
        return not (self.missing or self.doubled or self.wrong or self.torn or self.surprises)

    def __str__(self) -> str:
        found = {name: getattr(self, name) for name in ("missing", "doubled", "wrong", "torn", "surprises")}
        lines = [f"{self.acknowledged:,} votes acknowledged; killed: {self.kills}"]
        return "\n".join(lines + [f"{name}: {len(items)} {items[:3]}" for name, items in found.items()])


async def run(folder: Path, seconds: float, *, seed: int, careless: bool = False) -> Report:
    """Run a site, let people vote in it, kill its parts, and compare what they were told with what is stored."""
    site = Site(folder, (free_port(), free_port()))
    site.server.start()
    try:
        upgrade(site.server.url)
        async with Database(site.server.url) as database:
            await open_arena(database, slug=SLUG, matchups=400)
        if careless:
            site.make_careless()
        site.start()
        for port in site.ports:
            await asyncio.to_thread(wait_until_served, f"http://127.0.0.1:{port}")
        ledger = await _vote_under_fire(site, seconds, random.Random(seed), only_postgres=careless)
        return _check(site, ledger)
    finally:
        site.stop()
        site.server.stop()


async def _vote_under_fire(site: Site, seconds: float, chance: random.Random, *, only_postgres: bool) -> Ledger:
    ledger, stop = Ledger(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for _ in range(VOTERS):
            group.create_task(_voter(site, ledger, random.Random(chance.random()), stop))
        await ledger.first_vote.wait()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await asyncio.sleep(chance.uniform(1.0, 4.0))
            await (site.kill("postgres") if only_postgres else site.kill_something(chance))
        stop.set()
    return ledger


async def _voter(site: Site, ledger: Ledger, chance: random.Random, stop: asyncio.Event) -> None:
    """One person after another: whoever has had every matchup makes room for somebody new."""
    while not stop.is_set():
        async with httpx.AsyncClient(timeout=10) as http:
            await Voter(site.ports, SLUG, ledger, chance, http, stop).run()


def _check(site: Site, ledger: Ledger) -> Report:
    with psycopg.connect(site.server.url) as connection:
        books = {row[0]: row[1:] for row in connection.execute(_BOOKS)}
    missing, doubled, wrong, torn = [], [], [], []
    for battle_id, choice in ledger.acknowledged.items():
        _state, _revision, side_order, votes, winner = books.get(battle_id, (None, 0, "ab", 0, None))
        if votes == 0:
            missing.append(str(battle_id))
        elif winner != _SLOTS[side_order].get(choice, choice):
            wrong.append(str(battle_id))
    for battle_id, (state, revision, _, votes, _) in books.items():
        if votes > 1:
            doubled.append(str(battle_id))
        if (state == "voted") != (votes > 0) or revision != votes:
            torn.append(str(battle_id))
    return Report(len(ledger.acknowledged), dict(site.kills), missing, doubled, wrong, torn, ledger.surprises)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fire-") as folder:
        report = asyncio.run(run(Path(folder), options.seconds, seed=options.seed))
    print(f"seed {options.seed}, {options.seconds:.0f} s: {report}")
    sys.exit(not report.is_clean)


if __name__ == "__main__":
    main()
