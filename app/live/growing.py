"""Markdown rendered as it grows: finished blocks once, only the last one again.

A block is finished when another one begins after it; CommonMark never goes back behind that, but for definitions of
links that come later, which the page's own rendering of the whole text puts right at the end.
"""

from typing import NamedTuple

from app.rendering import render_markdown, start_of_last_block


class Growth(NamedTuple):
    """What changed: HTML of blocks that are final now, and that of the block that is still being written."""

    done: str
    open: str


class GrowingMarkdown:
    """One answer while it is written. Texts are handed over whole each time, each beginning with the last."""

    def __init__(self) -> None:
        self._seen = 0
        self._settled = 0

    def grow(self, text: str) -> Growth | None:
        """What changed since the last time; None where nothing did."""
        if len(text) == self._seen:
            return None
        self._seen = len(text)
        rest = text[self._settled :]
        begins = start_of_last_block(rest)
        done = render_markdown(rest[:begins]) if begins else ""
        self._settled += begins
        return Growth(str(done), str(render_markdown(rest[begins:])))
