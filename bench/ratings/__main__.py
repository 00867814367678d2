"""How much faster ratings are than by arena-rank, evalica and FastChat's method, as `python -m bench.ratings`.

Each job runs in a process of its own, with the interpreter of .venv-bench (`make bench-ratings` makes it), one job
after the other, on the same simulated votes. A job runs several times and its fastest run counts, so that compilation
and a busy machine are held against nobody; the first run, which for arena-rank includes compiling, stands beside it.
NumPy's linear algebra has one thread: matrices of 150 rows gain nothing from more.
"""

import argparse
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEN_MILLION = 10_000_000


@dataclass(frozen=True)
class Comparison:
    """Our job, a peer's, and the ratio that is wanted; on ten million votes as well, if `at_scale`."""

    title: str
    job: str
    peer: str
    wanted: float
    peer_job: str = ""
    at_scale: bool = False


COMPARISONS = (
    Comparison("Bradley-Terry with intervals, from strings", "from_strings", "arena_rank", 30.0),
    Comparison("Bradley-Terry with intervals, from Arrow strings", "from_arrow", "arena_rank", 30.0, "from_strings"),
    Comparison("against 100 bootstrap rounds, from strings", "from_strings", "fastchat", 150.0, "bootstrap"),
    Comparison("point estimate, from strings", "point_from_strings", "evalica_peer", 7.0, at_scale=True),
    Comparison("with intervals, from categoricals", "from_categoricals", "arena_rank", 100.0, at_scale=True),
    Comparison("100 bootstrap replicates, from strings", "bootstrap", "fastchat", 80.0),
    Comparison("style control with intervals, from strings", "style_control", "arena_rank", 15.0),
    Comparison("twelve categories at once, from strings", "categories", "arena_rank", 70.0),
)


@dataclass(frozen=True)
class Measured:
    """Seconds of the fastest and of the first run, and the memory that the job added at its peak."""

    best: float
    first: float
    megabytes: float


class Runner:
    """Runs each job once, however many comparisons it is in."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._done: dict[tuple[str, str, int], Measured] = {}

    def measure(self, module: str, job: str, votes: int) -> Measured:
        if (module, job, votes) not in self._done:
            self._done[module, job, votes] = self._run(module, job, votes)
        return self._done[module, job, votes]

    def _run(self, module: str, job: str, votes: int) -> Measured:
        options = self._options
        repeats = options.repeats if module == "ours" else options.peer_repeats
        command = [str(options.python), "-m", "bench.ratings.child", module, job]
        command += ["--votes", str(votes), "--models", str(options.models)]
        command += ["--seed", str(options.seed), "--repeats", str(repeats)]
        environment = os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "JAX_PLATFORMS": "cpu"}
        ended = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=ROOT)
        if ended.returncode:
            sys.exit(f"{module} {job} failed:\n{ended.stderr}")
        result = json.loads(ended.stdout.splitlines()[-1])
        measured = Measured(min(result["seconds"]), result["seconds"][0], result["extra_megabytes"])
        print(f"  {module:14}{job:22}{votes:>12,}{measured.best:9.3f} s {measured.megabytes:8.0f} MB", file=sys.stderr)
        return measured


def report(runner: Runner, votes: int, comparisons: tuple[Comparison, ...]) -> None:
    print(f"\n| {votes:,} votes | ours | peer | ratio | wanted | first runs | extra memory |")
    print("|---|---|---|---|---|---|---|")
    for comparison in comparisons:
        peer = runner.measure(comparison.peer, comparison.peer_job or comparison.job, votes)
        own = runner.measure("ours", comparison.job, votes)
        peer_name = comparison.peer.removesuffix("_peer")
        print(
            f"| {comparison.title} | {1000 * own.best:.0f} ms | {peer_name} {peer.best:.2f} s "
            f"| {peer.best / own.best:.0f} | {comparison.wanted:.0f} | {own.first:.2f} and {peer.first:.2f} s "
            f"| {own.megabytes:.0f} and {peer.megabytes:.0f} MB |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--votes", type=int, default=1_000_000)
    parser.add_argument("--ten-million", action="store_true", help="also those that have to hold on ten million")
    parser.add_argument("--models", type=int, default=150)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=5, help="runs of ours")
    parser.add_argument("--peer-repeats", type=int, default=3, help="runs of the peers")
    parser.add_argument("--python", type=Path, default=ROOT / ".venv-bench" / "bin" / "python")
    options = parser.parse_args()
    if not options.python.exists():
        sys.exit(f"{options.python} is not there: `make bench-ratings` makes it")
    runner = Runner(options)
    report(runner, options.votes, COMPARISONS)
    if options.ten_million:
        report(runner, TEN_MILLION, tuple(comparison for comparison in COMPARISONS if comparison.at_scale))


if __name__ == "__main__":
    main()
