"""What is wrong with the rows of a file, in words and places."""

from dataclasses import dataclass, field
from pathlib import Path

from app.errors import ConflictError
from app.imports.records import Faults

KEPT = 1000
"""How many problems are kept to be shown; all are counted."""
TOLD = 20
"""How many of them an error tells over the API."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason against one row. The column is empty where it is the row as a whole."""

    file: str
    line: int
    column: str
    reason: str


@dataclass
class ProblemLog:
    """Keeps the first problems and counts all."""

    kept: list[Problem] = field(default_factory=list)
    count: int = 0

    def add(self, path: Path, line: int, faults: Faults) -> None:
        for column, reason in faults:
            self.count += 1
            if len(self.kept) < KEPT:
                self.kept.append(Problem(path.name, line, column, reason))


class RefusedRowsError(ConflictError):
    """Rows that the arena itself stands against; nothing was loaded."""

    def __init__(self, log: ProblemLog) -> None:
        first = log.kept[0]
        super().__init__(
            f"{first.file}, line {first.line}: {first.reason}. "
            f"Nothing was loaded; rows like this one: {log.count:,}{' or more' if log.count >= KEPT else ''}.",
            errors=[{"line": one.line, "column": one.column, "reason": one.reason} for one in log.kept[:TOLD]],
            count=log.count,
        )
        self.log = log


class UnreadableRowsError(RefusedRowsError):
    """Rows that are wrong in themselves, whatever the arena holds."""

    status = 422
    title = "Rows cannot be read"
