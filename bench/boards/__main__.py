"""How fast a board follows its votes, as `python -m bench.boards --votes 10000000`.

In one run on one server, each a few times: a thousand new votes and the board after them, once with all votes counted
again and once with only the new ones read. Both are the worker's own way: finding what is new, counting, ratings with
intervals and ranges of ranks, and the snapshot written. In the end both counts have to be the same. Figures and
analysis are made apart, as they are by the worker; reading boards is `python -m bench.boards.pages`.

`--folder` keeps the votes for another run.
"""

import argparse
import asyncio
import gc
import itertools
import logging
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path

import psycopg
import structlog
from sqlalchemy import text

from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database
from app.db.migrate import upgrade
from app.leaderboards import counting, refreshing
from app.leaderboards.counting import adopt, count_all, find_change, one_look
from app.leaderboards.refreshing import refresh_slice
from app.leaderboards.slices import EVERYTHING, OVERALL
from app.leaderboards.tallies import write_change
from bench.boards.seed import ARENA_ID, add_votes, seed

NEW_VOTES = 1_000
RECOUNTS = 3
ROUNDS = 21

_STORED = text("""
    SELECT kind, model_a, model_b, wins_a, wins_b, ties, both_bad FROM pair_count
    WHERE arena_id = :arena_id AND slice = :slice
""")


async def count_from_nothing(database: Database) -> float:
    """Seconds."""
    started = time.perf_counter()
    async with one_look(database) as session:
        await count_all(session, ARENA_ID, EVERYTHING)
    return time.perf_counter() - started


async def first_count(database: Database) -> None:
    """The counts that later ones start from."""
    await adopt(database, ARENA_ID, OVERALL)
    async with one_look(database) as session:
        change = await find_change(session, ARENA_ID, OVERALL, EVERYTHING)
    async with database.session() as session:
        await write_change(session, ARENA_ID, OVERALL, change)


async def board_after_new_votes(database: Database, server: EmbeddedPostgres, first: int) -> float:
    """Seconds from the votes to the snapshot."""
    await asyncio.to_thread(add_votes, server, first, NEW_VOTES)
    started = time.perf_counter()
    [snapshot] = await refresh_slice(database, ARENA_ID, OVERALL, EVERYTHING)
    seconds = time.perf_counter() - started
    assert snapshot.votes == first + NEW_VOTES
    return seconds


@contextmanager
def recounting() -> Iterator[None]:
    """As though there were too many new votes to look at one by one: then all are counted again."""
    usual, counting.MOST_CHANGES = counting.MOST_CHANGES, 0
    yield
    counting.MOST_CHANGES = usual


async def counts_are_right(database: Database) -> bool:
    """Whether the counts that were kept up to date are those of a count from nothing."""
    async with one_look(database) as session:
        counted = await count_all(session, ARENA_ID, EVERYTHING)
        stored = await session.execute(_STORED, {"arena_id": ARENA_ID, "slice": OVERALL})
    return sorted(map(astuple, counted)) == sorted(map(tuple, stored))


def _milliseconds(seconds: list[float]) -> str:
    return (
        f"median {1000 * statistics.median(seconds):,.0f} ms ({1000 * min(seconds):,.0f} to {1000 * max(seconds):,.0f})"
    )


async def measure(server: EmbeddedPostgres, votes: int) -> None:
    gc.freeze()  # as the worker does
    refreshing.MOST_VOTES_EACH_TIME = 0  # also with few votes: what is measured is the way of a large arena
    refreshing.LOOK_PAUSE_SECONDS = float("inf")
    numbers = itertools.count(votes, NEW_VOTES)
    async with Database(server.url) as database:
        await first_count(database)
        look = await board_after_new_votes(database, server, next(numbers))
        print(f"a board with a look at single votes, the first one: {look:.1f} s")
        boards = [await board_after_new_votes(database, server, next(numbers)) for _ in range(ROUNDS)]
        print(f"a board, {NEW_VOTES:,} new votes read: {_milliseconds(boards)}", flush=True)
        statement = [await count_from_nothing(database) for _ in range(RECOUNTS)]
        print(f"the statement that counts {votes:,} votes: {_milliseconds(statement)}")
        with recounting():
            again = [await board_after_new_votes(database, server, next(numbers)) for _ in range(RECOUNTS)]
        print(f"a board, all votes counted again: {_milliseconds(again)}")
        usual = statistics.median(boards)
        print(f"ratio: {min(again) / usual:,.0f}; of the counting statement alone: {min(statement) / usual:,.0f}")
        print(f"same counts as from nothing: {await counts_are_right(database)}")


def existing_votes(server: EmbeddedPostgres) -> int:
    with psycopg.connect(server.url) as connection:
        row = connection.execute("SELECT count(*) FROM vote").fetchone()
    return int(row[0]) if row else 0


def run(folder: Path, votes: int) -> None:
    with EmbeddedPostgres(folder / "postgres") as server:
        upgrade(server.url)
        if not existing_votes(server):
            print(f"seeding {votes:,} votes", flush=True)
            seed(server, votes)
        asyncio.run(measure(server, existing_votes(server)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--votes", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path, help="keep the database here; one with votes is used as it is")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
        run(options.folder or Path(temporary), options.votes)


if __name__ == "__main__":
    main()
