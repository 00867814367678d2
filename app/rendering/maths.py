r"""Where formulas begin and end: `$..$`, `$$..$$`, `\(..\)` and `\[..\]`.

The first closing delimiter decides. When what lies between does not read as a formula (an amount of money, an
escaped bracket in prose) the delimiters are text, and nothing further on is tried: this keeps the search linear.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from app.rendering.limits import MAX_FORMULA_CHARACTERS, spend_inline_steps

_CLOSING = {"$": "$", "$$": "$$", r"\(": r"\)", r"\[": r"\]"}
_DISPLAY = {"$$", r"\["}
_AMOUNT_AND_WORDS = re.compile(r"[\d.,]+[^\\]*[\s(][A-Za-z]{2,}[^\\]*")
_LOOKS_LIKE_MATHS = re.compile(r"\s|.*[\\^_={}<>+]", re.DOTALL)
_BLANK_LINE = re.compile(r"\n[ \t]*\n")


def install(markdown: MarkdownIt) -> None:
    """Adds tokens `math_inline` and `math_block`: content is the LaTeX, markup the opening delimiter.

    `info` is "display" for formulas that stand on a line of their own.
    """
    markdown.inline.ruler.before("escape", "math_inline", _inline_rule)
    markdown.block.ruler.before(
        "fence", "math_block", _block_rule, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )


def closing(opening: str) -> str:
    return _CLOSING[opening]


def _inline_rule(state: StateInline, silent: bool) -> bool:
    opening = _opening_at(state.src, state.pos)
    if not opening:
        return False
    start = state.pos + len(opening)
    limit = min(state.posMax, start + MAX_FORMULA_CHARACTERS)
    end = _find_closing(state, _CLOSING[opening], start, limit)
    if end < 0 or not _is_formula(opening, state.src[start:end], state.src[end + 1 : end + 2]):
        return False
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content = state.src[start:end]
        token.markup = opening
        token.info = "display" if opening in _DISPLAY else ""
    state.pos = end + len(_CLOSING[opening])
    return True


def _opening_at(source: str, position: int) -> str:
    for opening in ("$$", "$", r"\(", r"\["):
        if source.startswith(opening, position):
            return opening
    return ""


def _find_closing(state: StateInline, delimiter: str, start: int, limit: int) -> int:
    """Position of the first `delimiter` that is not escaped, or -1."""
    position = state.src.find(delimiter, start, limit)
    while position > start:
        before = position
        while before > start and state.src[before - 1] == "\\":
            before -= 1
        if (position - before) % 2 == 0:
            return position
        spend_inline_steps(state.env, 0.1)
        position = state.src.find(delimiter, position + 1, limit)
    return -1


def _is_formula(opening: str, content: str, after: str) -> bool:
    if not content.strip() or _BLANK_LINE.search(content):
        return False
    if opening == r"\[":
        return _LOOKS_LIKE_MATHS.match(content) is not None
    if opening != "$":
        return True
    if content[0].isspace() or content[-1].isspace() or after.isdigit() or after.isupper() or after == "_":
        return False  # "$5 and $10", "$HOME:$PATH"
    return _AMOUNT_AND_WORDS.fullmatch(content) is None  # "$5 million (or 4 M EUR$)"


def _block_rule(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if state.is_code_block(start_line):
        return False
    start = state.bMarks[start_line] + state.tShift[start_line]
    opening = state.src[start : start + 2]
    if opening not in _DISPLAY:
        return False
    delimiter = _CLOSING[opening]
    end = state.src.find(delimiter, start + 2, start + 2 + MAX_FORMULA_CHARACTERS)
    last_line = _line_ending_with(state, end + 2, start_line, end_line) if end >= 0 else -1
    if last_line < 0:
        return False
    content = state.getLines(start_line, last_line + 1, state.blkIndent, False).strip()[2:-2]
    if not _is_formula(opening, content, ""):
        return False
    if silent:
        return True
    state.line = last_line + 1
    token = state.push("math_block", "math", 0)
    token.block = True
    token.content = content
    token.markup = opening
    token.info = "display"
    token.map = [start_line, state.line]
    return True


def _line_ending_with(state: StateBlock, position: int, start_line: int, end_line: int) -> int:
    """The line on which nothing but spaces follows `position`, or -1 when the block ends before it."""
    line = start_line
    while line < end_line and state.eMarks[line] < position:
        line += 1
        if line < end_line and (state.isEmpty(line) or state.sCount[line] < state.blkIndent):
            return -1
    if line >= end_line or state.src[position : state.eMarks[line]].strip():
        return -1
    return line
