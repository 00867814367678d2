"""Where the blocks of a text begin, for showing it while it grows."""

import re

from app.rendering.limits import TooComplexError
from app.rendering.parser import parse_structure

_LINE_END = re.compile(r"\r\n?|\n")


def start_of_last_block(text: str) -> int:
    """The offset at which the last top-level block of `text` begins; 0 where there is but one, or none can be told."""
    try:
        tokens = parse_structure(text)
    except (TooComplexError, RecursionError):
        return 0
    lines = [token.map[0] for token in tokens if token.level == 0 and token.nesting >= 0 and token.map]
    if len(lines) < 2:
        return 0
    ends = [found.end() for found in _LINE_END.finditer(text)]
    return ends[lines[-1] - 1]
