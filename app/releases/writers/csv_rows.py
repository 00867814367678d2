r"""CSV as RFC 4180 has it, with a header, and with texts that no spreadsheet takes for a formula.

A text that begins with =, +, -, @ (in either width), a tab or a line break gets an apostrophe before it, as does one
that begins with apostrophes and then one of those. Taking one apostrophe away wherever it stands before such a
beginning is the exact undoing, and what the import does. Numbers are not texts: -3 stays -3.
"""

import csv
import io
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
import pyarrow as pa

from app.releases.formats import Row
from app.releases.writers.files import HashingFile
from app.releases.writers.text import TextSink

_WIDE = "".join(chr(ord(letter) + 0xFEE0) for letter in "=+-@")
FORMULA = re.compile(rf"'*[=+\-@\t\r\n{_WIDE}]")


class CsvWriter:
    """What is neither text nor number stands as JSON in its cell; what is missing is an empty cell."""

    def __init__(self, file: HashingFile, schema: pa.Schema, compressed: bool) -> None:
        self._sink = TextSink(file, compressed=compressed)
        self._names = schema.names
        self._write_lines([self._names])

    def write(self, rows: Sequence[Row]) -> None:
        self._write_lines([[_cell(row.get(name)) for name in self._names] for row in rows])

    def close(self) -> None:
        self._sink.close()

    def _write_lines(self, lines: Sequence[Sequence[Any]]) -> None:
        buffer = io.StringIO(newline="")
        csv.writer(buffer, lineterminator="\r\n").writerows(lines)
        self._sink.write(buffer.getvalue().encode())


def _cell(value: Any) -> Any:
    match value:
        case str():
            return f"'{value}" if FORMULA.match(value) else value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return value
        case datetime():
            return value.isoformat()
        case _:
            return orjson.dumps(value).decode()
