"""Files in, rows out: sound ones of every kind, and hostile ones, each with the reason that a person is given."""

import gzip
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.errors import InvalidInputError
from app.imports.readers import open_reader
from app.imports.records import Fault, Row
from tests.imports import rows as make

MEGABYTE = 2**20


def read_all(path: Path) -> list[Row | Fault]:
    with open_reader(path) as reader:
        return list(reader.rows())


ROWS = [{"id": "1", "text": 'a "quoted", text\nof two lines'}, {"id": "2", "text": "ünïcode 🦉"}]


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("x.jsonl", make.write_jsonl),
        ("x.ndjson", make.write_jsonl),
        ("x.csv", make.write_csv),
        ("x.parquet", make.write_parquet),
    ],
)
def test_the_same_rows_come_out_of_every_kind_of_file(tmp_path: Path, name: str, write: Callable[..., Path]) -> None:
    found = read_all(write(tmp_path / name, ROWS))
    assert [row.values for row in found if isinstance(row, Row)] == ROWS


@pytest.mark.parametrize(("name", "write"), [("x.jsonl", make.write_jsonl), ("x.csv", make.write_csv)])
def test_text_files_may_be_gzipped(tmp_path: Path, name: str, write: Callable[..., Path]) -> None:
    plain = write(tmp_path / name, ROWS)
    zipped = tmp_path / f"{name}.gz"
    zipped.write_bytes(gzip.compress(plain.read_bytes()))
    assert read_all(zipped) == read_all(plain)


def test_a_row_of_csv_is_at_the_line_on_which_it_begins(tmp_path: Path) -> None:
    found = read_all(make.write_csv(tmp_path / "x.csv", [*ROWS, {"id": "3", "text": ""}]))
    assert [row.line for row in found] == [2, 4, 5]


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"\xef\xbb\xbfid,text\r\n1,x\r\n")
    assert read_all(path) == [Row(2, {"id": "1", "text": "x"})]


def test_blank_lines_are_passed_over_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"id": 1}\n\n  \n{"id": 2}')
    assert [row.line for row in read_all(path)] == [1, 4]


