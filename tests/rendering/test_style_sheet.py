"""The style sheet fits the renderer: every class is styled, and every colour of code can be read."""

import re
from pathlib import Path

import pytest

from app.rendering import mathml
from app.rendering.highlight import TOKEN_CLASSES

CSS = (Path(__file__).parents[2] / "static" / "css" / "content.css").read_text()
RULES = re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL)
LIGHT, DARK_BY_SYSTEM, DARK_BY_CHOICE = (
    dict(re.findall(r"--(code-[a-z]+):\s*(#[0-9a-f]{6});", RULES[found.start() : RULES.index("}", found.end())]))
    for found in re.finditer(r"(?::root(?:\S*)|\[data-theme=\"dark\"\])\s*\{", RULES)
)
TEXT_COLOURS = sorted(set(LIGHT) - {"code-paper"})


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, WCAG 2.2."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21, WCAG 2.2."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_of_contrast_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK_BY_CHOICE], ids=["light", "dark"])
@pytest.mark.parametrize("colour", TEXT_COLOURS)
def test_code_can_be_read_in_both_themes(theme: dict[str, str], colour: str) -> None:
    assert contrast(theme[colour], theme["code-paper"]) >= 4.5


def test_dark_is_the_same_whether_the_system_or_the_reader_asks_for_it() -> None:
    assert DARK_BY_SYSTEM == DARK_BY_CHOICE
    assert DARK_BY_SYSTEM.keys() == LIGHT.keys()
    assert len(LIGHT) > 8


def test_every_colour_of_code_is_a_checked_one() -> None:
    coloured = re.findall(r"\.content :is\((\.[^)]*)\)\s*\{\s*color: ([^;]+);", RULES)
    classes = {name.strip(" .\n") for selector, _ in coloured for name in selector.split(",")}
    assert classes <= TOKEN_CLASSES
    assert {"k", "c1", "s2", "mi", "nf", "nb", "nt", "gd", "gi"} <= classes
    assert {value for _, value in coloured} <= {f"var(--{name})" for name in TEXT_COLOURS}


@pytest.mark.parametrize(
    "name",
    [
        *sorted(mathml.CLASSES),
        *("align-left", "align-center", "align-right", "code", "code-block", "image-mark", "math-block", "plain-text"),
        *("render-note", "table-scroll", "task", "task-mark"),
    ],
)
def test_every_class_that_the_renderer_writes_is_styled(name: str) -> None:
    assert re.search(rf"\.content[^{{}}]*\.{name}\b", RULES)


def test_nothing_is_fetched_by_the_style_sheet_and_nothing_outside_rendered_text_is_touched() -> None:
    assert not re.search(r"url\(|@import|@font-face|image-set\(", RULES)
    selectors = re.findall(r"([^{};]+)\{", re.sub(r"@media[^{]*\{", "", RULES))
    assert all(re.match(r"\s*(\.content\b|:root|\[data-theme)", part) for s in selectors for part in top_level(s))


def top_level(selector: str) -> list[str]:
    return re.split(r",(?![^(]*\))", selector.replace("}", ""))
