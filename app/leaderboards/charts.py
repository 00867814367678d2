"""The charts of a board as Vega-Lite specs: pure, the same board gives the same spec.

Blue and orange differ in lightness as well as in hue, so nobody has to tell red from green.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from app.leaderboards.schemas import EntryOut, PairTally, RatingPoint, Theme

MOST_MODELS_WITH_TEXT = 20
# Readers' fonts are up to a tenth wider than the one that the labels were measured in.
PADDING = {"left": 28, "top": 8, "right": 16, "bottom": 24}
MATRIX_PIXELS = 720
BAR_PIXELS = 560
HISTORY_HEIGHT = 320
LARGEST_RESIDUAL = 0.25  # a difference of 25 percentage points has the full colour


@dataclass(frozen=True)
class Palette:
    """Colours by role; from low to high is diverging, with `middle` for a win rate of one half."""

    ink: str
    muted: str
    line: str
    low: str
    middle: str
    high: str


PALETTES: Mapping[Theme, Palette] = {
    "light": Palette("#1b1d21", "#585e68", "#dcdbd5", "#a84e06", "#e3e3df", "#1c5fb8"),
    "dark": Palette("#e6e7ea", "#a2a8b3", "#32363e", "#ffb169", "#3c4149", "#86b4ff"),
}


def interval_chart(entries: Sequence[EntryOut], palette: Palette) -> alt.LayerChart:
    """Ratings with their 95 % intervals, best first."""
    axis = alt.Axis(title="Rating in points, with 95 % interval", tickCount=7)
    return _ranges(entries, palette, ("rating", "rating_lower", "rating_upper"), axis, alt.Scale(zero=False))


def rank_chart(entries: Sequence[EntryOut], palette: Palette) -> alt.LayerChart:
    """The places that each model may hold, 95 % for the whole board at once."""
    last = max(entry.rank_lower or 1 for entry in entries)
    axis = alt.Axis(title="Place, 1 is the best; 95 % for all models at once", tickMinStep=1, format="d")
    scale = alt.Scale(domain=[0.5, last + 0.5], nice=False)
    return _ranges(entries, palette, ("rank", "rank_upper", "rank_lower"), axis, scale)


def win_rate_chart(
    order: Sequence[str], models: Sequence[str], pairs: Sequence[PairTally], palette: Palette
) -> alt.LayerChart:
    """Which share of its votes against each other model a model won; rows and columns in the order of the board."""
    cells = [_cell(models, pair, _share(pair)) for pair in pairs]
    values = [side for cell in cells for side in (cell, _mirrored(cell, 1.0))]
    colours = _diverging([0, 0.5, 1], palette)
    legend = _legend("Win rate of row against column", ".0%", [0, 0.25, 0.5, 0.75, 1])
    return _matrix(order, values, alt.Color("value:Q", scale=colours, legend=legend), ".0%", palette)


def residual_chart(
    order: Sequence[str],
    models: Sequence[str],
    pairs: Sequence[PairTally],
    predicted: Sequence[float | None],
    palette: Palette,
) -> alt.LayerChart:
    """Observed minus predicted win rate: where the votes between two models disagree with their ratings."""
    cells = [
        _cell(models, pair, _share(pair) - expected)
        for pair, expected in zip(pairs, predicted, strict=True)
        if expected is not None
    ]
    values = [side for cell in cells for side in (cell, _mirrored(cell, 0.0))]
    colours = _diverging([-LARGEST_RESIDUAL, 0, LARGEST_RESIDUAL], palette)
    legend = _legend("Observed minus predicted win rate of row against column", "+.0%", [-0.25, 0.25])
    return _matrix(order, values, alt.Color("value:Q", scale=colours, legend=legend), "+.0%", palette)


def battle_chart(
    order: Sequence[str], models: Sequence[str], pairs: Sequence[PairTally], palette: Palette
) -> alt.LayerChart:
    """How many votes there are between each two models."""
    cells = [_cell(models, pair, float(_votes(pair))) for pair in pairs]
    values = [side for cell in cells for side in (cell, {**_mirrored(cell, 0.0), "value": cell["value"]})]
    colours = alt.Scale(domainMin=0, range=[palette.middle, palette.high], interpolate="rgb")
    legend = alt.Legend(title="Votes", orient="top", gradientLength=240, tickCount=4)
    return _matrix(order, values, alt.Color("value:Q", scale=colours, legend=legend), ",d", palette)


def history_chart(order: Sequence[str], points: Sequence[RatingPoint], palette: Palette) -> alt.LayerChart:
    """Ratings over time, oldest point first, as lines with their 95 % bands."""
    drawn = {point.model for point in points}
    shown = [model for model in order if model in drawn]
    rows = [
        {
            "model": point.model,
            "at": point.computed_at.isoformat(),
            "rating": point.rating,
            "lower": point.rating_lower,
            "upper": point.rating_upper,
        }
        for point in points
    ]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("at:T", title="Computed at, UTC", scale=alt.Scale(type="utc"))
    )
    hues = alt.Scale(domain=shown, scheme="tableau10")
    band = base.mark_area(opacity=0.15).encode(
        y=alt.Y("lower:Q", title="Rating in points", scale=alt.Scale(zero=False)),
        y2="upper:Q",
        color=alt.Color("model:N", scale=hues, legend=None),
    )
    line = base.mark_line().encode(
        y=alt.Y("rating:Q", scale=alt.Scale(zero=False)),
        color=alt.Color("model:N", scale=hues, legend=None),
    )
    latest = {row["model"]: row for row in rows}  # points come in the order of time
    names = (
        alt.Chart(alt.InlineData(values=list(latest.values())))
        .mark_text(align="left", dx=6, color=palette.ink)
        .encode(x="at:T", y="rating:Q", text="model:N")
    )
    return _styled([band, line, names], palette, width=BAR_PIXELS, height=HISTORY_HEIGHT)


def _ranges(
    entries: Sequence[EntryOut], palette: Palette, fields: tuple[str, str, str], axis: alt.Axis, scale: alt.Scale
) -> alt.LayerChart:
    """A point and a line from one bound to the other for each model."""
    value, lower, upper = fields
    rows = [{"model": entry.model, **{field: getattr(entry, field) for field in fields}} for entry in entries]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y("model:N", sort=[entry.model for entry in entries], title=None)
    )
    lines = base.mark_rule(color=palette.high, strokeWidth=2).encode(
        x=alt.X(f"{lower}:Q", scale=scale, axis=axis), x2=f"{upper}:Q"
    )
    points = base.mark_point(color=palette.high, filled=True, opacity=1, size=36).encode(
        x=alt.X(f"{value}:Q", scale=scale, axis=axis)
    )
    return _styled([lines, points], palette, width=BAR_PIXELS, height=alt.Step(18))


def _matrix(
    order: Sequence[str], values: Sequence[Mapping[str, Any]], color: alt.Color, text_format: str, palette: Palette
) -> alt.LayerChart:
    """A heat map of models against models, with numbers in the cells of a small one."""
    has_text = len(order) <= MOST_MODELS_WITH_TEXT
    step = 44 if has_text else max(4, min(24, MATRIX_PIXELS // len(order)))
    axis = alt.Axis(labelFontSize=min(12, max(4, step - 1)), labelOverlap=step < 6)
    scale = alt.Scale(domain=list(order))
    base = alt.Chart(alt.InlineData(values=list(values))).encode(
        x=alt.X("opponent:N", axis=axis, scale=scale, sort=list(order), title=None),
        y=alt.Y("model:N", axis=axis, scale=scale, sort=list(order), title=None),
    )
    layers = [base.mark_rect().encode(color=color)]
    if has_text:
        layers.append(_cell_text(base, text_format))
    return _styled(layers, palette, width=alt.Step(step), height=alt.Step(step))


def _cell_text(base: alt.Chart, text_format: str) -> alt.Chart:
    """Numbers in black or white: one of the two has a contrast of at least 4.5 with any colour."""
    cell = "scale('color', datum.value)"
    white_is_better = f"contrast('white', {cell}) > contrast('black', {cell})"
    labels: alt.Chart = base.mark_text(fontSize=11).encode(
        text=alt.Text("value:Q", format=text_format),
        color=alt.condition(white_is_better, alt.value("white"), alt.value("black")),
    )
    return labels


def _diverging(domain: list[float], palette: Palette) -> alt.Scale:
    return alt.Scale(domain=domain, range=[palette.low, palette.middle, palette.high], interpolate="rgb", clamp=True)


def _legend(title: str, number_format: str, values: list[float]) -> alt.Legend:
    return alt.Legend(format=number_format, title=title, orient="top", gradientLength=240, values=values)


def _votes(pair: PairTally) -> int:
    return sum(pair[2:])


def _share(pair: PairTally) -> float:
    """The win rate of the pair's first model; a tie and a "both bad" are half a win."""
    _, _, wins_a, _, ties, both_bad = pair
    return (wins_a + (ties + both_bad) / 2) / _votes(pair)


