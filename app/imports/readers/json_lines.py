"""JSON lines: one object a line."""

from collections.abc import Collection, Iterator
from pathlib import Path

import orjson

from app.imports.readers.byte_lines import ByteLines, utf8_flaw
from app.imports.readers.reader import Reader
from app.imports.records import Fault, Row


class JsonLinesReader(Reader):
    """Rows that are broken are named and passed over, because the next line begins afresh."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._lines = ByteLines(path)

    def rows(self, wanted: Collection[str] | None = None) -> Iterator[Row | Fault]:  # noqa: ARG002 (all or nothing)
        for line in self._lines:
            if isinstance(line, Fault):
                yield line
                return
            if line.isspace():
                continue
            if self._lines.line == 1 and line.lstrip().startswith(b"["):
                yield Fault(1, "", "this is a JSON array; write one object a line instead (jq -c '.[]' does it)")
                return
            yield self._parse(line)

    def _parse(self, line: bytes) -> Row | Fault:
        number = self._lines.line
        try:
            values = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            reason = utf8_flaw(line) or f"is not JSON: {error.msg}"
            return Fault(number, f"character {error.colno}", reason)
        if not isinstance(values, dict):
            return Fault(number, "", f"is a JSON {type(values).__name__}, not an object with columns")
        return Row(number, values)

    def fraction(self) -> float:
        return self._lines.fraction()

    def close(self) -> None:
        self._lines.close()
