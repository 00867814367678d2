"""JSON lines: one object a row, UTF-8, a line feed after each."""

from collections.abc import Sequence

import orjson
import pyarrow as pa

from app.releases.formats import Row
from app.releases.writers.files import HashingFile
from app.releases.writers.text import TextSink


class JsonLinesWriter:
    """Rows are written as they are: a key that a row leaves out, such as an optional one, is left out of its line."""

    def __init__(self, file: HashingFile, _schema: pa.Schema, compressed: bool) -> None:
        self._sink = TextSink(file, compressed=compressed)

    def write(self, rows: Sequence[Row]) -> None:
        self._sink.write(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))

    def close(self) -> None:
        self._sink.close()