def _cell(models: Sequence[str], pair: PairTally, value: float) -> dict[str, Any]:
    return {"model": models[pair[0]], "opponent": models[pair[1]], "value": round(value, 4), "votes": _votes(pair)}


def _mirrored(cell: Mapping[str, Any], total: float) -> dict[str, Any]:
    """The same votes seen from the other model, whose value makes up `total` with the first's."""
    value = round(total - cell["value"], 4)
    return {"model": cell["opponent"], "opponent": cell["model"], "value": value, "votes": cell["votes"]}


def _styled(
    layers: Sequence[alt.Chart], palette: Palette, *, width: int | alt.Step, height: int | alt.Step
) -> alt.LayerChart:
    styled: alt.LayerChart = (
        alt.LayerChart(layer=list(layers), width=width, height=height, background="transparent", padding=PADDING)
        .configure(font="system-ui, sans-serif", aria=False)  # labels for thousands of cells; a table stands beside it
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=palette.ink,
            titleColor=palette.muted,
            titleFontWeight="normal",
            gridColor=palette.line,
            domainColor=palette.line,
            tickColor=palette.line,
            labelLimit=240,
        )
        .configure_legend(labelColor=palette.ink, titleColor=palette.muted, titleFontWeight="normal", titleLimit=400)
    )
    return styled
