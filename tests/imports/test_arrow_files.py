"""Arrow files and streams through the child process."""

from pathlib import Path

import pyarrow as pa
import pytest

from app.imports.readers import open_reader
from app.imports.records import Fault, Row

TABLE = pa.table({"text": [f"t{number}" for number in range(300)], "many": [[1, None]] * 300, "other": [1] * 300})


def read(path: Path, wanted: list[str] | None = None) -> list[Row | Fault]:
    with open_reader(path) as reader:
        return list(reader.rows(wanted))


@pytest.mark.parametrize("is_stream", [False, True])
def test_files_and_streams_are_read_row_by_row(tmp_path: Path, is_stream: bool) -> None:
    path = tmp_path / "x.arrow"
    make = pa.ipc.new_stream if is_stream else pa.ipc.new_file
    with make(path, TABLE.schema) as writer:
        for batch in TABLE.to_batches(max_chunksize=130):
            writer.write_batch(batch)
    rows = read(path, ["text", "many"])
    assert len(rows) == 300
    assert rows[299] == Row(300, {"text": "t299", "many": [1, None]})


@pytest.mark.parametrize("cut", [0, 10, 2_000])
def test_a_file_that_is_cut_off_is_a_fault_and_no_crash(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "x.arrow"
    with pa.ipc.new_file(path, TABLE.schema) as writer:
        writer.write_table(TABLE)
    path.write_bytes(path.read_bytes()[:cut])
    assert isinstance(read(path)[-1], Fault)


def test_offsets_that_lead_out_of_the_file_are_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "x.arrow"
    batch = pa.RecordBatch.from_pydict({"text": ["abc", "def"]})
    with pa.ipc.new_file(path, batch.schema) as writer:
        writer.write_batch(batch)
    sound, broken = (
        b"".join(number.to_bytes(4, "little") for number in numbers) for numbers in ((0, 3, 6), (0, 2**24, 6))
    )
    content = path.read_bytes()
    assert content.count(sound) == 1
    path.write_bytes(content.replace(sound, broken))
    [fault] = read(path)
    assert isinstance(fault, Fault)
