"""What was measured, as Markdown."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from bench.coverage.measure import KINDS, REPLICATES, SHIPPED_KINDS, Measured

BEGIN, END = "<!-- coverage: begin -->", "<!-- coverage: end -->"
BOOTSTRAP_MARKERS = ("<!-- bootstrap: begin -->", "<!-- bootstrap: end -->")
LOWEST, HIGHEST, SURE = 93.5, 96.5, 95.0
_SIMPLER = ("Fisher", "sandwich", "clustered, plain", "bootstrap 100")
_WHY = {
    "Fisher": "takes the model's word for how much outcomes vary, and every vote for independent of all others",
    "sandwich": "takes every vote for independent of all others",
    "clustered, plain": "knows the voters, but takes their number for large",
    "bootstrap 100": f"{REPLICATES} resamples are too few for the ends of an interval, and percentiles ignore that few "
    "voters vary more than they seem to",
}


def markdown(results: Sequence[Measured], arenas: int, seconds: float) -> str:
    """Two tables, and where a simpler interval fails."""
    command = f"python -m bench.coverage --arenas {arenas} --write docs/statistics.md"
    made = (
        f"Each row is {arenas:,} simulated arenas, or four times as many where only they make the figure sharp enough. "
        f"They were made and measured in {seconds:,.0f} seconds by `{command}`. The kind that suits the votes is in "
        f"**bold**; ✗ marks what lies outside {LOWEST} to {HIGHEST} %."
    )
    places = (
        f"**Share of boards on which every range of places is right at once, in %** (✗: below {SURE:g} by more than "
        "two standard errors of the simulation)"
    )
    lines = [
        made,
        "",
        "**Share of true ratings inside their 95 % intervals, in %, ± two standard errors of the simulation**",
        "",
        *_table(results, _rating_cell, ("mean half width, points",)),
        "",
        places,
        "",
        *_table(results, _rank_cell, ()),
        "",
        "**Where a simpler interval fails**",
        "",
        *[_failures(results, kind) for kind in _SIMPLER],
    ]
    return "\n".join(lines) + "\n"


def bootstrap_markdown(results: Sequence[Measured], arenas: int) -> str:
    """The bootstrap that ships beside what it is a second opinion on."""
    command = f"python -m bench.coverage --shipped-bootstrap --arenas {arenas} --write docs/statistics.md"
    made = f"Each row is {arenas:,} simulated arenas, made and measured by `{command}`. ✗ as above."
    return "\n".join([made, "", *_table(results, _rating_cell, (), tuple(SHIPPED_KINDS))]) + "\n"


def inserted(document: str, table: str, markers: tuple[str, str] = (BEGIN, END)) -> str:
    """The document with the table between its markers. Raises ValueError for a document without them."""
    begin, end = markers
    before, found, rest = document.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"the document has no {begin} … {end}")
    return f"{before}{begin}\n\n{table}\n{end}{after}"


def percent(seen: Sequence[float | bool]) -> tuple[float, float]:
    """The mean and two standard errors of it, both in %."""
    values = np.asarray(seen, dtype=np.float64)
    return 100.0 * float(values.mean()), 200.0 * float(values.std()) / math.sqrt(len(values))


def _table(
    results: Sequence[Measured],
    cell: Callable[[Measured, str], str],
    more: Sequence[str],
    kinds: Sequence[str] = tuple(KINDS),
) -> list[str]:
    header = ["arena", "estimate", "arenas", *kinds, *more]
    lines = [f"| {' | '.join(header)} |", "|---|---|" + "---:|" * (len(header) - 2)]
    for result in results:
        scenario, seen = result.scenario, len(result.kinds["sandwich"].ranks)
        cells = [scenario.name, scenario.method, f"{seen:,}", *(cell(result, kind) for kind in kinds)]
        if more:
            cells.append(f"{np.mean(result.kinds[result.scenario.kind or 'sandwich'].width):.1f}")
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _rating_cell(result: Measured, kind: str) -> str:
    mean, error = percent(result.kinds[kind].rating)
    mark = "" if LOWEST <= round(mean, 1) <= HIGHEST else " ✗"
    return _bold(f"{mean:.1f} ± {error:.1f}{mark}", kind == result.scenario.kind)


def _rank_cell(result: Measured, kind: str) -> str:
    mean, error = percent(result.kinds[kind].ranks)
    mark = " ✗" if mean + error < SURE else ""
    return _bold(f"{mean:.1f}{mark}", kind == result.scenario.kind)


def _bold(words: str, is_bold: bool) -> str:
    return f"**{words}**" if is_bold else words


def _failures(results: Sequence[Measured], kind: str) -> str:
    """One line on a kind: what it overlooks, and where that shows."""
    comparable = [result for result in results if result.scenario.kind is not None]
    failed = [(result, percent(result.kinds[kind].rating)[0]) for result in comparable]
    outside = [
        f"{result.scenario.name}{_method(result)} ({mean:.1f} %)"
        for result, mean in failed
        if not LOWEST <= round(mean, 1) <= HIGHEST
    ]
    where = "; ".join(outside) or "nowhere"
    return f"- *{kind}* {_WHY[kind]}. It fails in {len(outside)} of {len(comparable)}: {where}."


def _method(result: Measured) -> str:
    return "" if result.scenario.method == "bradley-terry" else f" with {result.scenario.method}"
