"""Arrow's IPC files and streams, with as much of a Parquet file's manners as the child process needs."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa


class ArrowSource:
    """Rows counts by the first batch, as the others would have to be read for it. What is broken raises on reading."""

    def __init__(self, path: Path) -> None:
        mapped = pa.memory_map(str(path))
        try:
            self._reader: pa.RecordBatchFileReader | pa.RecordBatchStreamReader = pa.ipc.open_file(mapped)
        except pa.ArrowInvalid:
            mapped.seek(0)
            self._reader = pa.ipc.open_stream(mapped)
        self.columns = self._reader.schema.names
        self.rows = 0
        if isinstance(self._reader, pa.RecordBatchFileReader) and self._reader.num_record_batches:
            self.rows = self._reader.num_record_batches * self._reader.get_batch(0).num_rows

    def batches(self, size: int, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
        """Batches of at most so many rows, each checked: nothing in such a file can be trusted to fit together."""
        for batch in self._stored():
            batch.validate(full=True)
            wanted = batch if columns is None else batch.select(list(columns))
            for start in range(0, wanted.num_rows, size):
                yield wanted.slice(start, size)

    def _stored(self) -> Iterator[pa.RecordBatch]:
        if isinstance(self._reader, pa.RecordBatchFileReader):
            yield from map(self._reader.get_batch, range(self._reader.num_record_batches))
        else:
            yield from self._reader
