"""Markdown while it grows: what was shown before never changes, and in the end it is what the whole text gives."""

from hypothesis import given
from hypothesis import strategies as st

from app.live.growing import GrowingMarkdown
from app.rendering import render_markdown

P = '<p dir="auto">{}</p>\n'
BLOCKS = (
    "# A heading\n\n",
    "Some *text* with `code` and $x^2$.\n\n",
    "- one\n- two\n  - three\n\n",
    "1. first\n\n2. second\n\n",
    "> quoted\n> again\n\n",
    "```python\nprint('```')\n\nx = 1\n```\n\n",
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n",
    "Title\n=====\n",
    "***\n",
    "    indented\n\n    code\n\n",
    "$$\n\\sum_i i\n$$\n\n",
    "end\r\nof a line\r\n\r\n",
)


def grow(text: str, steps: list[int]) -> str:
    """What a page holds after the text came in these steps."""
    growing = GrowingMarkdown()
    done, rest = "", ""
    for step in [*steps, len(text)]:
        growth = growing.grow(text[:step])
        if growth is not None:
            done, rest = done + growth.done, growth.open
    return done + rest


@given(st.lists(st.sampled_from(BLOCKS), max_size=8), st.lists(st.integers(0, 300), max_size=20))
def test_a_text_that_grew_looks_like_one_that_came_at_once(blocks: list[str], steps: list[int]) -> None:
    text = "".join(blocks)
    steps = sorted(step for step in steps if step <= len(text))
    assert grow(text, steps).split() == str(render_markdown(text)).split()


def test_finished_blocks_are_sent_once_and_only_the_last_one_again() -> None:
    growing = GrowingMarkdown()
    first = growing.grow("One.\n\nTwo and so on")
    second = growing.grow("One.\n\nTwo and so on.\n\nThree and more")
    assert first is not None
    assert second is not None
    assert (first.done, first.open) == (P.format("One."), P.format("Two and so on"))
    assert (second.done, second.open) == (P.format("Two and so on."), P.format("Three and more"))
    assert growing.grow("One.\n\nTwo and so on.\n\nThree and more") is None


def test_a_line_that_has_only_begun_may_still_belong_to_the_list_above() -> None:
    text = "1. first\n\n2. second\n"
    assert grow(text, [len("1. first\n\n2")]).split() == str(render_markdown(text)).split()
