"""A ranking as a table for a terminal, with every interval drawn on one axis."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.ranking_files.names import Said
from app.ranking_files.problems import RefusedRowsError
from app.ranking_files.rank import FileRanking, RankedEntry

_METHODS = {
    "bradley-terry": "Bradley-Terry",
    "davidson": "Davidson",
    "rao-kupper": "Rao-Kupper",
    "four-outcomes": "Four outcomes",
    "elo": "Online Elo",
}
_INTERVALS = {
    "sandwich": "sandwich (every vote on its own)",
    "clustered": "clustered by voter",
    "bootstrap": "1,000 bootstrap resamples",
}
_MODEL = "model"
_NARROWEST_BAR, _WIDEST_BAR = 16, 48
_NARROWEST_NAME = 12
_GAP = 2


def show_ranking(console: Console, ranking: FileRanking) -> None:
    """Best first, with what the numbers are above and below."""
    voters = f" by {_count(ranking.voters, 'voter')}" if ranking.voters is not None else ""
    sizes = f"{_count(len(ranking.entries), 'model')} · {_count(ranking.votes, 'vote')}{voters}"
    title = f"{_METHODS[ranking.method]} · {sizes}"
    console.print(Text(title, style="bold"))
    console.print(_table(ranking.entries, console.width, is_unicode=console.encoding.lower().startswith("utf")))
    for line in _footer(ranking):
        console.print(Text(line, style="dim"))


def _table(entries: Sequence[RankedEntry], width: int, *, is_unicode: bool) -> Table:
    """Numbers as wide as they are; names, and then bars, share what is left of `width`."""
    has_intervals = entries[0].rating_lower is not None
    numbers = {
        "places" if has_intervals else "place": [_places(entry) for entry in entries],
        "rating": [f"{entry.rating:,.1f}" for entry in entries],
        "votes": [f"{entry.votes:,.10g}" for entry in entries],
    }
    if has_intervals:
        numbers["95 % interval"] = [f"{entry.rating_lower:,.0f} … {entry.rating_upper:,.0f}" for entry in entries]
    names = [plain(entry.model) for entry in entries]
    left = width - sum(max(len(name), *map(len, cells)) + _GAP for name, cells in numbers.items())
    longest = max(len(_MODEL), *(name.cell_len for name in names))
    named = min(longest, max(_NARROWEST_NAME, left - (_NARROWEST_BAR + _GAP) * has_intervals))
    drawn = min(_WIDEST_BAR, left - named - _GAP)
    columns: dict[str, Sequence[str | Text]] = {_MODEL: names, **numbers}
    if has_intervals and drawn >= _NARROWEST_BAR:
        columns[""] = _bars(entries, drawn, is_unicode=is_unicode)
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="dim")
    order = [name for name in ("places", "place", _MODEL, "rating", "95 % interval", "", "votes") if name in columns]
    for name in order:
        is_text = name in (_MODEL, "")
        table.add_column(
            name,
            justify="left" if is_text else "right",
            no_wrap=True,
            overflow="ellipsis",
            max_width=named if name == _MODEL else None,
        )
    for cells in zip(*(columns[name] for name in order), strict=True):
        table.add_row(*cells)
    return table


def _places(entry: RankedEntry) -> str:
    if entry.rank_upper is None or entry.rank_upper == entry.rank_lower:
        return str(entry.rank)
    return f"{entry.rank_upper}-{entry.rank_lower}"


def _footer(ranking: FileRanking) -> list[str]:
    lines = []
    if ranking.intervals is not None:
        lines.append(
            f"Intervals: {_INTERVALS[ranking.intervals]}, each with 95 % certainty. Places: all ranges hold at once "
            "with 95 % certainty."
        )
    else:
        lines.append(
            "Elo depends on the order of the votes, here that of the rows of the file: it is no ranking, and has no "
            "intervals."
        )
    known = [f"{name} = {value:.6g}" for name, value in ranking.parameters.items()]
    if ranking.log_likelihood is not None:
        known.append(f"log-likelihood {ranking.log_likelihood:,.3f}")
    return [*lines, ", ".join(known)]


def _bars(entries: Sequence[RankedEntry], width: int, *, is_unicode: bool) -> list[str]:
    """Each interval, and the rating in it, on one axis of `width` characters."""
    line, dot = ("─", "●") if is_unicode else ("-", "o")
    bounds = [(entry.rating_lower or 0.0, entry.rating, entry.rating_upper or 0.0) for entry in entries]
    low, high = min(lower for lower, _, _ in bounds), max(upper for _, _, upper in bounds)
    scale = (width - 1) / (high - low) if high > low else 0.0
    bars = []
    for bound in bounds:
        start, middle, end = (round((value - low) * scale) for value in bound)
        bars.append(" " * start + line * (middle - start) + dot + line * (end - middle))
    return bars


def show_statements(console: Console, statements: Sequence[Said]) -> None:
    """How sure the ranking is: each question with its answer, and what that means."""
    console.print()
    console.print(Text("How sure is this?", style="bold"))
    for said in statements:
        console.print()
        console.print(plain(f"{said.question} {said.answer}"), style="bold", highlight=False)
        console.print(plain(said.meaning), highlight=False)
        for line in said.details:
            console.print(plain(f"  {line}"), highlight=False)


def show_faults(console: Console, error: RefusedRowsError) -> None:
    """The first faults as a table, and how many there are."""
    table = Table("line", "column", "reason")
    for fault in error.faults:
        table.add_row(str(fault.line), plain(fault.column), plain(fault.reason))
    console.print(table)
    rest = f"; these are the first {len(error.faults)}" if error.count > len(error.faults) else ""
    console.print(f"{error.count:,} {'problem' if error.count == 1 else 'problems'}{rest}. Nothing was ranked.")


def _count(number: float, thing: str) -> str:
    return f"{number:,.10g} {thing}" if number == 1 else f"{number:,.10g} {thing}s"


def plain(words: str) -> Text:
    """Words that may quote a foreign file: no markup, and nothing that a terminal would obey."""
    return Text("".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in words))
