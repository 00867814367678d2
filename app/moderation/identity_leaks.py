"""Finds where an answer names a model or a maker, in any spelling, and lets look-alike words be.

What counts is decided by the kind of the name (`name_kinds`), its spelling (`matching`) and what stands around it
(`leak_context`). Names in other scripts are found where they are listed; they are not transliterated.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from app.moderation.folded_text import readings
from app.moderation.leak_context import has_close_version, has_version, is_capitalised_as_a_name, speaks_of_itself
from app.moderation.matching import Match, Term, find_term
from app.moderation.name_kinds import BRANDS, INNOCENT_NEIGHBOURS, NameKind, is_plain_when_split, kind_of

_NEIGHBOURHOOD = 24


class Span(NamedTuple):
    """Characters start to end of the text (end exclusive) are `name`, as it was listed, in some spelling."""

    start: int
    end: int
    name: str


class LeakFinder:
    """Looks for `names`, ignoring those without letters. Made once, used for many texts, safe in several threads."""

    def __init__(self, names: Iterable[str], listed: Iterable[str] = ()) -> None:
        """listed: names that somebody listed for this very purpose; they need no evidence, but for common words."""
        on_list = {term.letters: term for term in map(Term, listed)}
        terms = {term.letters: term for term in [*map(Term, names), *on_list.values()] if not term.letters.isdigit()}
        self._terms = [
            (term, NameKind.DISTINCT if kind is NameKind.PLAIN and letters in on_list else kind)
            for letters, term in terms.items()
            if len(letters) > 1 and (kind := kind_of(term))
        ]

    def find(self, text: str) -> list[Span]:
        """The leaks in order, none within another: "Llama 3" rather than "Llama" where both are listed."""
        found: set[Span] = set()
        for folded in readings(text):
            for term, kind in self._terms:
                for match in find_term(folded, term):
                    if _counts(text, match, term, kind):
                        found.add(Span(match.start, match.end, term.written))
        return _outermost(found)


def _counts(text: str, match: Match, term: Term, kind: NameKind) -> bool:
    if match.split and not match.disguised and kind is NameKind.DISTINCT:
        kind = _kind_when_split(term)
    if kind is NameKind.DISTINCT:
        return not _is_innocent(text, match, term)
    if match.inside_camel:
        return False  # LlamaIndex and GraniteCounter are other things
    if match.disguised:
        return len(term.letters) > 2
    if kind is NameKind.PLAIN:
        return not match.plural and _is_evident(text, match, term)
    return _is_meant(text, match, term, kind)


def _is_meant(text: str, match: Match, term: Term, kind: NameKind) -> bool:
    """Whether a word that is known as a model's name too is meant as that here."""
    if speaks_of_itself(text, match.start, match.end):
        return not match.plural
    if kind is NameKind.CONTEXT or match.plural or _is_innocent(text, match, term):
        return False
    return has_version(text, match.end) or is_capitalised_as_a_name(text, match.start, match.end)


def _kind_when_split(term: Term) -> NameKind:
    if is_plain_when_split(term):
        return NameKind.WORD
    return NameKind.DISTINCT if term.letters in BRANDS or not term.letters.isalpha() else NameKind.PLAIN


def _is_evident(text: str, match: Match, term: Term) -> bool:
    """Whether a name that may be any word is meant as the model's here."""
    found = text[match.start : match.end]
    if has_close_version(text, match.end) or ("-" in found and "-" in term.written):
        return True
    return any(map(str.isupper, found)) and speaks_of_itself(text, match.start, match.end)


def _is_innocent(text: str, match: Match, term: Term) -> bool:
    """Its neighbours say that it is somebody or something else: Claude Shannon, Falcon 9."""
    if (neighbours := INNOCENT_NEIGHBOURS.get(term.letters)) is None:
        return False
    before, after = neighbours
    return bool(
        (before and re.search(before, text[max(0, match.start - _NEIGHBOURHOOD) : match.start].lower()))
        or re.match(after, text[match.end : match.end + _NEIGHBOURHOOD].lower())
    )


def _outermost(spans: set[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end, span.name)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept
