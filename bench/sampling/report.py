"""What was measured, as Markdown."""

from collections.abc import Sequence

from bench.sampling.measure import POLICIES, UNIFORM, Boards, Compared
from bench.sampling.optimum import best_share

BEGIN, END = "<!-- sampling: begin -->", "<!-- sampling: end -->"


def markdown(results: Sequence[Compared], sides: dict[str, Boards], seeds: tuple[int, int], seconds: float) -> str:
    """Two tables: votes needed, and whether the boards are the same. seeds: arenas of each row of either."""
    command = f"python -m bench.sampling --seeds {seeds[0]} --boards {seeds[1]} --write docs/sampling.md"
    needed = (
        f"**Votes needed, in % of those that `uniform` needs**, means over {seeds[0]} simulated arenas, ± two standard "
        "errors of the simulation"
    )
    lines = [
        f"Made and measured in {seconds:,.0f} seconds by `{command}`.",
        "",
        needed,
        "",
        *_votes_table(results),
        "",
        f"**The boards at the end**, of {seeds[1]} arenas of the first kind each",
        "",
        *_boards_table(sides),
    ]
    return "\n".join(lines) + "\n"


def inserted(document: str, table: str) -> str:
    """The document with the table between its markers. Raises ValueError for a document without them."""
    before, found, rest = document.partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not (found and closed):
        raise ValueError(f"the document has no {BEGIN} … {END}")
    return f"{before}{BEGIN}\n\n{table}\n{END}{after}"


def _votes_table(results: Sequence[Compared]) -> list[str]:
    others = [name for name in POLICIES if name != UNIFORM]
    header = ["arena", "`uniform`, votes", *others, "smallest chance x pairs", "best possible"]
    lines = [f"| {' | '.join(header)} |", "|---|" + "---:|" * (len(header) - 1)]
    for result in results:
        shares = [_percent(*result.share(name)) for name in others]
        lowest = f"{min(result.lowest(name) for name in others):.3f}"
        at_once = len(result.scenario.stages) == 1 and not result.scenario.veterans
        best = f"{100.0 * best_share(result.scenario):.0f}" if at_once else ""
        cells = [result.scenario.name, f"{result.votes(UNIFORM):,.0f}", *shares, lowest, best]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _boards_table(sides: dict[str, Boards]) -> list[str]:
    header = [
        "policy",
        "true ratings inside their 95 % intervals, %",
        "ratings that differ from `uniform`'s within the 95 % interval of the difference, %",
        "intervals that meet `uniform`'s, %",
        "mean width, points",
        "with inverse propensities as weights",
    ]
    lines = [f"| {' | '.join(header)} |", "|---|" + "---:|" * (len(header) - 1)]
    for name, board in sides.items():
        same = name == UNIFORM
        cells = [
            name,
            f"{100.0 * board.covered[0]:.1f} ± {100.0 * board.covered[1]:.1f}",
            "" if same else f"{100.0 * board.agreeing:.1f}",
            "" if same else f"{100.0 * board.meeting:.1f}",
            f"{board.width:.1f}",
            f"{board.weighted:.1f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _percent(share: float, error: float) -> str:
    return f"{100.0 * share:.0f} ± {100.0 * error:.0f}"
