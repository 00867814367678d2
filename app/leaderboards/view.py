"""What the board's page shows, worked out before any template: rows, their order, the shared axis, the figures."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from app.leaderboards.repository import FigureSize
from app.leaderboards.schemas import METHODS, BoardMethod, EntryOut
from app.leaderboards.slices import OVERALL

AXIS_WIDTH = 200.0
AXIS_MARGIN = 6.0


@dataclass(frozen=True)
class Column:
    """One column of the board. `how` is the explanation that its heading leads to."""

    key: str
    title: str
    how: str | None
    value: Callable[[EntryOut], Any]  # numbers in one column, words in another; None where there is nothing
    best_is_high: bool = False


COLUMNS = (
    Column("rank", "Rank", "rank", lambda entry: entry.rank),
    Column("model", "Model", None, lambda entry: entry.model.casefold()),
    Column("rating", "Rating, with 95 % interval", "rating", lambda entry: entry.rating, best_is_high=True),
    Column("votes", "Votes", "votes", lambda entry: entry.votes, best_is_high=True),
    Column("win_rate", "Win rate", "win-rate", lambda entry: entry.win_rate, best_is_high=True),
    Column("elo", "Elo", "elo", lambda entry: entry.elo, best_is_high=True),
    Column("organisation", "Organisation", None, lambda entry: (entry.organisation or "").casefold() or None),
    Column("licence", "Licence", None, lambda entry: (entry.licence or "").casefold() or None),
)
SORT_PATTERN = f"^-?({'|'.join(column.key for column in COLUMNS)})$"


@dataclass(frozen=True)
class BoardQuery:
    """What the address asks for: which votes, ranked how, in which order, and whose rows.

    slice_name: a slice's slug; method: a BoardMethod; sort: a column's key, with a minus for descending;
    q: a part of a name
    """

    slice_name: str = OVERALL
    method: BoardMethod = METHODS[0]
    sort: str = "rank"
    q: str = ""

    def link(self, *, sort: str | None = None, q: str | None = None, method: BoardMethod | None = None) -> str:
        """The address of the votes in another order, search or method, as a query string. What is usual is left out."""
        wanted = replace(
            self,
            sort=self.sort if sort is None else sort,
            q=self.q if q is None else q,
            method=self.method if method is None else method,
        )
        usual = BoardQuery()
        parts = {
            name: getattr(wanted, field)
            for name, field in (("slice", "slice_name"), ("method", "method"), ("sort", "sort"), ("q", "q"))
            if getattr(wanted, field) != getattr(usual, field)
        }
        return "?" + urlencode(parts)

    @property
    def without_search(self) -> str:
        """The address of all models in this order."""
        return self.link(q="")

    @property
    def board(self) -> str:
        """The query string of the slice and method alone, for downloads; empty where they are the usual ones."""
        link = BoardQuery(self.slice_name, self.method).link()
        return link if link != "?" else ""


@dataclass(frozen=True)
class Heading:
    """A column's heading: where a click leads, and how it is sorted now ("ascending", "descending" or None)."""

    column: Column
    link: str
    sorted: str | None


def headings(query: BoardQuery) -> list[Heading]:
    """A first click sorts best first, a second turns the order round."""
    current, is_descending = query.sort.removeprefix("-"), query.sort.startswith("-")
    result = []
    for column in COLUMNS:
        direction = ("descending" if is_descending else "ascending") if column.key == current else None
        turns = column.best_is_high if direction is None else not is_descending
        result.append(Heading(column, query.link(sort=f"-{column.key}" if turns else column.key), direction))
    return result


def select_rows(entries: Sequence[EntryOut], query: BoardQuery) -> list[EntryOut]:
    """The entries that match, in the order asked for; those without a value come last in either direction."""
    wanted = query.q.strip().casefold()
    rows = [entry for entry in entries if wanted in f"{entry.model}\n{entry.organisation or ''}".casefold()]
    column = next(column for column in COLUMNS if column.key == query.sort.removeprefix("-"))
    known = [entry for entry in rows if column.value(entry) is not None]
    unknown = [entry for entry in rows if column.value(entry) is None]
    return sorted(known, key=column.value, reverse=query.sort.startswith("-")) + unknown


@dataclass(frozen=True)
class Axis:
    """The one axis on which all intervals are drawn, in units of its viewBox."""

    low: float
    high: float
    ticks: tuple[int, ...]

    @property
    def width(self) -> float:
        return AXIS_WIDTH

    def x(self, rating: float) -> str:
        share = (rating - self.low) / (self.high - self.low)
        return f"{AXIS_MARGIN + share * (AXIS_WIDTH - 2 * AXIS_MARGIN):.1f}".removesuffix(".0")


def rating_axis(entries: Sequence[EntryOut]) -> Axis | None:
    """From the lowest to the highest bound of all ranked models, also those that a search leaves out."""
    bounds = [bound for entry in entries for bound in (entry.rating_lower, entry.rating_upper) if bound is not None]
    if not bounds:
        return None
    low, high = min(bounds), max(bounds)
    if high - low < 1.0:
        low, high = low - 50.0, high + 50.0
    step = _round_step((high - low) / 6)
    ticks = range(math.ceil(low / step) * step, math.floor(high / step) * step + 1, step)
    return Axis(low, high, tuple(ticks))


def _round_step(least: float) -> int:
    """The next of 1, 2, 5, 10, 20, 50 and so on."""
    magnitude = 10 ** math.floor(math.log10(max(least, 1.0)))
    return next(int(factor * magnitude) for factor in (1, 2, 5, 10) if factor * magnitude >= least)


@dataclass(frozen=True)
class FigureInWords:
    """A figure with what stands around it."""

    name: str
    width: int
    height: int
    title: str
    caption: str
    alternative: str


_FIGURES = {
    "intervals": ("Ratings with 95 % intervals", "", "Chart of the ratings and intervals in the table above."),
    "ranks": (
        "Ranges of ranks",
        "The places that each model may hold. All ranges are right at once with 95 % certainty.",
        "Chart of the ranges of ranks in the table above.",
    ),
    "win-rates": (
        "Win rates",
        "Which share of its votes against each other model a model won; a tie is half a win.",
        "Heat map of the win rates, which the table below holds as numbers.",
    ),
    "residuals": (
        "Observed against predicted",
        "Where votes disagree with ratings: observed minus predicted win rate. With few votes, much is chance.",
        "Heat map of observed minus predicted win rates; the table below holds the largest, the CSV all.",
    ),
    "battles": (
        "Votes between models",
        "How many votes there are on each two models.",
        "Heat map of the number of votes on each pair; the table below, or the CSV, holds them as numbers.",
    ),
    "history": (
        "Ratings over time",
        "The models that stand first now, with their 95 % bands.",
        "Lines of ratings over time; the table below holds the newest numbers.",
    ),
}


def describe_figures(figures: Sequence[FigureSize]) -> list[FigureInWords]:
    """The figures in the order in which a reader needs them."""
    order = {name: place for place, name in enumerate(_FIGURES)}
    known = sorted((one for one in figures if one.name in order), key=lambda one: order[one.name])
    return [FigureInWords(one.name, one.width, one.height, *_FIGURES[one.name]) for one in known]


def model_link(arena: str, model: str, query: BoardQuery) -> str:
    """The address of a model's page, in the same slice and by the same method."""
    where = f"/arenas/{arena}/leaderboard/model?{urlencode({'name': model})}"
    return where + query.board.replace("?", "&", 1)


def pair_link(arena: str, one: str, other: str) -> str:
    return f"/arenas/{arena}/leaderboard/pair?{urlencode({'one': one, 'other': other})}"
