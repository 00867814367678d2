"""The charts: what they hold, that they are the same every time, and that they reach for nothing outside."""

import gzip
import re
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from app.leaderboards.compute import Entry, compute_board
from app.leaderboards.drawing import draw
from app.leaderboards.figures import draw_figures
from app.leaderboards.schemas import EntryOut, Figure, FigureData, RatingPoint
from tests.leaderboards.votes import counted, ring


def data_of(models: list[str], *, rounds: int = 3) -> FigureData:
    board = compute_board(counted(ring(models, rounds)))
    return FigureData(
        entries=[EntryOut.model_validate(entry) for entry in board.entries],
        models=[facts.name for facts in board.details.facts],
        pairs=board.details.pairs,
        predicted=board.details.predicted,
        history=[point for day in (1, 2) for point in _points(board.entries, day)],
    )


def _points(entries: Iterable[Entry], day: int) -> list[RatingPoint]:
    at = datetime(2026, 1, day, tzinfo=UTC)
    return [RatingPoint.model_validate({**vars(entry), "computed_at": at}) for entry in entries]


def svg_of(figures: list[Figure], name: str, theme: str = "light") -> str:
    return next(gzip.decompress(each.svg).decode() for each in figures if (each.name, each.theme) == (name, theme))


@pytest.fixture(scope="module")
def small() -> list[Figure]:
    return draw_figures(data_of(["a", "b", "<script>c & d"]))


def test_every_chart_is_drawn_in_two_themes_with_its_size(small: list[Figure]) -> None:
    names = ["intervals", "ranks", "win-rates", "residuals", "battles", "history"]
    assert [(each.name, each.theme) for each in small] == [
        (name, theme) for theme in ("light", "dark") for name in names
    ]
    for each in small:
        svg = gzip.decompress(each.svg).decode()
        assert f'width="{each.width}" height="{each.height}"' in svg
        assert each.png.startswith(b"\x89PNG")


async def test_a_process_of_its_own_draws_the_same_bytes(small: list[Figure]) -> None:
    assert await draw(data_of(["a", "b", "<script>c & d"])) == small


def test_a_chart_holds_its_names_escaped_and_no_address_but_namespaces(small: list[Figure]) -> None:
    for name in {each.name for each in small}:
        svg = svg_of(small, name)
        assert "&lt;script&gt;c &amp; d" in svg
        assert "<script" not in svg
        assert set(re.findall(r"https?://[^\"' <>]+", svg)) <= {
            "http://www.w3.org/2000/svg",
            "http://www.w3.org/1999/xlink",
        }


def test_the_background_is_transparent_and_the_ink_follows_the_theme(small: list[Figure]) -> None:
    light, dark = svg_of(small, "intervals"), svg_of(small, "intervals", "dark")
    assert "#1b1d21" in light
    assert "#1b1d21" not in dark
    assert '<rect width="' not in light


def test_the_spec_can_be_used_by_itself(small: list[Figure]) -> None:
    spec = next(each.spec for each in small if each.name == "intervals")
    assert spec["$schema"].startswith("https://vega.github.io/schema/vega-lite/v")
    rows = spec["datasets"][spec["data"]["name"]]
    assert [row["model"] for row in rows] == ["<script>c & d", "a", "b"]
    assert set(rows[0]) == {"model", "rating", "rating_lower", "rating_upper"}


def test_percentages_stand_in_the_cells_of_a_small_matrix_only(small: list[Figure]) -> None:
    assert ">100%</text>" in svg_of(small, "win-rates").split("role-legend")[0]
    many = data_of([f"model-{number:02}" for number in range(25)]).model_copy(update={"names": ["win-rates"]})
    large = svg_of(draw_figures(many), "win-rates")
    assert ">100%</text>" not in large.split("role-legend")[0]
    assert large.count("model-07") == 2


def test_without_a_ranking_there_is_only_what_was_counted() -> None:
    board = compute_board(counted([("a", "b", "model_a")]))
    entries = [EntryOut.model_validate(entry) for entry in board.entries]
    figures = draw_figures(FigureData(entries=entries, models=["a", "b"], pairs=board.details.pairs))
    assert {each.name for each in figures} == {"win-rates", "battles"}


async def test_a_drawing_that_fails_says_why() -> None:
    broken = data_of(["a", "b"]).model_copy(update={"pairs": [(0, 9, 1, 1, 0, 0)]})
    with pytest.raises(RuntimeError, match="IndexError"):
        await draw(broken)
