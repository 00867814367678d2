"""What a character looks like, in lower-case Latin letters and digits where it looks like any: the ways to hide a word.

A folded character is one of a class of look-alikes: i and l are one, a digit is the letter that it stands for in
"leetspeak". Names and texts are folded alike, and `matching` then asks whether the look-alike is a fair one.
"""

import re
import unicodedata
from functools import cache

DIGIT_LETTERS = {"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b"}
SIGN_LETTERS = {"@": "a", "$": "s", "!": "l", "|": "l", "€": "e"}
"""Signs that may be letters, but seldom are: texts that hold one are read twice, see `matching`."""

_CLASSES = {"i": "l"} | DIGIT_LETTERS
_DROPPED_MARKS = re.compile(
    r"[\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_LATIN_NAME = re.compile(
    r"(?:LATIN|NEGATIVE|REGIONAL|MODIFIER)\b.*\bLETTER (?:SMALL )?(?:CAPITAL )?(?:DOTLESS "
    r"|LONG )?([A-Z])(?: WITH .*)?$"
)


@cache
def _spelled(character: str) -> str:
    """The letters and digits that a character is, without case, width, marks and script; "" where it is none."""
    if character.isascii():
        return character.lower() if character.isalnum() else ""
    if is_invisible(character):
        return ""
    plain = unicodedata.normalize("NFKD", character).casefold()
    plain = _DROPPED_MARKS.sub("", unicodedata.normalize("NFKD", plain))
    if len(plain) == 1 and not plain.isascii():
        return _look_alike(plain, character)
    plain = unicodedata.normalize("NFC", plain)
    return "".join(part for part in plain if _belongs_to_word(part))


def _look_alike(plain: str, character: str) -> str:
    # Loaded at the first use: its table takes an eighth of a second of every start.
    from confusable_homoglyphs import confusables  # type: ignore[import-untyped]  # no types  # noqa: PLC0415

    if latin := _LATIN_NAME.match(unicodedata.name(character, "")):
        return latin[1].lower()
    for form in (plain, plain.upper()):
        for other in confusables.confusables_data.get(form, ()):
            letter = str(other["c"])
            if letter.isascii() and letter.isalpha():
                return letter.lower()
    return plain if _belongs_to_word(plain) else ""


def _belongs_to_word(character: str) -> bool:
    """Letters, digits, and the signs that Indic scripts write vowels with."""
    return unicodedata.category(character)[0] in "LNM"


@cache
def is_invisible(character: str) -> bool:
    """Zero-width and other formatting characters, and marks that stand on the letter before."""
    return unicodedata.category(character) == "Cf" or bool(_DROPPED_MARKS.match(character)) or _is_selector(character)


def _is_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or character in "\u115f\u1160\u3164\u034f"


def spelled(character: str) -> str:
    """`character` as plain lower-case letters and digits, "" for everything else."""
    return _spelled(character)


class Folds(dict[str, str]):
    """From a character to its class, filled as characters turn up: a text has few different ones."""

    def __init__(self, signs: bool) -> None:
        super().__init__()
        self._signs = signs

    def __missing__(self, character: str) -> str:
        letters = SIGN_LETTERS.get(character, "") if self._signs else ""
        folded = "".join(_CLASSES.get(letter, letter) for letter in letters or _spelled(character))
        self[character] = folded
        return folded


FOLDS = Folds(signs=False)
FOLDS_WITH_SIGNS = Folds(signs=True)
