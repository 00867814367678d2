"""The way from text to HTML: controls made visible, parsed, written, sanitised."""

from markupsafe import Markup, escape

from app.rendering.allowlist import sanitise
from app.rendering.characters import show_controls
from app.rendering.converter import convert
from app.rendering.limits import TooComplexError
from app.rendering.parser import parse
from app.rendering.pieces import pieces_of
from app.rendering.writer import HtmlWriter

_NOTE = '<p class="render-note">Too long or too deeply nested to be formatted: shown as plain text.</p>\n'


def render_markdown(text: str) -> Markup:
    """HTML of what a model or a person wrote in Markdown, to be put inside an element of class `content`.

    Raises nothing for any `text`, and holds no id, style, script, form or anything that is loaded. The same text gives
    the same HTML (formulas and code show their source where the helper process cannot be started). Ordinary answers
    take milliseconds and the worst about a second, so call it in a thread, not on the event loop.
    """
    text = show_controls(text)
    try:
        tokens = parse(text)
        html = HtmlWriter(convert(pieces_of(tokens))).write(tokens)
    except (TooComplexError, RecursionError):
        html = _NOTE + _preformatted(text)
    return _finish(html)


def render_plain(text: str) -> Markup:
    """HTML that shows `text` as it is, line by line, without formatting."""
    return _finish(_preformatted(show_controls(text)))


def _preformatted(text: str) -> str:
    # The span keeps a first empty line: browsers drop a line break that directly follows <pre>.
    return f'<pre class="plain-text" dir="auto"><span>{escape(text)}</span></pre>'


def _finish(html: str) -> Markup:
    # Character references are only resolved by the parsers, so "&#x202e;" has to be looked for again at the end.
    return Markup(show_controls(sanitise(html)))  # noqa: S704 (this is the sanitised end of the way)
