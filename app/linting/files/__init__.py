"""Bytes in, rows out, in constant memory; what is wrong with the bytes comes out among the rows."""

import re
from pathlib import Path

import orjson

from app.linting.files.csv_table import CsvFile
from app.linting.files.json_lines import JsonLinesFile
from app.linting.files.json_values import JsonValuesFile
from app.linting.files.parquet_file import ParquetFile
from app.linting.files.rows import FILE_RULES, Flaw, RawRow, RowFile, UnreadableFileError
from app.linting.files.stream import Stream

__all__ = ["FILE_RULES", "Flaw", "RawRow", "RowFile", "UnreadableFileError", "open_file", "require"]

_JSON, _TABLE = (".jsonl", ".ndjson", ".json"), (".csv", ".tsv")
_PACKED = (".gz", ".zst", ".zstd")
_ARRAY = re.compile(rb"\[\s*(?:[{\]]|\Z)")


def require(path: Path) -> None:
    """Raises UnreadableFileError for a file that is not there or cannot be opened."""
    if path.is_dir():
        raise UnreadableFileError(f"{path} is a folder; name the files in it.")
    Stream(path).close()


def open_file(path: Path) -> RowFile:
    """The file by its content where that is plain, and else by its name.

    Raises UnreadableFileError for a file that is not there or cannot be opened, and for kinds that hold no rows.
    """
    require(path)
    stream = Stream(path)
    head, wide = stream.head(), stream.wide_encoding()
    if wide is not None:
        stream.close()
        raise UnreadableFileError(f"{path.name} is {wide}; save it as UTF-8.")
    suffixes = [suffix.lower() for suffix in path.suffixes]
    suffix = next((suffix for suffix in reversed(suffixes) if suffix not in _PACKED), "")
    if head.startswith(b"PAR1") or suffix == ".parquet":
        stream.close()
        return ParquetFile(path)
    if suffix in _TABLE:
        return CsvFile(stream)
    if suffix in _JSON or head.lstrip()[:1] in (b"{", b"["):
        return _json_file(stream, head.lstrip())
    stream.close()
    raise UnreadableFileError(
        f"{path.name}: neither its beginning nor its name tells what it is. JSON lines, JSON arrays, CSV and Parquet "
        "are read, as .jsonl, .json, .csv, .tsv or .parquet; all but the last also packed with gzip or zstd."
    )


def _json_file(stream: Stream, head: bytes) -> RowFile:
    if _ARRAY.match(head):
        return JsonValuesFile(stream, is_array=True)
    first, newline, _ = head.partition(b"\n")
    if newline and first.startswith(b"{") and not _is_json(first) and len(first.strip()) < 3:
        return JsonValuesFile(stream, is_array=False)  # an object that is written over several lines
    return JsonLinesFile(stream)


def _is_json(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True
