"""How fast a board is served from its snapshot, as `python -m bench.boards.pages`.

An arena of sixty models with figures, analysis and slices, and the web server as `preferendum serve` runs it, in a
process of its own. One reader asks for the page, the JSON and "not modified", one after the other on one connection:
what is measured is the whole round trip, so the server's own time is less.
"""

import asyncio
import http.client
import statistics
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database
from app.db.migrate import upgrade
from app.leaderboards.service import analyse_boards, refresh_slices, refresh_stale
from bench.boards.seed import seed
from bench.voting.__main__ import PORT, web

MODELS = 60
VOTES = 100_000
READS = 2_000
SEARCHES = 100
PAGE, JSON = "/arenas/bench/leaderboard", "/api/arenas/bench/leaderboard"


async def make_boards(server: EmbeddedPostgres) -> None:
    """All that the worker makes of an arena."""
    async with Database(server.url) as database:
        await refresh_stale(database)
        for _ in range(2):  # first the slices are found, then they are counted
            await refresh_slices(database, 60)
        await analyse_boards(database)


def get(connection: http.client.HTTPConnection, address: str, headers: dict[str, str]) -> tuple[float, int, str, int]:
    """Milliseconds, status, ETag and size of an answer."""
    started = time.perf_counter()
    connection.request("GET", address, headers={"Accept-Encoding": "gzip", **headers})
    answer = connection.getresponse()
    size = len(answer.read())
    return 1000 * (time.perf_counter() - started), answer.status, answer.headers["ETag"], size


def report(what: str, connection: http.client.HTTPConnection, addresses: Iterable[str], etag: str = "") -> None:
    """Median and 99th percentile of reading these, one after the other."""
    answers = [get(connection, address, {"If-None-Match": etag} if etag else {}) for address in addresses]
    assert {status for _, status, _, _ in answers} == {304 if etag else 200}
    took = [milliseconds for milliseconds, *_ in answers]
    last = statistics.quantiles(took, n=100)[98]
    print(f"{what}: median {statistics.median(took):.1f} ms, 99th percentile {last:.1f} ms, {answers[0][3]:,} bytes")


def measure(connection: http.client.HTTPConnection) -> None:
    for what, address in (("page", PAGE), ("JSON", JSON)):
        first, _, etag, size = get(connection, address, {})
        print(f"{what}, the very first: {first:.1f} ms, {size:,} bytes")
        report(what, connection, [address] * READS)
        report(f"{what}, not modified", connection, [address] * READS, etag)
    report("page, each of another search", connection, [f"{PAGE}?q={number}" for number in range(SEARCHES)])


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, EmbeddedPostgres(Path(folder) / "postgres") as server:
        upgrade(server.url)
        seed(server, VOTES, MODELS)
        asyncio.run(make_boards(server))
        with web(server, 1):
            measure(http.client.HTTPConnection("127.0.0.1", PORT))


if __name__ == "__main__":
    main()
