"""What a format is: a name, the columns that give it away, and a pure function from a row to matchups."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from app.imports.records import Faults, ImportedMatchup

Read = TypeVar("Read")
Outcome = tuple[ImportedMatchup, ...] | Faults
"""The matchups of a row, nearly always one; or, as a list, what is wrong with it."""


class Together(NamedTuple):
    """How rows that follow each other are one thing: whether the next joins those so far, and a reader of them all."""

    joins: Callable[[Sequence[Mapping[str, Any]], Mapping[str, Any]], bool]
    read: Callable[[Sequence[Mapping[str, Any]]], Outcome]


@dataclass(frozen=True)
class Shape:
    """One format.

    marks are sets of columns that rows of no other format have together; one set is enough. columns are all that are
    read, None for whatever there is. repeats_matchups says whether several rows may be about one matchup, each with
    votes of its own. together is there where a row alone may be a part of something; read then reads one that is not.
    """

    name: str
    marks: tuple[frozenset[str], ...]
    columns: frozenset[str] | None
    read: Callable[[Mapping[str, Any]], Outcome]
    repeats_matchups: bool = False
    together: Together | None = None


def renamed(outcome: Read | Faults, names: Mapping[str, str]) -> Read | Faults:
    """The outcome with its faults under the names that the columns have in the file; `x[2]` is renamed as `x` is."""
    if not isinstance(outcome, list):
        return outcome
    return [(_name_of(column, names), reason) for column, reason in outcome]


def _name_of(column: str, names: Mapping[str, str]) -> str:
    for inner in sorted(names, key=len, reverse=True):
        if column == inner or column.startswith((f"{inner}[", f"{inner}.")):
            return names[inner] + column[len(inner) :]
    return column
