"""Files that are there whole or not at all, with the right hash, in bounded pieces."""

import contextlib
import csv
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.imports.readers import open_reader
from app.releases.writers import GZIPPED, WRITERS, parquet
from app.releases.writers.files import HashingFile, new_file

SCHEMA = pa.schema([pa.field("text", pa.string()), pa.field("number", pa.int64())])
ODD_TEXTS = [
    "=1+1",
    "a\nb",
    "tab\t",
    "\u2028\u2029\u0085",
    "\u202eright to left",
    "🍝",
    "",
    "ü" * 1_000,
    '"quoted"',
    "\x1b[31m",
]


def rows(count: int) -> list[dict[str, Any]]:
    return [{"text": ODD_TEXTS[number % len(ODD_TEXTS)], "number": number} for number in range(count)]


KINDS = [(file_type, compressed) for file_type in WRITERS for compressed in (False, True)]


def write(
    path: Path, file_type: str, batches: Iterable[list[dict[str, Any]]], *, compressed: bool = False
) -> HashingFile:
    with new_file(path) as file, contextlib.closing(WRITERS[file_type](file, SCHEMA, compressed)) as writer:
        for batch in batches:
            writer.write(batch)
    return file


def read(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    if path.suffix == ".arrow":
        return pa.ipc.open_file(path).read_all().to_pylist()
    with open_reader(path) as reader:
        found = [row.values for row in reader.rows()]
    return [{**row, "number": int(row["number"])} for row in found]


@pytest.mark.parametrize(("file_type", "compressed"), KINDS)
def test_what_is_read_back_is_what_was_written(file_type: str, compressed: bool, tmp_path: Path) -> None:
    path = tmp_path / f"votes.{file_type}{'.gz' if compressed and file_type in GZIPPED else ''}"
    file = write(path, file_type, [rows(25), rows(3)], compressed=compressed)
    assert read(path) == rows(25) + rows(3)
    assert file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert file.size == path.stat().st_size


@pytest.mark.parametrize("file_type", WRITERS)
def test_a_file_without_rows_is_a_file_all_the_same(file_type: str, tmp_path: Path) -> None:
    path = tmp_path / f"votes.{file_type}"
    write(path, file_type, [])
    assert read(path) == []


@pytest.mark.parametrize("file_type", WRITERS)
def test_compressed_files_are_smaller_and_the_same_every_time(file_type: str, tmp_path: Path) -> None:
    plain, packed, again = (tmp_path / name for name in ("plain", "packed", "again"))
    write(plain, file_type, [rows(200)])
    for path in (packed, again):
        write(path, file_type, [rows(200)], compressed=True)
    assert packed.stat().st_size < plain.stat().st_size
    assert packed.read_bytes() == again.read_bytes()


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+49", "'+49"),
        ("-x", "'-x"),
        ("@me", "'@me"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\nx", "'\nx"),
        ("\uff1d1", "'\uff1d1"),
        ("'=x", "''=x"),
        ("'quoted'", "'quoted'"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_a_text_that_a_spreadsheet_would_take_for_a_formula_is_told_apart(text: str, cell: str, tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    write(path, "csv", [[{"text": text, "number": -3}]])
    with path.open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [["text", "number"], [cell, "-3"]]
    assert read(path) == [{"text": text, "number": -3}]


@pytest.mark.parametrize("file_type", WRITERS)
def test_a_crash_in_the_middle_leaves_no_file_and_keeps_the_one_before(file_type: str, tmp_path: Path) -> None:
    path = tmp_path / f"votes.{file_type}"
    write(path, file_type, [rows(2)])

    def crashing() -> Iterator[list[dict[str, Any]]]:
        yield rows(100)
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        write(path, file_type, crashing())
    assert read(path) == rows(2)
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_under_the_name_before_the_file_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "votes.jsonl"
    with new_file(path) as file:
        file.write(b"half")
        assert not path.exists()
    assert path.read_bytes() == b"half"


def test_row_groups_are_bounded_by_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "GROUP_ROWS", 100)
    path = tmp_path / "votes.parquet"
    write(path, "parquet", [rows(40)] * 6)
    metadata = pq.ParquetFile(path).metadata
    assert [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)] == [120, 120]


def test_row_groups_are_bounded_by_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "GROUP_BYTES", 10_000)
    path = tmp_path / "votes.parquet"
    long = [{"text": "x" * 6_000, "number": 1}]
    write(path, "parquet", [long] * 5)
    metadata = pq.ParquetFile(path).metadata
    assert [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)] == [2, 2, 1]
