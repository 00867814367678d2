"""What all readers have in common."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Self

from app.imports.records import Fault, Row

MAX_ROW_BYTES = 32 * 1024 * 1024
"""A row that is larger is a mistake or an attack: no conversation is that long."""
MAX_COLUMNS = 1000


class Reader(ABC):
    """One open file. columns is None where each row has its own, as in JSON lines."""

    columns: tuple[str, ...] | None = None

    def __init__(self, path: Path) -> None:
        self.path = path

    @abstractmethod
    def rows(self, wanted: Collection[str] | None = None) -> Iterator[Row | Fault]:
        """All rows, in order; may leave out columns that are not wanted."""

    @abstractmethod
    def fraction(self) -> float:
        """How much of the file has been read, from 0 to 1."""

    @abstractmethod
    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def header_fault(columns: Collection[str]) -> Fault | None:
    """What makes a header unusable, if anything."""
    if len(columns) > MAX_COLUMNS:
        return Fault(1, "", f"has {len(columns):,} columns; {MAX_COLUMNS:,} are the most that any format needs")
    seen: set[str] = set()
    for column in columns:
        if column in seen:
            return Fault(1, column, "the header names this column twice")
        seen.add(column)
    return None
