"""The figures of a board: SVG and PNG of its charts in each theme.

`python -m app.leaderboards.figures` reads a FigureData from its input and writes the figures as JSON: drawing takes
seconds for sixty models and holds Python's interpreter lock all the while, so it happens in a process of its own.

Nothing is fetched, and the same board gives the same bytes. An SVG names only the reader's own fonts.
"""

import gzip
import os
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import altair as alt
import vl_convert
from pydantic import TypeAdapter

from app.leaderboards.charts import (
    PALETTES,
    Palette,
    battle_chart,
    history_chart,
    interval_chart,
    rank_chart,
    residual_chart,
    win_rate_chart,
)
from app.leaderboards.schemas import THEMES, Figure, FigureData, FigureName, Theme

VEGA_LITE = alt.SCHEMA_VERSION.removeprefix("v").rsplit(".", 1)[0]
PNG_SCALE = 2.0
LEAST_MOMENTS = 2  # a line needs two ends


def draw_figures(data: FigureData) -> list[Figure]:
    """All figures that these votes allow."""
    return [_render(name, theme, chart) for theme in THEMES for name, chart in charts(data, PALETTES[theme])]


def charts(data: FigureData, palette: Palette) -> Iterator[tuple[FigureName, alt.LayerChart]]:
    """Each chart that is wanted with its name; what the votes do not allow is left out."""
    return ((name, make()) for name, make in _possible(data, palette) if name in data.names)


def _possible(data: FigureData, palette: Palette) -> Iterator[tuple[FigureName, Callable[[], alt.LayerChart]]]:
    """What these votes allow, not made yet."""
    ranked = [entry for entry in data.entries if entry.rating is not None]
    order = [entry.model for entry in data.entries if entry.votes]
    if ranked:
        yield "intervals", lambda: interval_chart(ranked, palette)
        yield "ranks", lambda: rank_chart(ranked, palette)
    if data.pairs:
        yield "win-rates", lambda: win_rate_chart(order, data.models, data.pairs, palette)
    if any(rate is not None for rate in data.predicted):
        yield "residuals", lambda: residual_chart(order, data.models, data.pairs, data.predicted, palette)
    if data.pairs:
        yield "battles", lambda: battle_chart(order, data.models, data.pairs, palette)
    if len({point.computed_at for point in data.history}) >= LEAST_MOMENTS:
        yield "history", lambda: history_chart([entry.model for entry in ranked], data.history, palette)


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
