"""How an answer is marked up, in the detail that the public arena datasets give: the same rules as battles/style.py."""

import re
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_HEADER = re.compile(r"^ {0,3}(#{1,6})[ \t]", re.MULTILINE)
_UNORDERED = re.compile(r"^[ \t]*[-*+][ \t]", re.MULTILINE)
_ORDERED = re.compile(r"^[ \t]*\d{1,9}[.)][ \t]", re.MULTILINE)
_BOLD = {"**": re.compile(r"\*\*[^*\n]+\*\*"), "__": re.compile(r"__[^_\n]+__")}
LEVELS = ("h1", "h2", "h3", "h4", "h5", "h6")


def counts_type(names: Sequence[str]) -> pa.StructType:
    return pa.struct([pa.field(name, pa.int64()) for name in names])


HEADERS, LISTS, BOLD = counts_type(LEVELS), counts_type(("ordered", "unordered")), counts_type(tuple(_BOLD))


def markdown_counts(texts: Sequence[str]) -> dict[str, dict[str, Any]]:
    """header_count by level, list_count by kind and bold_count by mark, over all texts; code is not looked at."""
    prose = [_CODE.sub("\n", text) if "```" in text else text for text in texts]
    levels = [len(found) for text in prose if "#" in text for found in _HEADER.findall(text)]
    return {
        "header_count": {name: levels.count(level) for level, name in enumerate(LEVELS, start=1)},
        "list_count": {
            "ordered": sum(len(_ORDERED.findall(text)) for text in prose),
            "unordered": sum(len(_UNORDERED.findall(text)) for text in prose),
        },
        "bold_count": {
            mark: sum(len(rule.findall(text)) for text in prose if mark in text) for mark, rule in _BOLD.items()
        },
    }
