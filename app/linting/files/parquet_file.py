"""Parquet, by the reader of imports: a child process with a limit on its memory reads it."""

from collections.abc import Iterator
from pathlib import Path

from app.imports.readers.parquet_rows import ParquetReader
from app.imports.records import Fault
from app.linting.files.rows import BROKEN_FILE, INVALID_UTF8, UNREADABLE_ROWS, Flaw, RawRow, RowFile, flaw


class ParquetFile(RowFile):
    kind = "Parquet"
    unit = "row"

    def __init__(self, path: Path) -> None:
        self._reader = ParquetReader(path)

    def rows(self) -> Iterator[RawRow | Flaw]:
        row: RawRow | Flaw | None = None
        for found in self._reader.rows():
            if row is not None:
                yield row
            if not isinstance(found, Fault):
                row = RawRow(found.line, found.values)
            elif found.reason.startswith("is not UTF-8"):
                row = flaw(INVALID_UTF8, found.line, found.reason, found.column)
            else:
                row = flaw(UNREADABLE_ROWS, found.line, found.reason, found.column)
        if isinstance(row, Flaw) and row.rule is UNREADABLE_ROWS:
            row = row._replace(rule=BROKEN_FILE)  # a fault at the end ended the reading
        if row is not None:
            yield row

    def fraction(self) -> float:
        return self._reader.fraction()

    def close(self) -> None:
        self._reader.close()
