"""Markdown tokens -> HTML, still to be sanitised.

Direction: the outermost block that holds text carries dir="auto", and a paragraph inside a list item or a quotation
inherits it; the browser ignores descendants that have a `dir` of their own when it looks for the first strong letter,
so giving it to both would leave the bullet of an Arabic item on the left. Tables likewise: `dir` is on the table, so
that the first column is on the right in Arabic, and the style sheet lets each cell find its own direction.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from markdown_it.token import Token
from markupsafe import escape

from app.rendering import limits
from app.rendering.converter import Piece
from app.rendering.mathml import tidied
from app.rendering.maths import closing
from app.rendering.pieces import piece_of

_ALLOWED_LINK = re.compile(r"(?:https?://|mailto:)[^\s<>]+", re.IGNORECASE)
_SHOWN_TARGET = 200
# A page has its own h1 and h2; an answer starts below them.
_FIRST_HEADING, _LAST_HEADING = 3, 6
_CONTAINERS = {"li", "blockquote"}


class HtmlWriter:
    """Writes one text. `converted` has the formulas and code that could be converted; others show their source."""

    def __init__(self, converted: Mapping[Piece, str]) -> None:
        self._converted = converted
        self._open: list[str] = []
        self._outline: list[int] = []
        self._refused_links: list[str | None] = []
        self._special: dict[str, Callable[[Token], str]] = {
            "heading_open": self._heading,
            "heading_close": self._heading,
            "list_item_open": self._list_item,
            "ordered_list_open": self._ordered_list,
            "th_open": self._cell,
            "td_open": self._cell,
            "link_close": self._link_close,
            "image": self._image,
            "code_inline": lambda token: f"<code>{escape(token.content)}</code>",
            "code_block": self._code,
            "fence": self._code,
            "math_inline": self._maths,
            "math_block": self._maths,
            "hr": lambda _token: "<hr>\n",
            # A poem or a pasted list keeps its lines; a hard-wrapped paragraph merely looks ragged.
            "softbreak": lambda _token: "<br>\n",
            "hardbreak": lambda _token: "<br>\n",
        }

    def write(self, tokens: Sequence[Token]) -> str:
        return "".join(self._pieces(tokens))

    def _pieces(self, tokens: Sequence[Token]) -> Iterator[str]:
        for index, token in enumerate(tokens):
            if token.type == "inline":
                yield from self._pieces(token.children or [])
            elif token.type == "link_open":
                is_empty = index + 1 < len(tokens) and tokens[index + 1].type == "link_close"
                yield self._link_open(token, is_empty=is_empty)
            elif not token.hidden:
                yield self._piece(token)

    def _piece(self, token: Token) -> str:
        if special := self._special.get(token.type):
            return special(token)
        if token.nesting == 1:
            return self._start(token)
        if token.nesting == -1:
            return self._end(token)
        return str(escape(token.content))

    def _start(self, token: Token) -> str:
        parent = self._open[-1] if self._open else ""
        self._open.append(token.tag)
        if len(self._open) > limits.MAX_ELEMENT_DEPTH:
            raise limits.TooComplexError
        if token.tag == "p" and parent in _CONTAINERS:
            return "<p>"
        return _START_TAGS.get(token.tag) or f"<{token.tag}>"

    def _end(self, token: Token) -> str:
        self._open.pop()
        return _END_TAGS.get(token.tag) or f"</{token.tag}>"

    def _heading(self, token: Token) -> str:
        """Headings by their depth in the text's own outline, so that none skips a level whatever it began with."""
        level = int(token.tag[1])
        if token.nesting == 1:
            self._outline = [*(above for above in self._outline if above < level), level]
        depth = min(_FIRST_HEADING + len(self._outline) - 1, _LAST_HEADING)
        return f'<h{depth} dir="auto">' if token.nesting == 1 else f"</h{depth}>"

    def _list_item(self, token: Token) -> str:
        start = self._start(token)
        if "checked" not in token.meta:
            return start
        mark, label = ("☑", "Done") if token.meta["checked"] else ("☐", "Not done")
        return f'<li class="task" dir="auto"><span class="task-mark" role="img" aria-label="{label}">{mark}</span> '

    def _ordered_list(self, token: Token) -> str:
        start = token.attrGet("start")
        tag = self._start(token)
        return tag if start is None else f'<ol start="{int(start)}">'

    def _cell(self, token: Token) -> str:
        self._start(token)
        scope = ' scope="col"' if token.tag == "th" else ""
        alignment = str(token.attrGet("style") or "").removeprefix("text-align:")
        return f'<{token.tag}{scope} class="align-{alignment}">' if alignment else f"<{token.tag}{scope}>"

    def _link_open(self, token: Token, *, is_empty: bool) -> str:
        target = str(token.attrGet("href") or "")
        self._open.append("a")
        if _ALLOWED_LINK.fullmatch(target):
            self._refused_links.append(None)
            # A link without text could neither be seen nor be named by a screen reader.
            return f'<a href="{escape(target)}">{escape(target) if is_empty else ""}'
        if token.markup == "autolink":
            self._refused_links.append("")
            return "&lt;"
        self._refused_links.append(target)
        return "["

    def _link_close(self, token: Token) -> str:
        self._open.pop()
        refused = self._refused_links.pop()
        if refused is None:
            return "</a>"
        if token.markup == "autolink":
            return "&gt;"
        shown = refused if len(refused) <= _SHOWN_TARGET else refused[:_SHOWN_TARGET] + "…"
        return f"]({escape(shown)})"

    def _image(self, token: Token) -> str:
        # Fetching it would tell a stranger who is voting, and tell the voter whose picture it is.
        alternative = _plain_text(token.children or []).strip()
        mark = f"[image: {alternative}]" if alternative else "[image]"
        return f'<span class="image-mark">{escape(mark)}</span>'

    def _code(self, token: Token) -> str:
        code = self._html_of(token) or escape(token.content)
        return f'<pre class="code" dir="auto" tabindex="0"><code class="code-block">{code}</code></pre>\n'

    def _maths(self, token: Token) -> str:
        mathml = self._html_of(token)
        if mathml is None:
            source = f"{token.markup}{token.content}{closing(token.markup)}"
            code = f'<code class="math-source">{escape(source)}</code>'
            return f'<p dir="auto">{code}</p>\n' if token.block else code
        mathml = tidied(mathml)
        if not token.info:
            return mathml
        tag = "div" if token.block else "span"
        return f'<{tag} class="math-block" tabindex="0">{mathml}</{tag}>'

    def _html_of(self, token: Token) -> str | None:
        piece = piece_of(token)
        return self._converted.get(piece) if piece else None


def _plain_text(tokens: Sequence[Token]) -> str:
    pieces = []
    for token in tokens:
        if token.type == "image":
            pieces.append(_plain_text(token.children or []))
        elif token.type in {"softbreak", "hardbreak"}:
            pieces.append(" ")
        else:
            pieces.append(token.content)
    return "".join(pieces)


_START_TAGS = {
    "p": '<p dir="auto">',
    "li": '<li dir="auto">',
    "blockquote": '<blockquote dir="auto">\n',
    "table": '<div class="table-scroll" tabindex="0" role="group" aria-label="Table"><table dir="auto">\n',
}
_END_TAGS = {
    **{tag: f"</{tag}>\n" for tag in ("p", "li", "ul", "ol", "blockquote", "thead", "tbody", "tr")},
    "table": "</table></div>\n",
}
