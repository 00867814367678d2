"""CSV as RFC 4180 has it: commas, double quotes, a header, UTF-8.

An apostrophe before what a spreadsheet would take for a formula is how our own exports, and many others, keep it from
being one. It is no part of the text: one is taken away.
"""

import csv
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from app.imports.readers.byte_lines import ByteLines, utf8_flaw
from app.imports.readers.reader import MAX_ROW_BYTES, Reader, header_fault
from app.imports.records import Fault, Row

_WIDE = "".join(chr(ord(letter) + 0xFEE0) for letter in "=+-@")
_DEFUSED = re.compile(rf"'+[=+\-@\t\r\n{_WIDE}]")
_LINE_COST = 64  # bytes, so that a row of half a million empty lines is too long as well


class _RowTooLongError(Exception):
    pass


class CsvReader(Reader):
    """A row may hold line breaks between quotes; its line is the one that it begins on."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        csv.field_size_limit(MAX_ROW_BYTES)
        self._lines = ByteLines(path)
        self._row_bytes = 0
        self._row_flaw: str | None = None
        self._stopped: Fault | None = None
        self._reader = csv.reader(self._text(), strict=True)
        self._header_fault: Fault | None = None
        header = self._next_fields()
        if isinstance(header, Fault):
            self._header_fault = header
        elif header is not None:
            self._header_fault = header_fault(header)
            self.columns = tuple(header)

    def _text(self) -> Iterator[str]:
        """Lines for the csv module. A broken one is passed on mended, and its row marked, so that reading goes on."""
        for line in self._lines:
            if isinstance(line, Fault):
                self._stopped = line
                return
            self._row_bytes += len(line) + _LINE_COST
            if self._row_bytes > MAX_ROW_BYTES:
                raise _RowTooLongError
            flaw = utf8_flaw(line)
            self._row_flaw = self._row_flaw or flaw
            yield line.decode(errors="replace" if flaw else "strict")

    def _next_fields(self) -> list[str] | Fault | None:
        """The next row's fields; None at the end."""
        self._row_bytes, self._row_flaw = 0, None
        begins = self._lines.line + 1
        try:
            fields = next(self._reader)
        except StopIteration:
            return None
        except _RowTooLongError:
            self._stopped = Fault(
                begins, "", f"the row is longer than {MAX_ROW_BYTES // 2**20} MB: is a quote not closed?"
            )
            return self._stopped
        except csv.Error as error:
            return self._stopped or Fault(begins, "", f"is not CSV: {error}")
        return Fault(begins, "", self._row_flaw) if self._row_flaw else fields

    def rows(self, wanted: Collection[str] | None = None) -> Iterator[Row | Fault]:  # noqa: ARG002 (it is read anyway)
        if self._header_fault is not None:
            yield self._header_fault
            return
        columns = self.columns or ()
        while True:
            begins = self._lines.line + 1
            fields = self._next_fields()
            if isinstance(fields, Fault):
                yield fields
            elif fields is None:
                break
            elif fields and len(fields) != len(columns):
                yield Fault(begins, "", f"has {len(fields)} fields where the header has {len(columns)}")
            elif fields:
                yield Row(begins, dict(zip(columns, map(_plain, fields), strict=True)))
            if fields is self._stopped:
                return
        if self._stopped is not None:
            yield self._stopped

    def fraction(self) -> float:
        return self._lines.fraction()

    def close(self) -> None:
        self._lines.close()


def _plain(field: str) -> str:
    return field[1:] if field.startswith("'") and _DEFUSED.match(field) else field
