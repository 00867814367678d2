"""Exports of a large arena with texts, as `python -m bench.releases`.

An embedded Postgres gets an arena of a million votes on 100,000 matchups, each with two answers of some 450 characters.
Then `preferendum export` writes it, in a process of its own, in several formats. Told are rows a second, from the start
of the command to its end, and the most memory that the process had. Ends with 1 where a limit is missed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from app.db.embedded import EmbeddedPostgres
from app.db.migrate import upgrade
from bench.voting.seed import seed

FORMATS = (
    ("raw-votes", "parquet"),
    ("raw-votes", "jsonl"),
    ("trl-preference", "parquet"),
    ("trl-unpaired", "parquet"),
)
LEAST_ROWS_A_SECOND = 50_000
MOST_MEMORY_MB = 300


@dataclass(frozen=True)
class Export:
    """One run of the command. Memory is the largest resident size of its process."""

    format: str
    file_type: str
    seconds: float
    memory_mb: float
    data_mb: float

    @property
    def is_limited(self) -> bool:
        """The limits are of the whole, as Parquet."""
        return (self.format, self.file_type) == FORMATS[0]


def export(url: str, folder: Path, format_name: str, file_type: str) -> Export:
    environment = {**os.environ, "PREFERENDUM_DATABASE_URL": url, "PREFERENDUM_DATA_DIR": str(folder)}
    out = folder / f"{format_name}-{file_type}"
    command = [sys.executable, "-m", "app", "export", "bench", "--format", format_name, "--type", file_type]
    started = time.perf_counter()
    # A process between, so that the largest child of it is this export alone.
    measured = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=2)"
    tell = "; print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    told = subprocess.run(
        [sys.executable, "-c", measured + tell, *command, "--out", str(out)],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    seconds = time.perf_counter() - started
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    return Export(format_name, file_type, seconds, int(told.stdout) / 1024, size / 1e6)


def report(exports: list[Export], votes: int) -> bool:
    """Print a table; whether the limits are kept."""
    kept = True
    print(f"{votes:,} votes\n  {'format':<26}{'seconds':>9}{'votes/s':>10}{'memory':>10}{'files':>10}")
    for done in exports:
        rate = votes / done.seconds
        is_kept = not done.is_limited or (rate >= LEAST_ROWS_A_SECOND and done.memory_mb < MOST_MEMORY_MB)
        kept &= is_kept
        name = f"{done.format} {done.file_type}"
        print(f"  {name:<26}{done.seconds:>9.1f}{rate:>10,.0f}{done.memory_mb:>7.0f} MB{done.data_mb:>7.0f} MB", end="")
        print("" if is_kept else f"  MISSED: {LEAST_ROWS_A_SECOND:,} votes/s, {MOST_MEMORY_MB} MB")
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--votes", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name, EmbeddedPostgres(Path(name) / "postgres") as server:
        upgrade(server.url)
        seed(server, matchups=max(options.votes // 10, 1), battles=options.votes, tickets=0)
        exports = [export(server.url, Path(name), *form) for form in FORMATS]
    sys.exit(not report(exports, options.votes))


if __name__ == "__main__":
    main()
