"""Where in the files something is: kept as a few numbers each, since a file may be wrong in every row."""

from array import array
from collections.abc import Iterator
from typing import NamedTuple

MOST_WORDS = 10_000
"""How many different (column, detail) a finding keeps; details beyond them are left out, rows never."""
NO_ROW = 0


class Place(NamedTuple):
    """file is the file's number, from 0; row counts from 1 and is NO_ROW where it is the file as a whole.

    other_file and other_row name the row that it clashes with; other_row is NO_ROW where there is none.
    """

    file: int
    row: int
    column: str = ""
    detail: str = ""
    other_file: int = 0
    other_row: int = NO_ROW


class Places:
    """Places in the order in which they were added, at some 32 bytes each."""

    def __init__(self) -> None:
        self._numbers = array("q")
        self._words: dict[tuple[str, str], int] = {}

    def add(self, place: Place) -> None:
        words = (place.column, place.detail)
        known = self._words.get(words)
        if known is None:
            if len(self._words) >= MOST_WORDS:
                words = (place.column, "") if (place.column, "") in self._words else ("", "")
            known = self._words.setdefault(words, len(self._words))
        self._numbers.extend((place.file << 32 | known, place.row, place.other_file, place.other_row))

    def __len__(self) -> int:
        return len(self._numbers) // 4

    def __iter__(self) -> Iterator[Place]:
        words, numbers = list(self._words), self._numbers
        for at in range(0, len(numbers), 4):
            first, row, other_file, other_row = numbers[at : at + 4]
            column, detail = words[first & 0xFFFFFFFF]
            yield Place(first >> 32, row, column, detail, other_file, other_row)

    def rows(self) -> int:
        """How many different rows are named."""
        numbers = self._numbers
        return len({(numbers[at] >> 32, numbers[at + 1]) for at in range(0, len(numbers), 4)})
