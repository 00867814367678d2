"""The kinds of file that a dataset can be written as, by their extension."""

from collections.abc import Callable, Sequence
from typing import Protocol

import pyarrow as pa

from app.releases.formats import Row
from app.releases.writers.arrow import ArrowWriter
from app.releases.writers.csv_rows import CsvWriter
from app.releases.writers.files import HashingFile
from app.releases.writers.jsonl import JsonLinesWriter
from app.releases.writers.parquet import ParquetWriter


class Writer(Protocol):
    """Takes rows that fit the schema, in order. The file is whole only after close."""

    def write(self, rows: Sequence[Row]) -> None: ...

    def close(self) -> None: ...


WRITERS: dict[str, Callable[[HashingFile, pa.Schema, bool], Writer]] = {
    "jsonl": JsonLinesWriter,
    "parquet": ParquetWriter,
    "csv": CsvWriter,
    "arrow": ArrowWriter,
}
"""Made of a file, a schema, and whether it is compressed: text by gzip, the others by zstd within."""
GZIPPED = ("jsonl", "csv")
"""Those whose name says so when they are compressed."""
