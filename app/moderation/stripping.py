"""Takes out what is in no human language: code, addresses, formulas, markup."""

import re

_NOT_PROSE = re.compile(
    r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)"  # fenced code, closed or not
    r"|`[^`\n]{1,500}`"
    r"|\$\$[^$]{1,2000}\$\$|\$[^$\n]{1,200}\$|\\\([^)]{1,500}\\\)"
    r"|https?://\S+|\S+@\S+\.\w+"
    r"|</?[A-Za-z][^<>\n]{0,300}>",
    re.DOTALL,
)
_CODE_LINE = re.compile(
    r"^(?:\s{4,}\S.*|\s*(?:import|from|def|class|return|function|const|let|var|public|private|static|#include"
    r"|using|package"
    r"|SELECT|INSERT|UPDATE|for|if|while|else|elif|try|except)\b.*[;:{}()=].*|.*[;{}]\s*)$",
    re.MULTILINE,
)
_PROSE_LIKE = re.compile(r"(?:[^\W\d_]+[\s,]+){6}")


def prose_of(text: str) -> str:
    """What is left of `text` without code, addresses, formulas and tags."""
    return _CODE_LINE.sub(_unless_prose, _NOT_PROSE.sub(" ", text))


def _unless_prose(line: re.Match[str]) -> str:
    return line[0] if _is_prose(line[0]) else " "


def has_code_block(text: str) -> bool:
    return "```" in text or "~~~" in text


def code_lines(text: str) -> int:
    """How many lines look like source code."""
    return sum(1 for line in _CODE_LINE.finditer(text) if not _is_prose(line[0]))


def _is_prose(line: str) -> bool:
    """Several words in a row, or letters beyond ASCII: a Greek question ends like a line of C."""
    return bool(_PROSE_LIKE.search(line)) or any(not letter.isascii() and letter.isalpha() for letter in line)
