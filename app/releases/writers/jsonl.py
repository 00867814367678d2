"""JSON lines: one object a row, UTF-8, a line feed after each."""

from collections.abc import Sequence

import orjson
import pyarrow as pa

from app.releases.formats import Row
from app.releases.writers.files import HashingFile


class JsonLinesWriter:
    """Rows are written as they are: a key that a row leaves out, such as an optional one, is left out of its line."""

    def __init__(self, file: HashingFile, _schema: pa.Schema) -> None:
        self._file = file

    def write(self, rows: Sequence[Row]) -> None:
        self._file.write(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))

    def close(self) -> None:
        """Nothing is held back."""
