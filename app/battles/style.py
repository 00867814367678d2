"""The style of an answer in Markdown, as four whole numbers: what style control holds fixed between two answers."""

import re
from collections.abc import Iterable
from typing import NamedTuple

_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_HEADER = re.compile(r"^ {0,3}#{1,6}[ \t]", re.MULTILINE)
_LIST = re.compile(r"^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]", re.MULTILINE)
_BOLD = re.compile(r"\*\*[^*\n]+\*\*|__[^_\n]+__")


class Style(NamedTuple):
    """Length and marks of one answer.

    characters: all of them, also those of code
    headers:    lines that begin with one to six #
    lists:      items of lists, with bullets or numbers
    bold:       spans in ** or __
    Marks inside fenced code are code, and not counted.
    """

    characters: int
    headers: int
    lists: int
    bold: int


def measure_style(texts: Iterable[str]) -> Style:
    """The style of one answer, given the texts of its blocks."""
    text = "\n".join(texts)
    prose = _CODE.sub("\n", text) if "```" in text else text
    headers = len(_HEADER.findall(prose)) if "#" in prose else 0
    bold = len(_BOLD.findall(prose)) if "**" in prose or "__" in prose else 0
    return Style(len(text), headers, len(_LIST.findall(prose)), bold)
