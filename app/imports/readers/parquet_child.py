"""The child process that reads a Parquet or Arrow file: `python -m app.imports.readers.parquet_child FILE`.

It writes one JSON object a line: first {"columns", "rows"}; then, when it has read a line with the list of columns that
are wanted (null for all), {"row"} or {"fault": [line, column, reason], "is_last"} for each row, and {"end": true}.
"""

import resource
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from app.imports.readers.arrow_source import ArrowSource
from app.imports.readers.reader import MAX_COLUMNS, MAX_ROW_BYTES

_MEMORY_BYTES = 512 * 1024 * 1024
_BATCH_ROWS = 64
_TOO_MUCH = f"reading it takes more than {_MEMORY_BYTES // 2**20} MB: its rows expand too far"


def main() -> None:
    path = Path(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY_BYTES, _MEMORY_BYTES))
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    kind = "Arrow" if path.suffix == ".arrow" else "Parquet"
    try:
        file = ArrowSource(path) if kind == "Arrow" else _ParquetSource(path)
        reason = file.reason if isinstance(file, _ParquetSource) else None
    except (pa.ArrowException, OSError, MemoryError, ValueError) as error:
        reason = f"is not a sound {kind} file: {_brief(error)}"
    if reason:
        _write(_fault(1, "", reason, is_last=True))
        return
    header = {"columns": file.columns, "rows": file.rows}
    _write(orjson.dumps(header, option=orjson.OPT_APPEND_NEWLINE))
    request = sys.stdin.buffer.readline()
    if request:
        _write_rows(file, orjson.loads(request))


class _ParquetSource:
    """A Parquet file; reason is what no file of texts has, if it has that."""

    def __init__(self, path: Path) -> None:
        self._file = pq.ParquetFile(path, buffer_size=2**20)
        self.columns = self._file.schema_arrow.names
        self.rows = self._file.metadata.num_rows
        self.reason = _implausible(self._file.metadata, path.stat().st_size)

    def batches(self, size: int, columns: list[str] | None) -> Iterator[pa.RecordBatch]:
        return self._file.iter_batches(batch_size=size, columns=columns, use_threads=False)


def _implausible(metadata: pq.FileMetaData, size: int) -> str | None:
    """What no file of texts has."""
    if metadata.num_columns > MAX_COLUMNS:
        return f"has {metadata.num_columns:,} columns; {MAX_COLUMNS:,} are the most that any format needs"
    groups = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
    columns = range(metadata.num_columns)
    most = max((sum(group.column(column).num_values for group in groups) for column in columns), default=0)
    return f"claims {most:,} values in {size:,} bytes, as no file of texts does" if most > size else None


def _write_rows(file: ArrowSource | _ParquetSource, wanted: list[str] | None) -> None:
    columns = None if wanted is None else [name for name in file.columns if name in wanted]
    done = 0
    try:
        for batch in file.batches(_BATCH_ROWS, columns):
            for line in _lines(_in_microseconds(batch), done):
                sys.stdout.buffer.write(line)
            done += batch.num_rows
        _write(b'{"end": true}\n')
    except MemoryError:
        _write(_fault(done + 1, "", _TOO_MUCH, is_last=True))
    except (pa.ArrowException, OSError) as error:
        _write(_fault(done + 1, "", f"the file is broken from here on: {_brief(error)}", is_last=True))


def _lines(batch: pa.RecordBatch, done: int) -> Iterator[bytes]:
    """A line for each row of a batch. Only where the batch holds what is not text are its rows looked at singly."""
    try:
        rows = batch.to_pylist()
    except ValueError:  # UnicodeDecodeError is one
        rows = None
    for place in range(batch.num_rows):
        line = done + place + 1
        yield _row_line(line, rows[place]) if rows is not None else _single_line(line, batch.slice(place, 1))


def _single_line(line: int, batch: pa.RecordBatch) -> bytes:
    row: dict[str, Any] = {}
    for name in batch.schema.names:
        try:
            row[name] = batch.column(name)[0].as_py()
        except UnicodeDecodeError as error:
            return _fault(line, name, f"is not UTF-8: byte {error.start + 1} is 0x{error.object[error.start]:02x}")
        except ValueError as error:
            return _fault(line, name, _brief(error))
    return _row_line(line, row)


def _row_line(line: int, row: dict[str, Any]) -> bytes:
    try:
        text = orjson.dumps({"row": row}, default=_plain, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError as error:
        return _fault(line, "", f"holds something that is neither text nor number: {_brief(error)}")
    if len(text) > MAX_ROW_BYTES:
        return _fault(line, "", f"the row is larger than {MAX_ROW_BYTES // 2**20} MB")
    return text


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)


def _in_microseconds(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Times in nanoseconds, which Python has no type for, cut to microseconds."""
    for place, kind in enumerate(batch.schema.types):
        if pa.types.is_timestamp(kind) and kind.unit == "ns":
            cut = batch.column(place).cast(pa.timestamp("us", kind.tz), safe=False)
            batch = batch.set_column(place, batch.schema.names[place], cut)
    return batch


def _fault(line: int, column: str, reason: str, *, is_last: bool = False) -> bytes:
    return orjson.dumps({"fault": [line, column, reason], "is_last": is_last}, option=orjson.OPT_APPEND_NEWLINE)


def _write(line: bytes) -> None:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


def _brief(error: Exception) -> str:
    return str(error).split("\n", maxsplit=1)[0][:200]


if __name__ == "__main__":
    main()
