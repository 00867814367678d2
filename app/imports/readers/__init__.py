"""Files in, rows out: one file per kind of container, each in constant memory.

A reader yields a `Row` for what it could read and a `Fault` for what it could not; it raises nothing on account of a
file's content.
"""

from pathlib import Path

from app.errors import InvalidInputError
from app.imports.readers.arena_hard_folder import ArenaHardFolder
from app.imports.readers.csv_rows import CsvReader
from app.imports.readers.json_lines import JsonLinesReader
from app.imports.readers.parquet_rows import ParquetReader
from app.imports.readers.reader import Reader

_READERS: dict[str, type[Reader]] = {
    ".jsonl": JsonLinesReader,
    ".ndjson": JsonLinesReader,
    ".json": JsonLinesReader,
    ".csv": CsvReader,
    ".parquet": ParquetReader,
    ".arrow": ParquetReader,
}


def open_reader(path: Path) -> Reader:
    """A reader by the file's extension; a further .gz is allowed after those of text. A folder is Arena-Hard's."""
    if path.is_dir():
        return ArenaHardFolder(path)
    suffixes = path.suffixes
    if suffixes and suffixes[-1] == ".gz":
        suffixes = suffixes[:-1]
    kind = _READERS.get(suffixes[-1].lower()) if suffixes else None
    if kind is None or (kind is ParquetReader and path.suffix == ".gz"):
        raise InvalidInputError(
            f"{path.name}: the kind of file is told by its extension, which must be .jsonl, .csv, .parquet or .arrow; "
            "the first two may be followed by .gz."
        )
    if not path.is_file():
        raise InvalidInputError(f"{path}: there is no such file.")
    return kind(path)
