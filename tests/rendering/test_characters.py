"""Control characters, and texts that are read from right to left."""

import pytest

from app.rendering import render_markdown, render_plain
from tests.rendering.fragment import Fragment, assert_safe

REORDERING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u206a\u206f"
ARABIC = "مرحبا"


def read(text: str) -> Fragment:
    return assert_safe(render_markdown(text))


@pytest.mark.parametrize(
    "text", ["a{}b", "`a{}b`", "    a{}b", "```\na{}b\n```", "|a{}b|\n|-|", "[a{}b](https://x.example)"]
)
@pytest.mark.parametrize("character", REORDERING)
def test_characters_that_reorder_the_page_are_removed(text: str, character: str) -> None:
    assert read(text.format(character)).text.strip() == "ab"


@pytest.mark.parametrize("character", REORDERING)
def test_writing_them_as_character_references_does_not_help(character: str) -> None:
    assert read(f"a&#x{ord(character):x};b &#{ord(character)};c").text.strip() == "ab c"
    assert character not in render_markdown(f"$\\text{{a{character}b}}$ <https://x.example/%E2%80%AE>")


def test_control_characters_become_visible() -> None:
    assert read("a\0b\x07c\x1bd\x0be\x7ff").text.strip() == "a␀b␇c␛d␋e␡f"
    assert read("a\x80b\x9fc").text.strip() == "a\ufffdb\ufffdc"
    assert read("a&#1;b&#x9b;c").text.strip() == "a\ufffdb\ufffdc"
    assert render_plain("a\0b") == '<pre class="plain-text" dir="auto"><span>a␀b</span></pre>'


def test_tabs_and_line_ends_of_every_system_are_kept_as_such() -> None:
    assert read("```\na\tb\r\nc\rd\n```").one("code").text == "a\tb\nc\nd\n"


def test_lone_surrogates_are_replaced_and_pairs_are_joined() -> None:
    assert read("a\ud800b\udc00c").text.strip() == "a\ufffdb\ufffdc"
    assert read("\ud83d\ude00").text.strip() == "😀"


@pytest.mark.parametrize(
    "text",
    ["👩‍👩‍👧‍👦", "🏴‍☠️", "می‌خواهم", "क्‍ष", "ක්‍ෂ", "\u200eabc\u200f", "e\u0301", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "☑\ufe0f"],
)
def test_joiners_marks_and_selectors_that_words_and_emoji_need_survive(text: str) -> None:
    assert read(text).text.strip() == text


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        (ARABIC, "p"),
        (f"# {ARABIC}", "h3"),
        (f"- {ARABIC}", "li"),
        (f"1. {ARABIC}", "li"),
        (f"> {ARABIC}", "blockquote"),
        (f"| {ARABIC} |\n|---|\n| b |", "table"),
        (f"    {ARABIC}", "pre"),
        (f"```\n{ARABIC}\n```", "pre"),
    ],
)
def test_every_block_finds_its_own_direction(text: str, tag: str) -> None:
    assert read(text).one(tag).attributes["dir"] == "auto"


@pytest.mark.parametrize("text", ["- a\n\n  b\n- c\n", "> a\n>\n> b\n", "> - a\n>\n>   b"])
def test_a_block_inside_an_item_or_a_quotation_does_not_hide_its_text_from_the_search_for_a_direction(
    text: str,
) -> None:
    for element in read(text).all("p"):
        assert element.parent is not None
        assert "dir" not in element.attributes
        assert element.parent.attributes["dir"] == "auto"


def test_the_cells_of_a_table_leave_the_order_of_columns_to_the_table() -> None:
    fragment = read(f"| {ARABIC} | b |\n|---|---|\n| c | d |")
    assert not any("dir" in cell.attributes for cell in fragment.all("td") + fragment.all("th"))
