"""Texts made to keep a parser busy. What is asserted is the shape of the result: that a limit was reached, and that
nothing of the text was lost by it. Without the limits these tests run into the time-out of the suite."""

import pytest

from app.rendering import limits, render_markdown
from tests.rendering.fragment import Fragment, assert_safe

SIZE = 200_000
NOTE = "Too long or too deeply nested to be formatted: shown as plain text."


def repeated(unit: str) -> str:
    return (unit * (SIZE // len(unit) + 1))[:SIZE]


def read(text: str) -> Fragment:
    return assert_safe(render_markdown(text))


def assert_shown_as_plain_text(text: str) -> None:
    note, plain, _ = read(text).elements
    assert (note.classes, note.text) == (["render-note"], NOTE)
    assert plain.classes == ["plain-text"]
    assert plain.text == text


@pytest.mark.parametrize(
    "unit",
    ["[", "![", "![[]()", "<![CDATA[", "*a*", "\\(", "- a\n\n", "> a\n\n"],
)
def test_endless_openings_end_in_plain_text(unit: str) -> None:
    assert_shown_as_plain_text(repeated(unit))


@pytest.mark.parametrize(
    "text",
    [
        ">" * 10_000,
        "> " * 10_000 + "x",
        "- " * 10_000 + "x",
        "1. " * 1_000 + "x",
        "*" * 10_000 + "a" + "*" * 10_000,
        "**a " * 5_000 + "x" + " a**" * 5_000,
        "~~a " * 5_000 + "x" + " a~~" * 5_000,
        "[" * 50_000 + "a" + "](b)" * 50_000,
        "".join("  " * i + "- a\n" for i in range(100)),
        "\n".join(">" * i for i in range(1, 300)),
    ],
)
def test_endless_nesting_ends_in_plain_text(text: str) -> None:
    assert_shown_as_plain_text(text)


@pytest.mark.parametrize("mark", ["`", "*", "_", "~", "[", "<", "(", "$", "|", "#"])
def test_ten_thousand_of_one_mark_lose_nothing(mark: str) -> None:
    fragment = read("a " + mark * 10_000 + " end")
    assert fragment.text.strip().endswith("end")
    assert mark == "~" or fragment.text.count(mark) >= 10_000


def test_more_than_the_limit_is_shown_whole_and_unformatted() -> None:
    assert_shown_as_plain_text("*a* " * (limits.MAX_CHARACTERS // 4) + "end")
    assert_shown_as_plain_text("a\n" * (limits.MAX_LINES + 1) + "end")


def test_a_long_ordinary_answer_is_formatted() -> None:
    paragraph = (
        "## Part\n\nSome *prose* with `code`, [a link](https://example.org) and $x_1$.\n\n" + "Words here. " * 60
    )
    code = (
        "\n\n```python\n"
        + "x = [a for a in range(10)]\n" * 10
        + "```\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
    )
    fragment = read(repeated(paragraph + code))
    assert len(fragment.all("h3")) > 100
    assert len(fragment.all("math")) > 100
    assert fragment.all("table")


def test_a_word_without_end_stays_one_word() -> None:
    assert read("a" * SIZE).one("p").text == "a" * SIZE


def test_a_very_wide_table_is_one_table_in_its_scroll_region() -> None:
    fragment = read("|" + "a|" * 300 + "\n|" + "-|" * 300 + "\n|" + "b|" * 300 + "\n")
    assert len(fragment.all("td")) == 300
    assert fragment.one("table").parent is fragment.one("div")


def test_a_table_that_grows_by_itself_ends_in_plain_text() -> None:
    assert_shown_as_plain_text("|" + "a|" * 255 + "\n|" + "-|" * 255 + "\n" + "|\n" * 256)


def coloured(text: str) -> list[bool]:
    return [bool(pre.children[0].children) for pre in read(text).all("pre")]


def test_code_is_coloured_up_to_a_limit_and_shown_beyond_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_HIGHLIGHTED_BLOCK", 300)
    monkeypatch.setattr(limits, "MAX_HIGHLIGHTED_TEXT", 1_000)
    block = "```python\n" + "x = 1\n" * 50 + "```\n\n"
    assert coloured(block * 6) == [True] * 6  # the same code is coloured once and shown again
    assert coloured("".join(block.replace("1", str(i)) for i in range(6))) == [True] * 3 + [False] * 3
    assert coloured(block.replace("1", "10")) == [False]


def test_a_formula_that_would_never_end_is_shown_as_source_and_the_next_one_is_set() -> None:
    fragment = read("$" + "(" * 60 + "$ and $x^2$")
    assert fragment.one("code").text == "$" + "(" * 60 + "$"
    assert fragment.one("math").text == "x2"


def test_formulas_without_end_or_number_are_shown_as_source(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read("$" + "x" * 3_999 + "$").all("math")
    assert read("$" + "x" * 4_001 + "$").all("math") == []
    monkeypatch.setattr(limits, "MAX_FORMULAS", 20)
    fragment = read(" ".join(f"$x_{i}$" for i in range(25)))
    assert (len(fragment.all("math")), len(fragment.all("code"))) == (20, 5)
