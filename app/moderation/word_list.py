"""The built-in check: words and phrases that are asked for nowhere in good faith, and those that an arena adds."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

from app.moderation.checks import Verdict
from app.moderation.folded_text import readings
from app.moderation.matching import Term, find_term


class Span(NamedTuple):
    """Characters start to end of the text (end exclusive) are a word of this category."""

    start: int
    end: int
    category: str


class WordList:
    """The built-in words and `added` ones, by category. Made once and used for many texts, safe in several threads."""

    def __init__(self, added: Mapping[str, Iterable[str]] | None = None) -> None:
        own = [(category, word) for category, words in (added or {}).items() for word in words]
        terms = ((category, Term(word)) for category, word in (*_built_in(), *own))
        self._terms = [(category, term) for category, term in terms if len(term.letters) > 1]

    def find(self, text: str) -> list[Span]:
        """What was found, in order; words of several categories may overlap."""
        found: set[Span] = set()
        for folded in readings(text):
            for category, term in self._terms:
                found.update(Span(match.start, match.end, category) for match in find_term(folded, term))
        return sorted(found)

    def check(self, text: str) -> Verdict:
        categories = tuple(sorted({span.category for span in self.find(text)}))
        return Verdict(flagged=bool(categories), categories=categories)


@cache
def _built_in() -> tuple[tuple[str, str], ...]:
    text = resources.files("app.moderation").joinpath("word_list.txt").read_text(encoding="utf-8")
    lines = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return tuple((category, word) for category, word in lines)
