"""CSV, with comma, semicolon or tab. A row may hold line breaks between quotes; it stands on the line it begins on."""

import csv
from collections.abc import Iterator

from app.imports.readers.reader import MAX_COLUMNS, MAX_ROW_BYTES
from app.linting.files.json_text import decoded
from app.linting.files.rows import BROKEN_FILE, UNREADABLE_ROWS, Flaw, RawRow, RowFile, flaw
from app.linting.files.stream import Line, Stream

_LINE_COST = 64  # bytes, so that a row of half a million empty lines is too long as well


class CsvFile(RowFile):
    kind = "CSV"
    unit = "line"

    def __init__(self, stream: Stream) -> None:
        csv.field_size_limit(MAX_ROW_BYTES)
        self._stream = stream
        self._line = 0
        self._begins = 1
        self._bytes = 0
        self._flaws: list[Flaw] = []
        header = stream.head().split(b"\n", maxsplit=1)[0]
        self._separator = max(",;\t", key=lambda sign: header.count(sign.encode()))

    def rows(self) -> Iterator[RawRow | Flaw]:
        reader = csv.reader(self._lines(), delimiter=self._separator, strict=True)
        columns: list[str] | None = None
        while True:
            self._begins, self._bytes = self._line + 1, 0
            fields: list[str] | Flaw | None
            try:
                fields = next(reader, None)
            except csv.Error as error:
                fields = flaw(UNREADABLE_ROWS, self._begins, f"is not CSV: {error}")
            except _RowTooLongError:
                reason = f"the row is longer than {MAX_ROW_BYTES // 2**20} MB: is a quote not closed?"
                yield flaw(BROKEN_FILE, self._begins, reason)
                return
            yield from self._flaws
            self._flaws.clear()
            if fields is None:
                return
            if isinstance(fields, Flaw):
                yield fields
            elif columns is None:
                columns = fields
                if (wrong := _header_flaw(columns)) is not None:
                    yield wrong
                    return
            elif len(fields) != len(columns):
                if fields:
                    reason = f"has {len(fields):,} fields where the header has {len(columns):,}"
                    yield flaw(UNREADABLE_ROWS, self._begins, reason)
            else:
                yield RawRow(self._begins, dict(zip(columns, fields, strict=True)))

    def _lines(self) -> Iterator[str]:
        for line in self._stream.lines():
            if not isinstance(line, Line):
                self._flaws.append(line)
                continue
            self._line = line.number
            self._bytes += len(line.data) + _LINE_COST
            if self._bytes > MAX_ROW_BYTES:
                raise _RowTooLongError
            text, wrong = decoded(line.data, line.number, line.offset)
            if wrong is not None:
                self._flaws.append(wrong)
            yield text

    def fraction(self) -> float:
        return self._stream.fraction()

    def close(self) -> None:
        self._stream.close()


class _RowTooLongError(Exception):
    pass


def _header_flaw(columns: list[str]) -> Flaw | None:
    if len(columns) > MAX_COLUMNS:
        return flaw(BROKEN_FILE, 1, f"has {len(columns):,} columns; {MAX_COLUMNS:,} are the most that any format needs")
    twice = next((name for place, name in enumerate(columns) if name in columns[:place]), None)
    return None if twice is None else flaw(BROKEN_FILE, 1, "the header names this column twice", twice[:100])
