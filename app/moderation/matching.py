"""Finds a term as a whole word in any spelling, in time linear in the text: substring search, then a look at each hit.

Of a hit the letters are compared one by one, and what stands between them is judged: a term may be broken anywhere by
what is not seen (zero-width characters, emphasis marks, tags), between its own words by a space, hyphen or the like,
and elsewhere only if all its letters are apart ("G-P-T") or one hyphen breaks a long word.
"""

# Letters of other scripts are meant as they stand.
# ruff: noqa: RUF001, RUF003

import itertools
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from app.moderation.folded_text import FoldedText
from app.moderation.folding import DIGIT_LETTERS, FOLDS, spelled

_MARKS = re.compile(r"[*_~`\\]")
_SEPARATOR = re.compile(r"[^\S\n]{0,2}(?:[\-‐‑‒–—.·•/+|'’׳]|\n)?[^\S\n]{0,2}")
_LEAST_DISGUISED = 4  # letters: shorter terms would be found in hexadecimal numbers and the like
_LEAST_HYPHENATED = 5
_JOINING_PARTS = re.compile(
    r"^(?:chat|open|deep|star|code|mini|inter|smol|cloud)(?=...)|(?<=...)(?:gpt|lm|seek|coder|mind)$"
)


class Match(NamedTuple):
    """Characters start to end. disguised: no innocent reason for this spelling. split: its joined parts stand apart."""

    start: int
    end: int
    disguised: bool
    split: bool
    plural: bool
    inside_camel: bool


class Term:
    """A word or name to find. letters: as it is spelled; folded: as it is searched; steps: where its words begin."""

    def __init__(self, written: str) -> None:
        self.written = written
        letters: list[str] = []
        steps: set[int] = set()
        joined_steps: set[int] = set()
        before = ""
        for index, character in enumerate(written):
            parts = spelled(character)
            if not parts:
                before = ""
                continue
            if letters and not before:
                steps.add(len(letters))
            elif before and _begins_word(before, character, written[index + 1 : index + 2]):
                joined_steps.add(len(letters))
            letters.extend(parts)
            before = character
        self.letters = "".join(letters)
        self.folded = "".join(FOLDS[letter] for letter in letters)
        if not steps and not joined_steps:
            joined_steps = {at for part in _JOINING_PARTS.finditer(self.letters) for at in part.span()}
        self.joined_steps = frozenset(joined_steps - {0, len(self.letters)} - steps)
        self.steps = frozenset(steps | self.joined_steps)

    def words(self) -> list[tuple[int, int]]:
        """The extents of its words within `letters`."""
        cuts = [0, *sorted(self.steps), len(self.letters)]
        return list(itertools.pairwise(cuts))


def _begins_word(before: str, here: str, after: str) -> bool:
    if before.isdigit() != here.isdigit():
        return True
    return here.isupper() and (before.islower() or (before.isupper() and after.islower()))


def find_term(folded: FoldedText, term: Term) -> Iterator[Match]:
    """Every place where the term stands as a whole word."""
    at = folded.letters.find(term.folded) if term.folded else -1
    while at >= 0:
        if match := _match_at(folded, term, at):
            yield match
        at = folded.letters.find(term.folded, at + 1)


def _match_at(folded: FoldedText, term: Term, at: int) -> Match | None:
    end = at + len(term.folded)
    starts_in_camel = not folded.is_word_step(at)
    if starts_in_camel and not folded.is_camel_step(at):
        return None
    ending = _ending(folded, at, end)
    substitutions = _substitutions(folded, term, at) if ending else None
    gaps = _judge_gaps(folded, term, at) if substitutions is not None else None
    if ending is None or substitutions is None or gaps is None:
        return None
    return Match(
        start=folded.origins[at],
        end=folded.end_of(end - 1),
        disguised=bool(substitutions) or gaps == "disguised",
        split=any(folded.gap(at + step).isspace() for step in term.joined_steps),
        plural=ending == "plural",
        inside_camel=starts_in_camel or ending == "camel",
    )


def _ending(folded: FoldedText, at: int, end: int) -> str | None:
    """How the word ends before letter `end`: "word", "camel", "plural"; None where it goes on."""
    if folded.is_word_step(end):
        return "word"
    last, following = folded.original(end - 1), folded.original(end)
    if last.isdigit() != following.isdigit():
        return "word"
    if folded.is_camel_step(end):
        return "camel"
    if following in "sS" and folded.is_word_step(end + 1):
        return "plural"
    return "word" if end - at > 2 and folded.has_korean_ending(end) else None


