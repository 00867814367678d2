"""How often 95 % intervals and ranges of places hold what they claim, over simulated arenas.

`python -m bench.coverage` prints a Markdown table; `--write docs/statistics.md` puts it between that page's markers.
"""

import argparse
import sys
import time
from pathlib import Path

from bench.coverage.measure import SHIPPED_KINDS, Measured, measure
from bench.coverage.report import BOOTSTRAP_MARKERS, bootstrap_markdown, inserted, markdown, percent
from bench.coverage.scenarios import scenarios

METHOD = "bradley-terry"
BOOTSTRAPPED = ("balanced", "very unbalanced", "ties", "clustered: 120 voters", "clustered: 30 voters")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arenas", type=int, default=500, help="simulated arenas of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=Path, help="a Markdown file with the markers of this table")
    parser.add_argument(
        "--shipped-bootstrap", action="store_true", help="only 1,000 resamples, on a few kinds of arena"
    )
    options = parser.parse_args()
    if options.shipped_bootstrap:
        _shipped_bootstrap(options.arenas, options.seed, options.write)
        return
    started = time.monotonic()
    results = [_told(measure(scenario, options.arenas * scenario.times, options.seed)) for scenario in scenarios()]
    table = markdown(results, options.arenas, time.monotonic() - started)
    if options.write is None:
        print(table)
    else:
        options.write.write_text(inserted(options.write.read_text(encoding="utf-8"), table), encoding="utf-8")


def _shipped_bootstrap(arenas: int, seed: int, target: Path | None) -> None:
    chosen = [scenario for scenario in scenarios() if scenario.name in BOOTSTRAPPED and scenario.method == METHOD]
    table = bootstrap_markdown([_told(measure(one, arenas, seed, SHIPPED_KINDS)) for one in chosen], arenas)
    if target is None:
        print(table)
    else:
        target.write_text(inserted(target.read_text(encoding="utf-8"), table, BOOTSTRAP_MARKERS), encoding="utf-8")


def _told(result: Measured) -> Measured:
    kind = result.scenario.kind or "sandwich"
    coverage, _ = percent(result.kinds[kind].rating)
    skipped = f"; {result.skipped} arenas without an estimate drawn anew" if result.skipped else ""
    said = f"{result.scenario.name}, {result.scenario.method}: {kind} {coverage:.1f} %{skipped}"
    print(said, file=sys.stderr, flush=True)
    return result


if __name__ == "__main__":
    main()
