"""The charts of a board: Vega-Lite specs, and SVG and PNG of them in each theme.

`python -m app.leaderboards.figures` reads a FigureData from its input and writes the figures as JSON: drawing takes
seconds for sixty models and holds Python's interpreter lock all the while, so it happens in a process of its own.

Nothing is fetched, and the same board gives the same bytes. Blue and orange differ in lightness as well as in hue, so
nobody has to tell red from green. An SVG names only the reader's own fonts.
"""

import gzip
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import vl_convert
from pydantic import TypeAdapter

from app.leaderboards.schemas import THEMES, EntryOut, Figure, FigureData, FigureName, PairTally, Theme

VEGA_LITE = alt.SCHEMA_VERSION.removeprefix("v").rsplit(".", 1)[0]
MOST_MODELS_WITH_TEXT = 20
PNG_SCALE = 2.0
# Readers' fonts are up to a tenth wider than the one that the labels were measured in.
PADDING = {"left": 28, "top": 8, "right": 16, "bottom": 24}
MATRIX_PIXELS = 720
INTERVAL_PIXELS = 560


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


def draw_figures(data: FigureData) -> list[Figure]:
    """All figures that these votes allow."""
    ranked = [entry for entry in data.entries if entry.rating is not None]
    figures = []
    for theme in THEMES:
        palette = PALETTES[theme]
        if ranked:
            figures.append(_render("intervals", theme, interval_chart(ranked, palette)))
        if data.pairs:
            order = [entry.model for entry in data.entries if entry.votes]
            figures.append(_render("win-rates", theme, win_rate_chart(order, data.models, data.pairs, palette)))
    return figures


def interval_chart(entries: Sequence[EntryOut], palette: Palette) -> alt.LayerChart:
    """Ratings with their 95 % intervals, best first."""
    rows = [
        {
            "model": entry.model,
            "rating": entry.rating,
            "rating_lower": entry.rating_lower,
            "rating_upper": entry.rating_upper,
        }
        for entry in entries
    ]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y("model:N", sort=[entry.model for entry in entries], title=None)
    )
    scale, axis = alt.Scale(zero=False), alt.Axis(title="Rating in points, with 95 % interval", tickCount=7)
    intervals = base.mark_rule(color=palette.high, strokeWidth=2).encode(
        x=alt.X("rating_lower:Q", scale=scale, axis=axis), x2="rating_upper:Q"
    )
    points = base.mark_point(color=palette.high, filled=True, opacity=1, size=36).encode(
        x=alt.X("rating:Q", scale=scale, axis=axis)
    )
    return _styled([intervals, points], palette, width=INTERVAL_PIXELS, height=alt.Step(18))


def win_rate_chart(
    order: Sequence[str], models: Sequence[str], pairs: Sequence[PairTally], palette: Palette
) -> alt.LayerChart:
    """Which share of its votes against each other model a model won; rows and columns in the order of the board."""
    has_text = len(order) <= MOST_MODELS_WITH_TEXT
    step = 36 if has_text else max(4, min(24, MATRIX_PIXELS // len(order)))
    axis = alt.Axis(labelFontSize=min(12, max(4, step - 1)), labelOverlap=step < 6)
    scale = alt.Scale(domain=list(order))
    base = alt.Chart(alt.InlineData(values=_cells(models, pairs))).encode(
        x=alt.X("opponent:N", axis=axis, scale=scale, sort=list(order), title=None),
        y=alt.Y("model:N", axis=axis, scale=scale, sort=list(order), title=None),
    )
    colours = [palette.low, palette.middle, palette.high]
    diverging = alt.Scale(domain=[0, 0.5, 1], range=colours, interpolate="rgb")
    legend = alt.Legend(
        format="%",
        title="Win rate of row against column",
        orient="top",
        gradientLength=240,
        values=[0, 0.25, 0.5, 0.75, 1],
    )
    layers = [base.mark_rect().encode(color=alt.Color("win_rate:Q", scale=diverging, legend=legend))]
    if has_text:
        layers.append(_cell_text(base))
    return _styled(layers, palette, width=alt.Step(step), height=alt.Step(step))


def _cell_text(base: alt.Chart) -> alt.Chart:
    """Percentages, in black or white: one of the two has a contrast of at least 4.5 with any colour."""
    cell = "scale('color', datum.win_rate)"
    white_is_better = f"contrast('white', {cell}) > contrast('black', {cell})"
    labels: alt.Chart = base.mark_text(fontSize=11).encode(
        text=alt.Text("win_rate:Q", format=".0%"),
        color=alt.condition(white_is_better, alt.value("white"), alt.value("black")),
    )
    return labels


def _cells(models: Sequence[str], pairs: Sequence[PairTally]) -> list[dict[str, Any]]:
    cells = []
    for a, b, wins_a, wins_b, ties, both_bad in pairs:
        votes = wins_a + wins_b + ties + both_bad
        for model, opponent, wins in ((a, b, wins_a), (b, a, wins_b)):
            rate = (wins + (ties + both_bad) / 2) / votes
            cells.append(
                {"model": models[model], "opponent": models[opponent], "win_rate": round(rate, 4), "votes": votes}
            )
    return cells


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


def _render(name: FigureName, theme: Theme, chart: alt.LayerChart) -> Figure:
    spec: dict[str, Any] = chart.to_dict()
    svg: str = vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE, allowed_base_urls=[])
    return Figure(
        name=name,
        theme=theme,
        width=_pixels(svg, "width"),
        height=_pixels(svg, "height"),
        spec=spec,
        svg=gzip.compress(svg.encode(), mtime=0),
        png=vl_convert.svg_to_png(svg, scale=PNG_SCALE),
    )


def _pixels(svg: str, attribute: str) -> int:
    found = re.search(rf'<svg[^>]* {attribute}="([0-9.]+)"', svg)
    assert found, f"the SVG has no {attribute}"
    return round(float(found[1]))


def main() -> None:
    os.nice(10)  # whoever votes or reads comes first
    data = FigureData.model_validate_json(sys.stdin.buffer.read())
    sys.stdout.buffer.write(TypeAdapter(list[Figure]).dump_json(draw_figures(data)))


if __name__ == "__main__":
    main()
