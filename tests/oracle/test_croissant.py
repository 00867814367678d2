"""`mlcroissant` validates the Croissant file of every format and reads the rows by it."""

import json
from itertools import islice
from types import ModuleType

import pytest

from app.releases.formats import FORMATS
from tests.oracle.conftest import Releaser

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]
READ = [(name, kind) for name, form in FORMATS.items() for kind in form.file_types if kind != "arrow"]


@pytest.fixture
def mlcroissant() -> ModuleType:
    module: ModuleType = pytest.importorskip("mlcroissant", reason="make oracle installs it")
    return module


@pytest.mark.parametrize(("format_name", "file_type"), READ)
async def test_it_is_valid_and_the_rows_are_read_by_it(
    mlcroissant: ModuleType, released: Releaser, format_name: str, file_type: str
) -> None:
    folder = await released(format_name, file_type)
    path = folder / "croissant.json"
    dataset = mlcroissant.Dataset(jsonld=path)
    for records in json.loads(path.read_text())["recordSet"]:
        rows = list(islice(dataset.records(records["@id"]), 3))
        assert rows
        assert set(rows[0]) == {field["@id"] for field in records["field"]}
