"""The bytes of a file, unpacked: gzip and zstd are told by their first bytes, whatever the name says."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from app.imports.readers.reader import MAX_ROW_BYTES
from app.linting.files.rows import (
    BROKEN_FILE,
    BYTE_ORDER_MARK,
    CHUNK,
    MIXED_LINE_ENDS,
    UNREADABLE_ROWS,
    Flaw,
    UnreadableFileError,
    flaw,
)

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_MARK = b"\xef\xbb\xbf"
_WIDE = {b"\xff\xfe\x00\x00": "UTF-32", b"\x00\x00\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_HEAD = 4096
TORN = (EOFError, gzip.BadGzipFile, zlib.error, OSError)
"""What unpacking raises in the middle of a damaged file."""


class Line(NamedTuple):
    """One line with its end. offset is where it begins, in bytes of the unpacked file."""

    number: int
    offset: int
    data: bytes


class Stream:
    """One file open for reading, from its beginning, once."""

    def __init__(self, path: Path) -> None:
        try:
            self._size = max(path.stat().st_size, 1)
            self._raw = path.open("rb")
        except OSError as error:
            raise UnreadableFileError(f"{path}: {error.strerror}.") from error
        self._lines = _unpacked(self._raw)

    def head(self) -> bytes:
        """The first bytes without a byte order mark; they are read again afterwards."""
        try:
            return self._lines.peek(_HEAD)[:_HEAD].removeprefix(_MARK)
        except TORN:
            return b""

    def wide_encoding(self) -> str | None:
        """UTF-16 or UTF-32, if the file begins as such do."""
        head = self.head()
        return next((name for mark, name in _WIDE.items() if head.startswith(mark)), None)

    def read(self, size: int = CHUNK) -> bytes | Flaw:
        """The next bytes, empty at the end."""
        try:
            return self._lines.read(size)
        except TORN as error:
            return flaw(BROKEN_FILE, detail=_torn(error))

    def lines(self) -> Iterator[Line | Flaw]:
        """Each line. One that is too long is passed over; how lines end is told at the end, if it differs."""
        number = offset = with_return = without = 0
        try:
            while data := self._lines.readline(MAX_ROW_BYTES + 1):
                number += 1
                if number == 1 and data.startswith(_MARK):
                    yield flaw(BYTE_ORDER_MARK)
                    data, offset = data.removeprefix(_MARK), len(_MARK)
                if len(data) > MAX_ROW_BYTES:
                    yield flaw(UNREADABLE_ROWS, number, f"the line is longer than {MAX_ROW_BYTES // 2**20} MB")
                    offset += len(data) + self._skip_line(data)
                    continue
                with_return += data.endswith(b"\r\n")
                without += data.endswith(b"\n") and not data.endswith(b"\r\n")
                yield Line(number, offset, data)
                offset += len(data)
        except TORN as error:
            yield flaw(BROKEN_FILE, number + 1, _torn(error))
        if with_return and without:
            yield flaw(MIXED_LINE_ENDS, detail=f"{with_return:,} lines end with \\r\\n, {without:,} with \\n")

    def _skip_line(self, data: bytes) -> int:
        """Read to the end of a line; how many bytes were skipped."""
        skipped = 0
        while data and not data.endswith(b"\n"):
            data = self._lines.readline(CHUNK)
            skipped += len(data)
        return skipped

    def fraction(self) -> float:
        return 1.0 if self._raw.closed else min(self._raw.tell() / self._size, 1.0)

    def close(self) -> None:
        self._lines.close()
        self._raw.close()


def _unpacked(raw: io.BufferedReader) -> io.BufferedReader | gzip.GzipFile:
    try:
        magic = raw.peek(4)[:4]
    except OSError as error:
        raise UnreadableFileError(f"{raw.name}: {error.strerror}.") from error
    if magic.startswith(_GZIP):
        return gzip.GzipFile(fileobj=raw)
    if magic == _ZSTD:
        import pyarrow as pa  # noqa: PLC0415 (a fifth of a second that other files need not wait)

        return io.BufferedReader(_Unpacker(pa.CompressedInputStream(raw, "zstd").read), CHUNK)
    return raw


class _Unpacker(io.RawIOBase):
    """Arrow's stream as the io module wants one."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed asks for any writable buffer
        data = self._read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _torn(error: Exception) -> str:
    if isinstance(error, EOFError):
        return "the compressed file ends too early: it was cut off"
    return f"the compressed file is not sound: {str(error)[:120]}"
