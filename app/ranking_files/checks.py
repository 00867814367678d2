"""What each value of a column must be, in words where it is not. Pure."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from app.ranking_files.columns import winner_of
from app.ranking_files.encoded import Booleans, Column
from app.ranking_files.problems import RowFault
from app.ratings.arrays import FloatArray, IntArray
from app.ratings.counts import LARGEST_COUNT

_LONGEST_NAME = 500
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_FLAGS: Mapping[Any, bool] = {0: False, 1: True, "0": False, "1": True, "0.0": False, "1.0": True} | {
    word: word.casefold() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")
}
Flaw = Callable[[Any], str | None]


@dataclass
class FaultLog:
    """Keeps the first faults of each column and counts all. Rows are positions from 0."""

    kept: list[tuple[int, str, str]] = field(default_factory=list)
    count: int = 0

    def judge(self, name: str, column: Column, flaw: Flaw, rows: Booleans | None = None, *, most: int = 100) -> None:
        """Note every row, or those of `rows` (N,), whose value has a flaw."""
        flaws = [flaw(value) for value in column.values]
        if any(flaws):
            wrong = np.array([reason is not None for reason in flaws])[column.codes]
            self.note(name, wrong if rows is None else wrong & rows, lambda row: str(flaws[column.codes[row]]), most)

    def note(self, name: str, wrong: Booleans, reason: Callable[[int], str], most: int = 100) -> None:
        """Note the rows of which `wrong` (N,) is true."""
        found = np.flatnonzero(wrong)
        self.count += len(found)
        self.kept += [(row, name, reason(row)) for row in found[:most].tolist()]

    def in_order(self, lines: IntArray, others: Sequence[RowFault] = ()) -> list[RowFault]:
        """What was kept, and faults from elsewhere, by line."""
        mine = [RowFault(int(lines[row]), name, reason) for row, name, reason in self.kept]
        return sorted([*mine, *others], key=lambda fault: fault.line)


def name_flaw(value: Any) -> str | None:
    """What is wrong with the name of a model."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return "is empty, where the name of a model must be"
    if not isinstance(value, str):
        return f"is {value!r:.80}, which is not a text, where the name of a model must be"
    if len(value) > _LONGEST_NAME:
        return f"is a name of {len(value):,} characters; {_LONGEST_NAME} are the most"
    return None


def winner_flaw(value: Any) -> str | None:
    """What is wrong with a word for the winner."""
    if value is None or value == "":
        return "is empty, where the winner must be"
    if isinstance(value, str) and winner_of(value) is not None:
        return None
    return f"is {value!r:.80}; a winner is model_a, model_b, tie or both_bad"


def flag_flaw(value: Any) -> str | None:
    """What is wrong with a 0 or 1."""
    return None if is_flag(value) else f"is {value!r:.80}, where 0 or 1 must be"


def is_flag(value: Any) -> bool:
    return isinstance(value, str | int | float) and value in _FLAGS


def flag_of(value: Any) -> bool:
    return _FLAGS[value] if is_flag(value) else False


def count_flaw(value: Any) -> str | None:
    """What is wrong with a number of votes."""
    return _number_flaw(value, "a number of votes")


def weight_flaw(value: Any) -> str | None:
    """What is wrong with the weight of a vote."""
    return _number_flaw(value, "the weight of a vote")


def _number_flaw(value: Any, what: str) -> str | None:
    number = _number(value)
    if number is None:
        return f"is empty, where {what} must be" if value in (None, "") else f"is {value!r:.80}, not a number"
    if not math.isfinite(number):
        return f"is {number}, where {what} must be"
    if number < 0.0:
        return f"is {number:g}, but {what} is not negative"
    return f"is {number:g}; more than 2**53 votes cannot be counted exactly" if number > LARGEST_COUNT else None


def numbers_of(column: Column) -> FloatArray:
    """(N,): the numbers of a column of counts, or weights, without flaws."""
    return np.array([_number(value) or 0.0 for value in column.values])[column.codes]


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    if not isinstance(value, str):
        return None
    text = value.strip()
    if text.casefold().lstrip("+-") in ("nan", "inf", "infinity"):
        return float(text)
    return float(text) if _NUMBER.fullmatch(text) else None
