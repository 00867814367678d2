"""A file through a pure function: records out, what is wrong into the log, progress told."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from app.imports.formats.shape import Outcome, Shape
from app.imports.problems import ProblemLog
from app.imports.progress import ProgressReport
from app.imports.readers import open_reader
from app.imports.records import Fault, Faults, ImportedMatchup, Row

Record = TypeVar("Record")
_ROWS_BETWEEN_REPORTS = 256


def read_file(
    path: Path,
    read: Callable[[Mapping[str, Any]], Record | Faults],
    wanted: Collection[str] | None,
    log: ProblemLog,
    progress: ProgressReport,
) -> Iterator[tuple[int, Record]]:
    """Each sound row's line and record, in order. `read` returns a list where a row is not sound."""
    for row in _rows(path, wanted, log, progress):
        yield from _kept(path, row.line, read(row.values), log)


def read_matchups(
    path: Path, shape: Shape, log: ProblemLog, progress: ProgressReport
) -> Iterator[tuple[int, tuple[ImportedMatchup, ...]]]:
    """The same for a shape, whose rows may belong together; the line is that of the first of them."""
    if shape.together is None:
        yield from read_file(path, shape.read, shape.columns, log, progress)
        return
    held: list[Row] = []
    for row in _rows(path, shape.columns, log, progress):
        if held and not shape.together.joins([one.values for one in held], row.values):
            yield from _kept(path, held[0].line, _read_together(shape.together.read, held), log)
            held = []
        held.append(row)
    if held:
        yield from _kept(path, held[0].line, _read_together(shape.together.read, held), log)


def _read_together(read: Callable[[Sequence[Mapping[str, Any]]], Outcome], rows: Sequence[Row]) -> Outcome:
    return read([row.values for row in rows])


def _kept(path: Path, line: int, outcome: Record | Faults, log: ProblemLog) -> Iterator[tuple[int, Record]]:
    if isinstance(outcome, list):
        log.add(path, line, outcome)
    else:
        yield line, outcome


def _rows(path: Path, wanted: Collection[str] | None, log: ProblemLog, progress: ProgressReport) -> Iterator[Row]:
    """The rows that could be read; those that could not go into the log."""
    rows = 0
    with open_reader(path) as reader:
        for row in reader.rows(wanted):
            rows += 1
            if rows % _ROWS_BETWEEN_REPORTS == 0:
                progress.advance(rows, reader.fraction())
            if isinstance(row, Fault):
                log.add(path, row.line, [(row.column, row.reason)])
            else:
                yield row
    if not rows:
        log.add(path, 1, [("", "the file holds no rows")])
