"""How often 95 % intervals and ranges of places hold what they claim, over simulated arenas.

`python -m bench.coverage` prints a Markdown table; `--write docs/statistics.md` puts it between that page's markers.
"""

import argparse
import sys
import time
from pathlib import Path

from bench.coverage.measure import Measured, measure
from bench.coverage.report import inserted, markdown, percent
from bench.coverage.scenarios import scenarios


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arenas", type=int, default=500, help="simulated arenas of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=Path, help="a Markdown file with the markers of this table")
    options = parser.parse_args()
    started = time.monotonic()
    results = [_told(measure(scenario, options.arenas * scenario.times, options.seed)) for scenario in scenarios()]
    table = markdown(results, options.arenas, time.monotonic() - started)
    if options.write is None:
        print(table)
    else:
        options.write.write_text(inserted(options.write.read_text(encoding="utf-8"), table), encoding="utf-8")


def _told(result: Measured) -> Measured:
    kind = result.scenario.kind or "sandwich"
    coverage, _ = percent(result.kinds[kind].rating)
    skipped = f"; {result.skipped} arenas without an estimate drawn anew" if result.skipped else ""
    said = f"{result.scenario.name}, {result.scenario.method}: {kind} {coverage:.1f} %{skipped}"
    print(said, file=sys.stderr, flush=True)
    return result


if __name__ == "__main__":
    main()