# name, content, line of the fault, what the reason says, how many sound rows there are beside
HOSTILE_TEXT: list[tuple[str, Callable[[], bytes], int, str, int]] = [
    ("broken-utf8.jsonl", lambda: b'{"id": 1}\n{"id": "\xff"}\n{"id": 3}\n', 2, "byte 9 of the line is 0xff", 2),
    ("broken-json.jsonl", lambda: b'{"id": 1}\n{"id": 2,}\n{"id": 3}\n', 2, "is not JSON", 2),
    ("cut-off.jsonl", lambda: b'{"id": 1}\n{"id": "2', 2, "is not JSON", 1),
    ("not-a-number.jsonl", lambda: b'{"id": NaN}\n', 1, "is not JSON", 0),
    ("surrogate.jsonl", lambda: b'{"id": "\\ud83d"}\n', 1, "surrogate", 0),
    ("deep.jsonl", lambda: b'{"id": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n{}\n", 1, "depth limit", 1),
    ("list.jsonl", lambda: b'{"id": 1}\n[1, 2]\n', 2, "is a JSON list, not an object", 1),
    ("array.json", lambda: b'[\n{"id": 1}\n]\n', 1, "one object a line", 0),
    ("utf16.jsonl", lambda: '{"id": 1}\n'.encode("utf-16"), 1, "UTF-16", 0),
    ("long.jsonl", lambda: b'{"id": "' + b"x" * 33 * MEGABYTE + b'"}\n{"id": 2}\n', 1, "longer than 32 MB", 0),
    ("broken-utf8.csv", lambda: b"id,text\n1,a\n2,\xff\n3,c\n", 3, "byte 3 of the line is 0xff", 2),
    ("short.csv", lambda: b"id,text\n1\n2,b\n", 2, "has 1 fields where the header has 2", 1),
    ("long-row.csv", lambda: b"id,text\n1,a,b\n2,b\n", 2, "has 3 fields where the header has 2", 1),
    ("quote.csv", lambda: b'id,text\n1,"a"b\n2,c\n', 2, "is not CSV", 1),
    ("open-quote.csv", lambda: b'id,text\n1,"' + b"many words\n" * 500_000, 2, "is a quote not closed?", 0),
    ("unclosed.csv", lambda: b'id,text\n1,"a\n2,b\n', 2, "is not CSV", 0),
    ("twice.csv", lambda: b"id,text,id\n1,a,2\n", 1, "names this column twice", 0),
    ("wide.csv", lambda: b",".join(b"c%d" % n for n in range(10**6)) + b"\n1\n", 1, "has 1,000,000 columns", 0),
    ("broken-header.csv", lambda: b"id,\xff\n1,a\n", 1, "is not UTF-8", 0),
    ("not-gzip.jsonl.gz", lambda: b'{"id": 1}\n', 1, "not a sound gzip file", 0),
    ("cut-off.jsonl.gz", lambda: gzip.compress(os.urandom(20_000).hex().encode())[:-500], 1, "cut off", 0),
    ("zeros.jsonl.gz", lambda: gzip.compress(bytes(40 * MEGABYTE)), 1, "longer than 32 MB", 0),
    ("spaces.jsonl.gz", lambda: gzip.compress((b" " * 10**6 + b"\n") * 60), 23, "expands more than 200 times", 0),
]


@pytest.mark.parametrize(
    ("name", "content", "line", "reason", "sound"), HOSTILE_TEXT, ids=[row[0] for row in HOSTILE_TEXT]
)
def test_a_hostile_text_file_gets_a_reason_and_a_line(
    tmp_path: Path, name: str, content: Callable[[], bytes], line: int, reason: str, sound: int
) -> None:
    path = tmp_path / name
    path.write_bytes(content())
    found = read_all(path)
    faults = [item for item in found if isinstance(item, Fault)]
    assert [fault.line for fault in faults] == [line]
    assert reason in faults[0].reason
    assert len(found) - 1 == sound


def test_hostile_text_files_take_little_memory(tmp_path: Path) -> None:
    for name, content, *_ in HOSTILE_TEXT:
        (tmp_path / name).write_bytes(content())
    rows, grown_megabytes = _read_in_a_child(sorted(tmp_path.iterdir()))
    assert rows > len(HOSTILE_TEXT)
    assert grown_megabytes < 256


def test_broken_json_is_placed_by_its_character(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"id": 1}\n{"id": oops}\n')
    assert [item.column for item in read_all(path) if isinstance(item, Fault)] == ["character 8"]


def _texts(values: list[bytes]) -> pa.Array:
    """A column of texts that were never looked at."""
    lengths = [0]
    for value in values:
        lengths.append(lengths[-1] + len(value))
    offsets, content = pa.array(lengths, pa.int32()).buffers()[1], pa.py_buffer(b"".join(values))
    return pa.StringArray.from_buffers(len(values), offsets, content)


def _write_truncated(path: Path) -> None:
    make.write_parquet(path, [make.neutral(number) for number in range(100)])
    path.write_bytes(path.read_bytes()[:-100])


def _write_damaged(path: Path) -> None:
    make.write_parquet(path, [{"id": os.urandom(200).hex()} for _ in range(1000)])
    content = bytearray(path.read_bytes())
    content[1000:200_000] = bytes(199_000)
    path.write_bytes(content)


def _write_twins(path: Path) -> None:
    pq.write_table(pa.Table.from_arrays([pa.array(["1"]), pa.array(["2"])], names=["id", "id"]), path)


def _write_wide(path: Path) -> None:
    pq.write_table(pa.table({f"c{number}": [1] for number in range(1500)}), path)


def _write_bomb(path: Path, padding: int) -> None:
    """One text of 10 MB, a hundred thousand times, in a few kilobytes."""
    count = 100_000
    text = pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), pa.array(["x" * 10 * MEGABYTE]))
    padded = pa.array([os.urandom(padding).hex()] + [""] * (count - 1))
    table = pa.table({"prompt": text, "chosen": text, "rejected": text, "padding": padded})
    pq.write_table(table, path, compression="zstd", store_schema=False, dictionary_pagesize_limit=2**30)


