"""Keeps what was rendered lately: the same answers are shown again and again."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from markupsafe import Markup

from app.rendering.page_text import render_markdown

CACHE_BYTES = 16 * 1024 * 1024


class RenderCache:
    """The most recently used results of `render`, as many as fit into `capacity` bytes of text and HTML.

    Safe to use from several threads; two that miss at the same time both render, to the same result.
    """

    def __init__(self, render: Callable[[str], Markup], capacity: int) -> None:
        self._render = render
        self._capacity = capacity
        self._size = 0
        self._entries: OrderedDict[str, Markup] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, text: str) -> Markup:
        with self._lock:
            if text in self._entries:
                self._entries.move_to_end(text)
                return self._entries[text]
        html = self._render(text)
        with self._lock:
            if text not in self._entries:
                self._entries[text] = html
                self._size += _bytes_of(text, html)
            while self._size > self._capacity:
                self._size -= _bytes_of(*self._entries.popitem(last=False))
        return html

    @property
    def size(self) -> int:
        """Bytes held, never more than the capacity between two calls."""
        return self._size


def _bytes_of(text: str, html: str) -> int:
    """Memory of both as CPython stores them: 1, 2 or 4 bytes for each character."""
    return text.__sizeof__() + html.__sizeof__()


render_markdown_cached = RenderCache(render_markdown, CACHE_BYTES)
