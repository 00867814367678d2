"""Polars and DuckDB read the data files of every format, and the ledger beside them."""

from types import ModuleType

import orjson
import pytest

from app.releases.formats import FORMATS
from tests.oracle.conftest import Releaser

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]
READ = [(name, kind) for name, form in FORMATS.items() for kind in form.file_types if not form.parts]


@pytest.fixture
def polars() -> ModuleType:
    module: ModuleType = pytest.importorskip("polars", reason="make oracle installs it")
    return module


@pytest.fixture
def duckdb() -> ModuleType:
    module: ModuleType = pytest.importorskip("duckdb", reason="make oracle installs it")
    return module


@pytest.mark.parametrize(("format_name", "file_type"), READ)
async def test_polars_reads_all_rows_and_columns(
    polars: ModuleType, released: Releaser, format_name: str, file_type: str
) -> None:
    folder = await released(format_name, file_type)
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    path = folder / manifest["files"][0]["name"]
    readers = {
        "parquet": polars.read_parquet,
        "arrow": polars.read_ipc,
        "csv": polars.read_csv,
        "jsonl": lambda name: polars.read_ndjson(name, infer_schema_length=None),
    }
    frame = readers[file_type](path)
    assert frame.height == manifest["rows"] > 0
    if file_type != "jsonl":
        assert frame.columns == [column["name"] for column in manifest["columns"]]
    ledger = polars.read_parquet(folder / "votes.parquet")
    assert ledger.height == manifest["ledger"]["rows"]


@pytest.mark.parametrize(("format_name", "file_type"), [one for one in READ if one[1] != "arrow"])
async def test_duckdb_counts_the_same_rows(
    duckdb: ModuleType, released: Releaser, format_name: str, file_type: str
) -> None:
    folder = await released(format_name, file_type)
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    path = str(folder / manifest["files"][0]["name"])
    reader = {"parquet": "read_parquet", "csv": "read_csv", "jsonl": "read_json"}[file_type]
    more = ", all_varchar=true, header=true" if file_type == "csv" else ""
    more = ", maximum_object_size=100000000" if file_type == "jsonl" else more
    found = duckdb.sql(f"SELECT count(*) FROM {reader}('{path}'{more})").fetchall()
    assert found == [(manifest["rows"],)]
