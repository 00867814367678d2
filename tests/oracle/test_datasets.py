"""`datasets` loads a release: the folder by its card, and the file alone."""

from pathlib import Path
from types import ModuleType
from typing import Any

import orjson
import pytest

from app.releases.formats import FORMATS
from tests.oracle.conftest import Releaser

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]
LOADERS = {"jsonl": "json", "parquet": "parquet", "arrow": "arrow"}
# CSV of raw votes holds JSON in its cells, and loads as texts; a tree and Arena-Hard's messages have no one type.
WRITTEN = [
    (name, file_type)
    for name, form in FORMATS.items()
    for file_type in form.file_types
    if not form.is_loose and (name, file_type) != ("raw-votes", "csv")
]


@pytest.mark.parametrize(("format_name", "file_type"), WRITTEN)
async def test_a_release_loads_as_a_folder_with_the_columns_and_rows_of_its_manifest(
    datasets: ModuleType, released: Releaser, format_name: str, file_type: str
) -> None:
    folder = await released(format_name, file_type)
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    dataset = datasets.load_dataset(str(folder), split="train")
    assert dataset.num_rows == manifest["rows"] > 0
    assert dataset.column_names == [column["name"] for column in manifest["columns"]]
    assert dataset.features == datasets.Features.from_arrow_schema(FORMATS[format_name].schema)


@pytest.mark.parametrize("format_name", ["raw-votes", "trl-preference", "ranking", "arena-100k"])
async def test_both_kinds_of_file_hold_the_same(datasets: ModuleType, released: Releaser, format_name: str) -> None:
    def load(folder: Path) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = datasets.load_dataset(str(folder), split="train").to_list()
        for row in rows:
            for name in ("annotator", "judge_hash"):
                row.pop(name, None)  # each release has pseudonyms of its own
            for exclusion in row.get("exclusions", []):
                exclusion.pop("excluded_by")
        return rows

    assert load(await released(format_name, "jsonl")) == load(await released(format_name, "parquet"))


@pytest.mark.parametrize("file_type", LOADERS)
async def test_the_file_alone_loads_too(datasets: ModuleType, released: Releaser, file_type: str) -> None:
    folder = await released("trl-preference", file_type)
    file = str(folder / f"trl-preference.{file_type}")
    dataset = datasets.load_dataset(LOADERS[file_type], data_files=file, split="train")
    assert dataset.column_names == ["prompt", "chosen", "rejected"]
    assert dataset[30] == {
        "prompt": [
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": "Hi!"},
            {"role": "user", "content": "Which dish is it?"},
        ],
        "chosen": [{"role": "assistant", "content": "Amatriciana, without."}],
        "rejected": [{"role": "assistant", "content": "Carbonara, with eggs."}],
    }
