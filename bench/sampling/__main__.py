"""How many votes each policy needs to reach a given width of the intervals, against uniform.

`python -m bench.sampling` prints Markdown tables; `--write docs/sampling.md` puts them between that page's markers.
"""

import argparse
import sys
import time
from pathlib import Path

from bench.sampling.measure import POLICIES, UNIFORM, Compared, boards, compare
from bench.sampling.report import inserted, markdown
from bench.sampling.scenarios import GROWN, scenarios

OURS = "variance-reducing"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20, help="simulated arenas of each kind and policy")
    parser.add_argument("--boards", type=int, default=200, help="arenas of the first kind whose boards are compared")
    parser.add_argument("--write", type=Path, help="a Markdown file with the markers of these tables")
    options = parser.parse_args()
    started = time.monotonic()
    results = [_told(compare(scenario, options.seeds)) for scenario in scenarios()]
    many = compare(GROWN, options.boards, {name: POLICIES[name] for name in (UNIFORM, OURS)})
    sides = {name: boards(many, name) for name in many.runs}
    table = markdown(results, sides, (options.seeds, options.boards), time.monotonic() - started)
    if options.write is None:
        print(table)
    else:
        options.write.write_text(inserted(options.write.read_text(encoding="utf-8"), table), encoding="utf-8")


def _told(result: Compared) -> Compared:
    said = f"{result.scenario.name}: {100.0 * result.share(OURS)[0]:.0f} % of {result.votes(UNIFORM):,.0f} votes"
    print(said, file=sys.stderr, flush=True)
    return result


if __name__ == "__main__":
    main()
