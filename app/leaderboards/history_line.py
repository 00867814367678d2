"""A rating over time as a line with a band, in the units of an SVG's view box."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.leaderboards.history import HistoryPoint

WIDTH, HEIGHT = 640, 240
LEFT, MARGIN = 48, 10
TICKS = 4
LEAST_POINTS = 2


@dataclass(frozen=True)
class Tick:
    y: float
    label: str


@dataclass(frozen=True)
class HistoryLine:
    """`path` and `band` are SVG path data."""

    path: str
    band: str
    ticks: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT


def history_line(points: Sequence[HistoryPoint]) -> HistoryLine | None:
    """The line through all points with a rating, oldest first; None where there are not two moments."""
    known = [
        (point.at.timestamp(), point.rating_lower, point.rating, point.rating_upper)
        for point in points
        if point.rating is not None and point.rating_lower is not None and point.rating_upper is not None
    ]
    if len({moment for moment, *_ in known}) < LEAST_POINTS:
        return None
    first, last = known[0][0], known[-1][0]
    low, high = min(lower for _, lower, _, _ in known), max(upper for *_, upper in known)
    low, high = (low, high) if high - low >= 1 else (low - 1, high + 1)

    def at(moment: float, rating: float) -> str:
        x = LEFT + MARGIN + (moment - first) / (last - first) * (WIDTH - LEFT - 2 * MARGIN)
        return f"{x:.1f} {y(rating):.1f}"

    def y(rating: float) -> float:
        return MARGIN + (high - rating) / (high - low) * (HEIGHT - 2 * MARGIN)

    upper = [at(moment, bound) for moment, _, _, bound in known]
    lower = [at(moment, bound) for moment, bound, _, _ in reversed(known)]
    values = [low + (high - low) * step / (TICKS - 1) for step in range(TICKS)]
    return HistoryLine(
        path="M" + "L".join(at(moment, rating) for moment, _, rating, _ in known),
        band="M" + "L".join([*upper, *lower]) + "Z",
        ticks=tuple(Tick(round(y(value), 1), f"{value:,.0f}") for value in values),
    )