HOSTILE_PARQUET: list[tuple[str, Callable[[Path], object], str]] = [
    ("empty", lambda path: path.write_bytes(b""), "not a sound Parquet file"),
    ("text", lambda path: path.write_bytes(b'{"id": 1}\n' * 100), "not a sound Parquet file"),
    ("truncated", _write_truncated, "not a sound Parquet file"),
    ("damaged", _write_damaged, "broken from here on"),
    ("twins", _write_twins, "names this column twice"),
    ("wide", _write_wide, "has 1,500 columns"),
    ("bomb", lambda path: _write_bomb(path, 1), "claims 100,000 values"),
    ("padded-bomb", lambda path: _write_bomb(path, 400_000), "more than 512 MB"),
]


@pytest.mark.parametrize(("name", "write", "reason"), HOSTILE_PARQUET, ids=[row[0] for row in HOSTILE_PARQUET])
def test_a_hostile_parquet_file_gets_a_reason(
    tmp_path: Path, name: str, write: Callable[[Path], object], reason: str
) -> None:
    path = tmp_path / f"{name}.parquet"
    write(path)
    found = read_all(path)
    assert isinstance(found[-1], Fault)
    assert reason in found[-1].reason


def test_a_text_in_parquet_that_is_not_utf8_is_named_and_the_rows_beside_it_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"id": ["1", "2", "3"], "text": _texts([b"a", b"b\xff", b"c"])}), path)
    first, second, third = read_all(path)
    assert (first, third) == (Row(1, {"id": "1", "text": "a"}), Row(3, {"id": "3", "text": "c"}))
    assert second == Fault(2, "text", "is not UTF-8: byte 2 is 0xff")


def test_only_the_wanted_columns_of_parquet_are_read(tmp_path: Path) -> None:
    path = make.write_parquet(tmp_path / "x.parquet", [{"id": "1", "text": "a", "more": 2}])
    with open_reader(path) as reader:
        assert list(reader.rows({"id", "more", "other"})) == [Row(1, {"id": "1", "more": 2})]


def test_times_of_any_unit_come_out_of_parquet(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    nanoseconds = pa.array([1_700_000_000_123_456_789], pa.timestamp("ns", "UTC"))
    pq.write_table(pa.table({"at": nanoseconds}), path)
    assert [str(row.values["at"]) for row in read_all(path) if isinstance(row, Row)] == [
        "2023-11-14T22:13:20.123456+00:00"
    ]


@pytest.mark.parametrize("name", ["x.txt", "x", "x.parquet.gz", "x.gz"])
def test_a_file_of_another_kind_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{}")
    with pytest.raises(InvalidInputError, match=r"must be \.jsonl, \.csv, \.parquet or \.arrow"):
        open_reader(tmp_path / name)


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="there is no such file"):
        open_reader(tmp_path / "x.csv")


@pytest.mark.parametrize(("name", "write"), [("x.jsonl", make.write_jsonl), ("x.csv", make.write_csv)])
def test_reading_a_large_file_takes_little_memory(tmp_path: Path, name: str, write: Callable[..., Path]) -> None:
    path = write(tmp_path / name, [{"id": str(number), "text": "many words " * 200} for number in range(40_000)])
    assert path.stat().st_size > 80 * MEGABYTE
    rows, grown_megabytes = _read_in_a_child([path])
    assert rows == 40_000
    assert grown_megabytes < 10


def _read_in_a_child(paths: list[Path]) -> tuple[int, int]:
    """The rows and faults of files, and by how many megabytes the memory of a process grows that reads them."""
    script = (
        "import pathlib, resource, sys\n"
        "from app.imports.readers import open_reader\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "rows = 0\n"
        "for name in sys.argv[1:]:\n"
        "    with open_reader(pathlib.Path(name)) as reader:\n"
        "        rows += sum(1 for _ in reader.rows())\n"
        "print(rows, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)\n"
    )
    run = subprocess.run([sys.executable, "-c", script, *paths], capture_output=True, text=True, check=True)
    rows, grown = map(int, run.stdout.split())
    return rows, grown
