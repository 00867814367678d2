"""The Markdown that is understood: CommonMark with tables, strikethrough, task lists and maths, within limits."""

import re

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore, block, normalize
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from app.rendering import limits, maths

_EMPHASIS_RUN = re.compile(r"\*+|_+|~+")


class _CountedInlineParser(ParserInline):
    """Counts the look-ahead that brackets cause; it grows with the square of the number of brackets."""

    def skipToken(self, state: StateInline) -> None:  # noqa: N802 (named by markdown-it)
        limits.spend_inline_steps(state.env, 0.05)
        super().skipToken(state)


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802, ARG002 (named by markdown-it; any address will do)
        """Every address is let through here, so that an image with an embedded picture is still read as an image.

        What may become a link is decided where links are written.
        """
        return True


def _count_block(state: StateBlock, _start: int, _end: int, _silent: bool) -> bool:
    # markdown-it drops what lies deeper than its own limit; text that is not shown must not be judged.
    if state.level >= limits.MAX_BLOCK_DEPTH:
        raise limits.TooComplexError
    _count_tokens(state)
    return False


def _count_tokens(state: StateBlock | StateCore) -> None:
    if len(state.tokens) > limits.MAX_BLOCK_TOKENS:
        raise limits.TooComplexError


def _count_inline(state: StateInline, _silent: bool) -> bool:
    # A run of emphasis marks is read in one step, and each mark of it becomes a token.
    run = _EMPHASIS_RUN.match(state.src, state.pos)
    limits.spend_inline_steps(state.env, len(run[0]) if run else 1)
    return False


def _build() -> MarkdownIt:
    markdown = _Markdown("zero")
    markdown.inline = _CountedInlineParser()
    markdown.configure(
        "commonmark",
        {"html": False, "tasklists": True, "maxNesting": limits.MAX_BLOCK_DEPTH + 2},
    )
    markdown.enable(["table", "strikethrough"]).disable(["html_block", "html_inline"])
    maths.install(markdown)
    # Asked at every block and at every row of a table, which fills up its short rows with cells; and once at the end.
    markdown.block.ruler.before("table", "count", _count_block, {"alt": ["blockquote"]})
    markdown.core.ruler.after("block", "count", _count_tokens)
    markdown.inline.ruler.before("text", "count", _count_inline)
    return markdown


_MARKDOWN = _build()


def parse(text: str) -> list[Token]:
    """Block tokens of `text`, raising TooComplexError where a limit is reached."""
    _check_size(text)
    return _MARKDOWN.parse(text, {})


def parse_structure(text: str) -> list[Token]:
    """The same without a look into the blocks: what stands in a line is not parsed."""
    _check_size(text)
    state = StateCore(text, _MARKDOWN, {})
    normalize(state)
    block(state)
    return state.tokens


def _check_size(text: str) -> None:
    if len(text) > limits.MAX_CHARACTERS or text.count("\n") > limits.MAX_LINES:
        raise limits.TooComplexError
