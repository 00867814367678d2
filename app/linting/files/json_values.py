"""A JSON array of objects, or objects one after another over several lines, taken apart without holding the file.

Only strings and brackets are looked at to find where a row ends; a row is then read like a line. So a row that is no
JSON costs no other, as long as its brackets and quotes are closed.
"""

import re
from collections.abc import Iterator

from app.imports.readers.reader import MAX_ROW_BYTES
from app.linting.files.json_text import read_object
from app.linting.files.rows import BROKEN_FILE, BYTE_ORDER_MARK, CHUNK, UNREADABLE_ROWS, Flaw, RawRow, RowFile, flaw
from app.linting.files.stream import Stream

_MARKS = re.compile(rb'["{}\[\]]')
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_BETWEEN = b" \t\r\n,"
_MARK = b"\xef\xbb\xbf"


class JsonValuesFile(RowFile):
    """A row's number is its place among the rows."""

    unit = "row"

    def __init__(self, stream: Stream, *, is_array: bool) -> None:
        self.kind = "JSON array" if is_array else "JSON objects"
        self._stream = stream
        self._outermost = 1 if is_array else 0  # how many brackets are open between two rows
        self._buffer = b""
        self._offset = 0  # of the buffer in the file
        self._start = 0  # in the buffer: where the row begins, or what stands between two rows
        self._at = 0  # in the buffer: how far it has been looked at
        self._open = 0
        self._row = 0
        self._is_over = False

    def rows(self) -> Iterator[RawRow | Flaw]:
        while not self._is_over:
            # Growing with what is held keeps the work linear where one string is very long.
            data = self._stream.read(max(CHUNK, len(self._buffer) - self._start))
            if isinstance(data, Flaw):
                yield data._replace(row=self._row + 1)
                return
            if not data:
                yield from self._end()
                return
            if not self._offset and not self._buffer and data.startswith(_MARK):
                yield flaw(BYTE_ORDER_MARK)
                data, self._offset = data.removeprefix(_MARK), len(_MARK)
            self._offset += self._start
            self._at -= self._start
            self._buffer, self._start = self._buffer[self._start :] + data, 0
            yield from self._look()
            if len(self._buffer) - self._start > MAX_ROW_BYTES:
                reason = f"is longer than {MAX_ROW_BYTES // 2**20} MB: is a quote or bracket not closed?"
                yield flaw(BROKEN_FILE, self._row + 1, reason)
                return

    def _look(self) -> Iterator[RawRow | Flaw]:
        """The rows that end in the buffer."""
        while not self._is_over and (mark := _MARKS.search(self._buffer, self._at)) is not None:
            if mark[0] == b'"':
                string = _STRING.match(self._buffer, mark.start())
                if string is None:
                    self._at = mark.start()
                    return  # it ends in what has not been read yet
                self._at = string.end()
                continue
            self._at = mark.end()
            yield from self._opened(mark.start()) if mark[0] in b"{[" else self._closed(mark.start())
        if not self._is_over:
            self._at = len(self._buffer)

    def _opened(self, place: int) -> Iterator[Flaw]:
        if self._open == self._outermost:
            yield from self._stray(place)
            self._start = place
        self._open += 1
        if self._open == 1 == self._outermost:
            self._start = self._at  # the array itself

    def _closed(self, place: int) -> Iterator[RawRow | Flaw]:
        self._open -= 1
        if self._open == self._outermost:
            self._row += 1
            yield from read_object(self._buffer[self._start : self._at], self._row, self._offset + self._start)
            self._start = self._at
        elif self._open < self._outermost:
            yield from self._stray(place)
            self._start = self._at
            self._is_over = True
            yield from self._after()

    def _after(self) -> Iterator[Flaw]:
        """What follows the last bracket."""
        rest = self._buffer[self._at :].strip() or self._stream.read()
        if isinstance(rest, Flaw):
            yield rest._replace(row=self._row + 1)
        elif rest.strip():
            yield flaw(BROKEN_FILE, self._row + 1, "the file goes on after its last bracket; the rest was not read")

    def _stray(self, end: int) -> Iterator[Flaw]:
        """What stands between two rows."""
        if self._buffer[self._start : end].strip(_BETWEEN):
            yield flaw(UNREADABLE_ROWS, self._row + 1, "something that is no object stands before it")

    def _end(self) -> Iterator[Flaw]:
        if self._open > 0:
            yield flaw(BROKEN_FILE, self._row + 1, "the file ends in the middle: a bracket is not closed")
        else:
            yield from self._stray(len(self._buffer))

    def fraction(self) -> float:
        return self._stream.fraction()

    def close(self) -> None:
        self._stream.close()
