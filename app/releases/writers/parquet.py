"""Parquet, in row groups of bounded size, so that neither the writer nor a reader needs the whole in memory."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from app.releases.formats import Row
from app.releases.writers.files import HashingFile

GROUP_ROWS = 50_000
GROUP_BYTES = 16 * 2**20


class ParquetWriter:
    """Collects rows as Arrow batches and writes a row group when it has enough of either rows or bytes."""

    def __init__(self, file: HashingFile, schema: pa.Schema, compressed: bool) -> None:
        self._schema = schema
        sink = pa.PythonFile(file, mode="w")
        self._writer = pq.ParquetWriter(sink, schema, compression="zstd" if compressed else "none")
        self._batches: list[pa.RecordBatch] = []

    def write(self, rows: Sequence[Row]) -> None:
        self._batches.append(pa.RecordBatch.from_pylist(rows, schema=self._schema))
        count = sum(batch.num_rows for batch in self._batches)
        if count >= GROUP_ROWS or sum(batch.nbytes for batch in self._batches) >= GROUP_BYTES:
            self._write_group()

    def close(self) -> None:
        """Write what is left, and the footer that makes it a Parquet file."""
        if self._batches:
            self._write_group()
        self._writer.close()

    def _write_group(self) -> None:
        table = pa.Table.from_batches(self._batches, self._schema)
        self._batches = []
        self._writer.write_table(table, row_group_size=max(table.num_rows, 1))
