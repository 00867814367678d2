"""Texts that went through a wrong encoding, or hold what no text holds."""

import re
from array import array
from collections.abc import Sequence

from app.linting.checks.check import Check, FileFacts, place
from app.linting.examples import Example, Text
from app.linting.log import Log
from app.linting.places import Place
from app.linting.rules import Rule

MOJIBAKE = Rule(
    "mojibake",
    "warning",
    "Texts that were decoded with a wrong encoding",
    "Words hold letters that nobody wrote, like Ã© for é, and a model learns to write them.",
    "Decode the source as UTF-8. Where it is lost: text.encode('cp1252').decode('utf-8') mends most of them.",
)
REPLACEMENT_CHARACTERS = Rule(
    "replacement-characters",
    "warning",
    "Replacement characters where letters were lost",
    "The letters cannot be brought back; a model learns to write the sign that stands for them.",
    "Read the source again with its own encoding; leave the rows out where that is not possible.",
)
LONE_SURROGATES = Rule(
    "lone-surrogates",
    "error",
    "Halves of characters",
    "A lone surrogate is not Unicode text: Arrow, Parquet, databases and most tokenizers refuse it.",
    "The text was cut in the middle of a character; cut it one character earlier.",
)
CONTROL_CHARACTERS = Rule(
    "control-characters",
    "warning",
    "Control characters in texts",
    "They are not seen, split words for a tokenizer, and NUL ends the text or the import in some databases.",
    "Remove them; terminal colours and form feeds usually come from copied output.",
)
MARKS_IN_TEXT = Rule(
    "byte-order-marks-in-texts",
    "note",
    "Byte order marks inside texts",
    "The sign is not seen, but makes equal texts differ.",
    "Remove U+FEFF.",
)
MIXED_NEWLINES = Rule(
    "mixed-newlines",
    "note",
    "Some texts break lines with \\r, the others with \\n alone",
    "Equal texts differ, and where one side of the pairs comes from another system, newlines tell the two apart.",
    "Replace \\r\\n and \\r by \\n everywhere.",
)

# What UTF-8 looks like through Windows-1252 or Latin-1: a lead byte's letter, then the letters of following bytes.
_FOLLOWING = "\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122"
_MOJIBAKE = re.compile(
    f"[\u00c2-\u00df][{_FOLLOWING}]|[\u00e0-\u00ef][{_FOLLOWING}]{{2}}|[\u00f0-\u00f4][{_FOLLOWING}]{{3}}"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_RETURN = re.compile("\r\n?")
_FEW = 0.5
"""If most texts with line breaks have \\r, the file has one kind of its own."""


class Encodings(Check):
    """Eight bytes for each row with a carriage return; of all others nothing is kept."""

    rules = (
        MOJIBAKE,
        REPLACEMENT_CHARACTERS,
        LONE_SURROGATES,
        CONTROL_CHARACTERS,
        MARKS_IN_TEXT,
        MIXED_NEWLINES,
    )
    needs_texts = True

    def __init__(self, log: Log) -> None:
        super().__init__(log)
        self._with_return = array("q")
        self._without = 0

    def see(self, example: Example) -> None:
        has_return = has_newline = False
        for text in example.texts:
            has_return = has_return or "\r" in text.text
            has_newline = has_newline or "\n" in text.text
            if not text.text.isascii():
                self._look_beyond_ascii(example, text)
            if not text.text.isprintable() and (control := _CONTROL.search(text.text)):
                detail = f"U+{ord(control[0]):04X}"
                self.log.add(CONTROL_CHARACTERS, place(example, text.column, detail))
        if has_return:
            self._with_return.append(example.file << 40 | example.row)
        else:
            self._without += has_newline

    def _look_beyond_ascii(self, example: Example, text: Text) -> None:
        if "\ufffd" in text.text:
            count = text.text.count("\ufffd")
            self.log.add(REPLACEMENT_CHARACTERS, place(example, text.column, f"{count:,} of them"))
        if "\ufeff" in text.text:
            self.log.add(MARKS_IN_TEXT, place(example, text.column))
        if _SURROGATE.search(text.text):
            self.log.add(LONE_SURROGATES, place(example, text.column))
        if (found := _first_mojibake(text.text)) is not None:
            detail = f"U+{ord(found[0]):04X} U+{ord(found[1]):04X}, probably meant as {_mended(found)!r}"
            self.log.add(MOJIBAKE, place(example, text.column, detail))

    def finish(self, files: Sequence[FileFacts]) -> None:  # noqa: ARG002 (nothing of them is needed)
        """Files that break lines in one way only are nobody's trouble, whichever it is."""
        returns = len(self._with_return)
        if not returns or not self._without:
            return
        if returns > _FEW * (returns + self._without):
            self.log.sum_up(MIXED_NEWLINES, f"{returns:,} rows have \\r, {self._without:,} break lines with \\n alone.")
            return
        for packed in self._with_return:
            self.log.add(MIXED_NEWLINES, Place(packed >> 40, packed & (1 << 40) - 1))


def _first_mojibake(text: str) -> str | None:
    """The first sequence that is one character of UTF-8 when it is written back as bytes."""
    for match in _MOJIBAKE.finditer(text):
        if _mended(match[0]) is not None and not _stands_alone(text, match.start(), match.end()):
            return match[0]
    return None


def _mended(found: str) -> str | None:
    """What was probably meant; None where the bytes spell nothing, or nothing but a control character."""
    try:
        meant = bytes(_byte_of(letter) for letter in found).decode()
    except ValueError:
        return None
    return meant if meant.isprintable() or meant == "\u00a0" else None


def _byte_of(letter: str) -> int:
    """Windows-1252 has five bytes without a letter, which programs leave as they are."""
    try:
        return letter.encode("cp1252")[0]
    except UnicodeEncodeError:
        return ord(letter)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """A capital before a quotation mark or the like at a word's end: "VOILÀ”" is no mojibake."""
    two = end - start == 2
    quoted = text[start + 1] in "\u2018\u2019\u201c\u201d\u203a\u00bb\u2026\u2013\u2014\u2122"
    return two and quoted and start > 0 and text[start - 1].isupper()
