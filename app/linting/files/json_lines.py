"""JSON lines: an object a line. Each line begins afresh, so a broken one costs no other."""

from collections.abc import Iterator

from app.linting.files.json_text import read_object
from app.linting.files.rows import Flaw, RawRow, RowFile
from app.linting.files.stream import Line, Stream


class JsonLinesFile(RowFile):
    kind = "JSON lines"
    unit = "line"

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def rows(self) -> Iterator[RawRow | Flaw]:
        for line in self._stream.lines():
            if not isinstance(line, Line):
                yield line
            elif not line.data.isspace():
                yield from read_object(line.data, line.number, line.offset)

    def fraction(self) -> float:
        return self._stream.fraction()

    def close(self) -> None:
        self._stream.close()
