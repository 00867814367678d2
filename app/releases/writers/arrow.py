"""Arrow's IPC file format ("Feather"), in record batches of bounded size."""

from collections.abc import Sequence

import pyarrow as pa

from app.releases.formats import Row
from app.releases.writers.files import HashingFile


class ArrowWriter:
    """Writes a record batch for each batch of rows that comes."""

    def __init__(self, file: HashingFile, schema: pa.Schema, compressed: bool) -> None:
        self._schema = schema
        options = pa.ipc.IpcWriteOptions(compression="zstd" if compressed else None)
        self._writer = pa.ipc.new_file(pa.PythonFile(file, mode="w"), schema, options=options)

    def write(self, rows: Sequence[Row]) -> None:
        self._writer.write_batch(pa.RecordBatch.from_pylist(rows, schema=self._schema))

    def close(self) -> None:
        """Write the footer that makes it an Arrow file."""
        self._writer.close()
