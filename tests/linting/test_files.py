"""Any bytes become rows and flaws, and never an exception."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.linting.files import Flaw, RawRow, UnreadableFileError, open_file


def read(path: Path) -> list[RawRow | Flaw]:
    file = open_file(path)
    try:
        return list(file.rows())
    finally:
        file.close()


def rows_and_codes(path: Path) -> tuple[list[tuple[int, object]], list[tuple[str, int]]]:
    found = read(path)
    rows = [(row.row, dict(row.values)) for row in found if isinstance(row, RawRow)]
    return rows, [(one.rule.code, one.row) for one in found if isinstance(one, Flaw)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file.jsonl"


def test_a_broken_line_costs_no_other_and_keeps_its_number(file: Path) -> None:
    file.write_bytes(b'{"a": 1}\n\n{"a": \n[1]\n{"a": NaN}\n{"a": "\xff"}\n{"a": "\\ud800"}\n{"a": 2}')
    rows, codes = rows_and_codes(file)
    expected = [(1, {"a": 1}), (5, {"a": None}), (6, {"a": "\ufffd"}), (7, {"a": "\ud800"}), (8, {"a": 2})]
    assert rows == expected
    assert codes == [("unreadable-rows", 3), ("unreadable-rows", 4), ("not-json-numbers", 5), ("invalid-utf8", 6)]


def test_the_byte_that_is_not_utf8_is_named_by_its_place_in_the_file(file: Path) -> None:
    before = b"\xef\xbb\xbf" + '{"a": "é"}\n'.encode()
    file.write_bytes(before + b'{"b": "\xe9"}\n')
    mark, _, flaw, _ = read(file)
    assert isinstance(mark, Flaw)
    assert mark.rule.code == "byte-order-mark"
    assert isinstance(flaw, Flaw)
    assert flaw.detail == f"byte {len(before) + 7} of the file (from 0) is 0xe9"


@pytest.mark.parametrize("name", ["file.json", "file.jsonl", "whatever.txt"])
def test_an_array_is_known_by_its_bracket_whatever_the_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text('[\n  {"a": "]}\\"{["},\n  {"a": {"b": [1, 2]}},\n {"a": tru},\n 5, {"a": 3}\n]\n')
    rows, codes = rows_and_codes(path)
    assert rows == [(1, {"a": ']}"{['}), (2, {"a": {"b": [1, 2]}}), (4, {"a": 3})]
    assert codes == [("unreadable-rows", 3), ("unreadable-rows", 4)]


def test_an_array_that_is_cut_off_gives_its_rows_up_to_there(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text('[{"a": 1}, {"a": 2')
    assert rows_and_codes(path) == ([(1, {"a": 1})], [("broken-file", 2)])
    path.write_text('[{"a": 1}] [2]')
    assert rows_and_codes(path) == ([(1, {"a": 1})], [("broken-file", 2)])


def test_an_object_written_over_several_lines_is_a_row(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text('{\n  "a": 1\n}\n{\n  "a": 2\n}\n')
    assert rows_and_codes(path) == ([(1, {"a": 1}), (2, {"a": 2})], [])


def test_a_long_string_over_many_reads_is_one_row(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    text = '"]}\\' * 1_000_000
    path.write_text(json.dumps([{"a": text}, {"a": 2}]))
    rows, codes = rows_and_codes(path)
    assert (rows == [(1, {"a": text}), (2, {"a": 2})], codes) == (True, [])


def test_a_csv_row_stands_on_the_line_it_begins_on(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b'a;b\r\n1;"two\r\nlines"\r\n3\r\n4;\xfc\n')
    rows, codes = rows_and_codes(path)
    assert rows == [(2, {"a": "1", "b": "two\r\nlines"}), (5, {"a": "4", "b": "\ufffd"})]
    assert codes == [("unreadable-rows", 4), ("invalid-utf8", 5), ("mixed-line-ends", 0)]


def test_packed_files_are_known_by_their_bytes_and_a_torn_one_is_a_finding(tmp_path: Path) -> None:
    lines = b"".join(b'{"a": %d}\n' % number for number in range(10_000))
    for name, packed in {
        "file.jsonl.gz": gzip.compress(lines),
        "file.jsonl.zst": pa.compress(lines, "zstd", asbytes=True),
        "file.jsonl": gzip.compress(lines),
    }.items():
        path = tmp_path / name
        path.write_bytes(packed)
        assert len(read(path)) == 10_000
        path.write_bytes(packed[:-1000])
        found = read(path)
        assert [one.rule.code for one in found if isinstance(one, Flaw)][-1] == "broken-file"


def test_parquet_rows_count_from_one_and_rubbish_with_its_name_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "file.parquet"
    pq.write_table(pa.table({"chosen": ["a" * 50, "b" * 50]}), path)
    assert rows_and_codes(path) == ([(1, {"chosen": "a" * 50}), (2, {"chosen": "b" * 50})], [])
    path.write_bytes(b"PAR1 but not really")
    assert rows_and_codes(path) == ([], [("broken-file", 1)])


def test_what_holds_no_rows_is_refused_in_words(tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    wide = tmp_path / "wide.csv"
    wide.write_bytes("a,b\n1,2\n".encode("utf-16"))
    refusals = {picture: "neither its beginning", wide: "UTF-16", tmp_path: "folder", tmp_path / "no.csv": "No such"}
    for path, words in refusals.items():
        with pytest.raises(UnreadableFileError, match=words):
            open_file(path)


@given(data=st.binary(max_size=300), kind=st.sampled_from(["x.jsonl", "x.json", "x.csv", "x.tsv", "x.jsonl.gz"]))
def test_no_bytes_are_too_odd(tmp_path_factory: pytest.TempPathFactory, data: bytes, kind: str) -> None:
    path = tmp_path_factory.getbasetemp() / kind
    path.write_bytes(data)
    try:
        found = read(path)
    except UnreadableFileError:
        return
    assert all(one.row >= 0 for one in found)


PIECES = [b'{"a"', b":", b"1", b"}", b"{", b"[", b"]", b'"', b"\\", b",", b"\n", b"\xff", b"\r\n", b'{"a": "b"}', b" "]


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=40), kind=st.sampled_from(["x.jsonl", "x.json", "x.csv"]))
def test_no_order_of_marks_is_too_odd(tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], kind: str) -> None:
    path = tmp_path_factory.getbasetemp() / kind
    path.write_bytes(b"".join(pieces))
    found = read(path)
    rows = [one.row for one in found if isinstance(one, RawRow)]
    assert rows == sorted(set(rows))


@given(rows=st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=3), max_size=5))
def test_sound_rows_come_back_as_they_are(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]]) -> None:
    path = tmp_path_factory.getbasetemp() / "sound.json"
    path.write_text(json.dumps(rows, indent=1))
    assert [dict(one.values) for one in read(path) if isinstance(one, RawRow)] == rows
