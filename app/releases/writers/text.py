"""Text files, compressed by gzip if that is wanted."""

import gzip

from app.releases.writers.files import HashingFile


class TextSink:
    """Takes UTF-8. The gzip header holds neither name nor time, so the same rows make the same file."""

    def __init__(self, file: HashingFile, *, compressed: bool) -> None:
        self._file = file
        self._gzip = gzip.GzipFile("", "wb", fileobj=file, mtime=0) if compressed else None

    def write(self, data: bytes) -> None:
        (self._gzip or self._file).write(data)

    def close(self) -> None:
        """Write what gzip holds back. The file itself stays open."""
        if self._gzip is not None:
            self._gzip.close()
