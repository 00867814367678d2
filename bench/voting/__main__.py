"""How fast people can vote, and how fast the next battle comes, as `python -m bench.voting`.

On one server in one run: pgbench's rate for the same insert and update, each a statement of its own, prepared, 16
clients, synchronous_commit = on; then the whole vote endpoint over HTTP, with session and rules, by 16 and by 32
clients; then the next battle. Before it, 100,000 matchups and 1,000,000 battles are put in (or as many as you say).
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from app.db.embedded import EmbeddedPostgres
from app.db.migrate import upgrade
from bench.voting.clients import drive, post, walk
from bench.voting.seed import ARENA_ID, PEOPLE, seed, ticket_battle, ticket_cookie

PORT = 8765
PGBENCH = f"""
\\set i :i + 1
\\set n {{first}} + :client_id * {{each}} + :i
BEGIN;
UPDATE battle SET state = 'voted', revision = revision + 1, ended_at = now()
    WHERE id = ('09000000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid AND state = 'shown';
INSERT INTO vote (battle_id, arena_id, revision, annotator_id, winner, after_reveal, source, cast_at)
    VALUES (('09000000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid, '{ARENA_ID}', 1,
    ('06000000-0000-7000-8000-' || lpad(to_hex({PEOPLE} + :n::bigint), 12, '0'))::uuid, 'model_a', false, 'web', now());
COMMIT;
"""


def run_pgbench(server: EmbeddedPostgres, seconds: int, first: int, each: int) -> float:
    """Transactions per second of the bare statements, by 16 clients."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(PGBENCH.format(first=first, each=each))
        script.flush()
        command = [str(server.binary("pgbench")), "-n", "-M", "prepared", "-c", "16", "-j", "2", "-D", "i=0"]
        command += [
            "-T",
            str(seconds),
            "-f",
            script.name,
            "-h",
            str(server.socket_folder),
            "-U",
            "postgres",
            "preferendum",
        ]
        ended = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([\d.]+)", ended.stdout)
    assert found, ended.stdout + ended.stderr
    assert "number of failed transactions: 0" in ended.stdout, ended.stdout
    return float(found[1])


@contextlib.contextmanager
def web(server: EmbeddedPostgres, processes: int) -> Iterator[None]:
    """The real server, as `preferendum serve` runs it."""
    environment = {**os.environ, "PREFERENDUM_DATABASE_URL": server.url}
    command = [sys.executable, "-m", "app", "serve", "--port", str(PORT), "--processes", str(processes)]
    with subprocess.Popen(command, env=environment) as process:
        try:
            _wait_until_it_answers()
            yield
        finally:
            process.terminate()


def _wait_until_it_answers() -> None:
    for _ in range(600):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz"):
            return
        time.sleep(0.1)
    raise SystemExit("the server did not start")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--matchups", type=int, default=100_000)
    parser.add_argument("--battles", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, EmbeddedPostgres(Path(folder) / "postgres") as server:
        upgrade(server.url)
        each = options.seconds * 1_000  # tickets of one pgbench client: more than it can use up
        tickets = 32 * each + options.seconds * 6_000
        print(f"seeding {options.matchups:,} matchups, {options.battles:,} battles, {tickets:,} tickets", flush=True)
        seed(server, matchups=options.matchups, battles=options.battles, tickets=tickets)
        measure(server, options.seconds, options.processes, each)


def measure(server: EmbeddedPostgres, seconds: int, processes: int, each: int) -> None:
    tickets = itertools.count(32 * each + 1)

    def vote() -> bytes:
        number = next(tickets)
        body = b'{"choice":"side_a","revision":0}'
        return post(f"/api/battles/{ticket_battle(number)}/vote", ticket_cookie(number), body)

    before = run_pgbench(server, seconds, 0, each)
    with web(server, processes):
        asyncio.run(drive(PORT, 16, 3, vote))  # warms the pool, the prepared statements and the interpreter
        by_16 = asyncio.run(drive(PORT, 16, seconds, vote))
        by_32 = asyncio.run(drive(PORT, 32, seconds, vote))
        cookies = [f"session=ticket-{number}" for number in range(1, 5)]
        nexts, pages = asyncio.run(walk(PORT, cookies, seconds))
    after = run_pgbench(server, seconds, 16 * each, each)
    baseline = statistics.mean((before, after))
    print(f"pgbench, 16 clients, before and after: {before:,.0f} and {after:,.0f} transactions/s")
    print(f"vote endpoint, 16 clients: {by_16}: {by_16.rate / baseline:.1%} of pgbench")
    print(f"vote endpoint, 32 clients: {by_32}: {by_32.rate / baseline:.1%} of pgbench")
    print(f"next battle, 4 people who vote without a pause: {nexts}")
    print(f"its page: {pages}")


if __name__ == "__main__":
    main()
