"""A file through a pure function: records out, what is wrong into the log, progress told."""

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from app.imports.problems import ProblemLog
from app.imports.progress import ProgressReport
from app.imports.readers import open_reader
from app.imports.records import Fault, Faults

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
    rows = 0
    with open_reader(path) as reader:
        for row in reader.rows(wanted):
            rows += 1
            if rows % _ROWS_BETWEEN_REPORTS == 0:
                progress.advance(rows, reader.fraction())
            if isinstance(row, Fault):
                log.add(path, row.line, [(row.column, row.reason)])
                continue
            outcome = read(row.values)
            if isinstance(outcome, list):
                log.add(path, row.line, outcome)
            else:
                yield row.line, outcome
    if not rows:
        log.add(path, 1, [("", "the file holds no rows")])
