"""Markdown rendered as it grows: finished blocks once, only the last one again.

A block is finished when another one begins after it; CommonMark never goes back behind that, but for definitions of
links that come later, which the page's own rendering of the whole text puts right at the end.
"""

from typing import Final, NamedTuple

from app.rendering import render_markdown, start_of_last_block

# A block begins with a line, and the first characters of the line say which; the longest mark is "123456789. ". Until
# then "2" may go on to be the second item of the list above.
_LONGEST_MARK: Final = 12
# Maths and code are rendered with the help of another process, which must not be waited for on the event loop.
_SLOW_MARKS: Final = ("```", "~~~", "$", "\\(", "\\[", "    ")
_LONG: Final = 4_000


class Growth(NamedTuple):
    """What changed: HTML of blocks that are final now, and that of the block that is still being written."""

    done: str
    open: str


class GrowingMarkdown:
    """One answer while it is written. Texts are handed over whole each time, each beginning with the last."""

    def __init__(self) -> None:
        self._seen = 0
        self._settled = 0

    def is_slow(self, text: str) -> bool:
        """Whether rendering the rest of this text may take longer than others should wait."""
        rest = text[self._settled :]
        return len(rest) > _LONG or any(mark in rest for mark in _SLOW_MARKS)

    def grow(self, text: str) -> Growth | None:
        """What changed since the last time; None where nothing did."""
        if len(text) == self._seen:
            return None
        news = text[max(self._seen - 2 * _LONGEST_MARK, self._settled) :]
        self._seen = len(text)
        rest = text[self._settled :]
        # Looking for the last block costs as much as rendering it, and within a line none can begin.
        begins = start_of_last_block(_decided(rest)) if "\n" in news or "\r" in news else 0
        done = render_markdown(rest[:begins]) if begins else ""
        self._settled += begins
        return Growth(str(done), str(render_markdown(rest[begins:])))


def _decided(text: str) -> str:
    """The text without a last line that is still too short to say which block it belongs to."""
    start = max(text.rfind("\n"), text.rfind("\r")) + 1
    return text if len(text[start:].strip()) >= _LONGEST_MARK else text[:start]
