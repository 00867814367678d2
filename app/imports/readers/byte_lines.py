"""The lines of a text file as bytes, plain or gzipped, however hostile."""

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path

from app.imports.readers.reader import MAX_ROW_BYTES
from app.imports.records import Fault

_FREE_BYTES = 16 * 1024 * 1024
_MAX_EXPANSION = 200  # text that people wrote shrinks 3 to 10 times, and repeated rows some 50 times


class ByteLines:
    """Iterating yields each line with its end, and at most one Fault, which is then the last."""

    def __init__(self, path: Path) -> None:
        self._size = max(path.stat().st_size, 1)
        self._raw = path.open("rb")
        self._is_zipped = path.suffix == ".gz"
        self._lines: io.BufferedReader | gzip.GzipFile = (
            gzip.GzipFile(fileobj=self._raw) if self._is_zipped else self._raw
        )
        self.line = 0
        self._read_bytes = 0

    def fraction(self) -> float:
        return 1.0 if self._raw.closed else min(self._raw.tell() / self._size, 1.0)

    def close(self) -> None:
        self._lines.close()
        self._raw.close()

    def __iter__(self) -> Iterator[bytes | Fault]:
        try:
            while line := self._lines.readline(MAX_ROW_BYTES + 1):
                self.line += 1
                self._read_bytes += len(line)
                if self.line == 1:
                    line = line.removeprefix(b"\xef\xbb\xbf")
                reason = self._refusal(line)
                if reason:
                    yield Fault(self.line, "", f"{reason}; the rest of the file was not read")
                    return
                yield line
        except EOFError:
            yield Fault(self.line + 1, "", "the gzip file ends too early: it was cut off")
        except (gzip.BadGzipFile, zlib.error) as error:
            yield Fault(self.line + 1, "", f"this is not a sound gzip file: {error}")

    def _refusal(self, line: bytes) -> str | None:
        if len(line) > MAX_ROW_BYTES:
            return f"the line is longer than {MAX_ROW_BYTES // 2**20} MB"
        if self.line == 1 and line.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "the file is UTF-16; save it as UTF-8"
        if self._is_zipped and self._read_bytes > _FREE_BYTES + _MAX_EXPANSION * self._raw.tell():
            return f"the gzip file expands more than {_MAX_EXPANSION} times, as no text does"
        return None


def utf8_flaw(line: bytes) -> str | None:
    """Where a line stops being UTF-8, in words."""
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return f"is not UTF-8: byte {error.start + 1} of the line is 0x{line[error.start]:02x}"
    return None