def _substitutions(folded: FoldedText, term: Term, at: int) -> int | None:
    """How many letters are written as something else; None where one of them is simply another letter."""
    count = foreign = costumes = 0
    for offset, letter in enumerate(term.letters):
        original = folded.original(at + offset)
        if original.lower() == letter:
            continue
        written = spelled(original)
        if letter in written:
            foreign += letter.isascii() and _is_foreign(original)
            costumes += letter.isascii() and not _is_accented(original)
        elif written.isdigit():
            if DIGIT_LETTERS.get(written, "") != FOLDS[letter] or letter.isdigit():
                return None
            count += 1
        elif not _is_fair(original, letter):
            return None
        else:
            count += original not in "Il"
    if foreign == len(term.letters) < _LEAST_HYPHENATED:
        return None  # "сора" is a word of its own, whatever it looks like
    if count and (len(term.letters) < _LEAST_DISGUISED or 3 * count > 2 * len(term.letters)):
        return None  # "ph1" and "1111" are no names
    return count + costumes


def _is_foreign(original: str) -> bool:
    """A letter of another script, not one in costume like full width: a whole short word of them is simply a word."""
    return not unicodedata.normalize("NFKD", original).isascii() and not _is_accented(original)


def _is_accented(original: str) -> bool:
    """An accent alone is no disguise: there are languages that write them."""
    return original.isascii() or "\u00c0" <= original <= "\u024f"


def _is_fair(original: str, letter: str) -> bool:
    if letter.isdigit():
        return False
    if letter in "il" and original in "Il":
        return True
    return not original.isascii() or not original.isalnum()


def _judge_gaps(folded: FoldedText, term: Term, at: int) -> str | None:
    """Either "plain" or "disguised", None where what stands between the letters keeps them from being the term."""
    apart: set[int] = set()
    hidden = False
    origins = folded.origins
    for offset in range(1, len(term.folded)):
        if origins[at + offset] - origins[at + offset - 1] <= 1:
            continue
        gap = folded.gap(at + offset)
        rest = unicodedata.normalize("NFKC", _MARKS.sub("", gap))
        if rest and not _SEPARATOR.fullmatch(rest):
            return None
        if offset in term.steps:
            continue
        if rest or gap == "_":
            apart.add(offset)
        else:
            hidden = hidden or _is_unseen(folded, at + offset)
    if not apart:
        return "disguised" if hidden else "plain"
    return _judge_apart(folded, term, at, apart)


def _is_unseen(folded: FoldedText, index: int) -> bool:
    """More than an accent stands between."""
    between = folded.text[folded.origins[index - 1] + 1 : folded.origins[index]]
    return not re.fullmatch(r"[\u0300-\u036f]*", between)


def _judge_apart(folded: FoldedText, term: Term, at: int, apart: set[int]) -> str | None:
    spaced_letters = 0
    for first, last in term.words():
        inner = set(range(first + 1, last))
        if not (broken := inner & apart):
            continue
        if broken == inner:
            spaced_letters += last - first
        elif not _is_hyphenated(folded, at, first, last, broken):
            return None
    if not spaced_letters:
        return "plain"
    if spaced_letters < 3 or (len(term.letters) < _LEAST_HYPHENATED and _stands_among_letters(folded, term, at)):
        return None
    return "disguised"


def _is_hyphenated(folded: FoldedText, at: int, first: int, last: int, broken: set[int]) -> bool:
    if len(broken) > 1 or last - first < _LEAST_HYPHENATED:
        return False
    (place,) = broken
    return min(place - first, last - place) >= 2 and not re.search(r"[^\S\n]", folded.gap(at + place))


def _stands_among_letters(folded: FoldedText, term: Term, at: int) -> bool:
    """One of a row of single letters, as in an alphabet or a formula: "e f g p t u"."""
    end = at + len(term.letters)
    usual = folded.gap(at + 1)
    before = at > 1 and folded.gap(at) == usual and folded.gap(at - 1) and folded.original(at - 1) not in "aI"
    after = end < len(folded.letters) - 1 and folded.gap(end) == usual and folded.gap(end + 1)
    return bool(before or (after and folded.original(end).isalpha()))
