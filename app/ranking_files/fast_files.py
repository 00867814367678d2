"""Files into columns by Arrow: a million rows in a second, without an object for each."""

import gzip
from collections.abc import Collection, Mapping
from itertools import islice
from pathlib import Path
from typing import IO, Any, TypeGuard, cast

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.json as arrow_json
import pyarrow.parquet as pq

from app.imports.readers import open_reader
from app.imports.readers.csv_rows import CsvReader
from app.imports.readers.reader import MAX_ROW_BYTES, header_fault
from app.imports.records import Fault
from app.ranking_files.encoded import Rows, from_arrow

# A conversation may be long; a block of the file has to hold the longest row.
_BLOCK_BYTES = MAX_ROW_BYTES
_LOOKED_AT = 100
_CODED_TEXT = pa.dictionary(pa.int32(), pa.string())
_EXCLUSIONS = pa.list_(pa.struct([pa.field("lifted_at", pa.string())]))


def is_parquet(path: Path) -> bool:
    return path.suffix.lower() == ".parquet"


def find_columns(path: Path) -> tuple[str, ...] | Fault:
    """The columns of a file, those of JSON lines by its first hundred rows; or why there are none.

    Raises InvalidInputError for a file that is not there, or of an unknown kind.
    """
    if is_parquet(path) and path.is_file():
        return _parquet_columns(path)
    with open_reader(path) as reader:
        if isinstance(reader, CsvReader):
            return reader.columns if _is_sound(reader.columns) else _first_fault(reader.rows())
        columns: dict[str, None] = {}
        for row in islice(reader.rows(), _LOOKED_AT):
            if isinstance(row, Fault):
                return tuple(columns) or row
            columns.update(dict.fromkeys(row.values))
    return tuple(columns) or Fault(1, "", "the file holds no rows")


def _is_sound(columns: tuple[str, ...] | None) -> TypeGuard[tuple[str, ...]]:
    return columns is not None and header_fault(columns) is None


def _first_fault(rows: Any) -> Fault:
    found = next(iter(rows), None)
    return found if isinstance(found, Fault) else Fault(1, "", "the file holds no rows")


def read_fast(path: Path, wanted: Collection[str]) -> Rows | None:
    """The wanted columns of a file of JSON lines or CSV; None where Arrow cannot make sense of it as it is."""
    try:
        with path.open("rb") as raw, gzip.open(raw) if path.suffix == ".gz" else raw as opened:
            stream = cast("IO[bytes]", opened)
            is_csv = ".csv" in path.name.lower()
            table = _read_csv(stream, wanted) if is_csv else _read_json(stream, path, wanted)
        return from_arrow(table, None)
    except (pa.ArrowException, OSError, ValueError):
        return None


def _read_csv(stream: IO[bytes], wanted: Collection[str]) -> pa.Table:
    return arrow_csv.read_csv(
        stream,
        read_options=arrow_csv.ReadOptions(block_size=_BLOCK_BYTES),
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(
            include_columns=list(wanted),
            column_types=dict.fromkeys(wanted, _CODED_TEXT),
            strings_can_be_null=False,
            null_values=[],
        ),
    )


def _read_json(stream: IO[bytes], path: Path, wanted: Collection[str]) -> pa.Table:
    with open_reader(path) as reader:
        first = [row.values for row in islice(reader.rows(), _LOOKED_AT) if not isinstance(row, Fault)]
    schema = pa.schema([(name, _json_type(name, first)) for name in wanted])
    return arrow_json.read_json(
        stream,
        read_options=arrow_json.ReadOptions(block_size=_BLOCK_BYTES),
        parse_options=arrow_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
    )


def _json_type(name: str, rows: Collection[Mapping[str, Any]]) -> pa.DataType:
    """By the first row that has the column. Should another row differ, Arrow gives up and rows are read singly."""
    value = next((row[name] for row in rows if row.get(name) is not None), None)
    match value:
        case bool():
            return pa.bool_()
        case int():
            return pa.int64()
        case float():
            return pa.float64()
        case list():
            return _EXCLUSIONS
        case _:
            return pa.string()


def read_parquet(path: Path, wanted: Collection[str]) -> Rows | Fault:
    """The wanted columns of a Parquet file, or why it cannot be read. A line is a row, counted from 1."""
    try:
        schema = pq.read_schema(path)
        texts = [name for name in wanted if _is_text(schema.field(name).type)]
        table = pq.read_table(path, columns=list(wanted), read_dictionary=texts)
        return from_arrow(table, np.arange(1, table.num_rows + 1))
    except UnicodeDecodeError:
        return Fault(1, "", "a column holds text that is not UTF-8")
    except (pa.ArrowException, OSError, ValueError) as error:
        return Fault(1, "", f"is not a sound Parquet file: {_brief(error)}")


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _parquet_columns(path: Path) -> tuple[str, ...] | Fault:
    try:
        columns = tuple(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        return Fault(1, "", f"is not a sound Parquet file: {_brief(error)}")
    return header_fault(columns) or columns


def _brief(error: Exception) -> str:
    return str(error).split("\n", maxsplit=1)[0][:200]
