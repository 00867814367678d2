"""How fast a board follows its votes, as `python -m bench.boards --votes 10000000`.

In one run on one server: counting all votes again in SQL; then, a few times, a thousand new votes and the board after
them: finding what is new, adding it to the counts, ratings with intervals and ranges of ranks, and the snapshot
written. Then reading that snapshot as a reader of the API does.
"""

import argparse
import asyncio
import gc
import statistics
import tempfile
import time
from pathlib import Path

import httpx

from app.config import Settings
from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database
from app.db.migrate import upgrade
from app.leaderboards import refreshing
from app.leaderboards.counting import adopt, count_all, find_change, one_look
from app.leaderboards.refreshing import refresh_slice
from app.leaderboards.slices import EVERYTHING, OVERALL
from app.leaderboards.tallies import write_change
from app.main import create_app
from bench.boards.seed import ARENA_ID, add_votes, seed

NEW_VOTES = 1_000
ROUNDS = 5
READS = 300


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


async def read_board(database: Database, folder: Path) -> tuple[float, float, int]:
    """Median milliseconds of the board's JSON and of "not modified", and the size of the first in bytes."""
    app = create_app(Settings(data_dir=folder, database_url=database.url), database)
    address = "/api/arenas/bench/leaderboard"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bench") as client:
        answer = await client.get(address)
        whole = await _median_of_reads(client, address, {})
        unchanged = await _median_of_reads(client, address, {"If-None-Match": answer.headers["etag"]})
    return whole, unchanged, len(answer.content)


async def _median_of_reads(client: httpx.AsyncClient, address: str, headers: dict[str, str]) -> float:
    took = []
    for _ in range(READS):
        started = time.perf_counter()
        await client.get(address, headers=headers)
        took.append(time.perf_counter() - started)
    return 1000 * statistics.median(took)


async def measure(server: EmbeddedPostgres, votes: int, folder: Path) -> None:
    gc.freeze()  # as the worker does
    refreshing.MOST_VOTES_EACH_TIME = 0  # also with few votes: what is measured is the way of a large arena
    refreshing.LOOK_PAUSE_SECONDS = float("inf")
    async with Database(server.url) as database:
        await first_count(database)
        whole = [await count_from_nothing(database) for _ in range(2)]
        started = time.perf_counter()
        await board_after_new_votes(database, server, votes)
        look = time.perf_counter() - started
        boards = [
            await board_after_new_votes(database, server, votes + number * NEW_VOTES) for number in range(1, ROUNDS + 1)
        ]
        ratio = min(whole) / statistics.median(boards)
        print(f"counting {votes:,} votes again: {', '.join(f'{seconds:.2f}' for seconds in whole)} s")
        print(f"a board with a look at single votes (once in ten minutes): {look:.2f} s")
        print(f"a board after {NEW_VOTES:,} new votes: {', '.join(f'{1000 * seconds:.0f}' for seconds in boards)} ms")
        print(f"ratio: {ratio:,.0f}")
        json, unchanged, size = await read_board(database, folder)
        print(f"reading the board as JSON ({size:,} bytes): {json:.1f} ms; not modified: {unchanged:.1f} ms (medians)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--votes", type=int, default=10_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, EmbeddedPostgres(Path(folder) / "postgres") as server:
        upgrade(server.url)
        print(f"seeding {options.votes:,} votes", flush=True)
        seed(server, options.votes)
        asyncio.run(measure(server, options.votes, Path(folder)))


if __name__ == "__main__":
    main()
