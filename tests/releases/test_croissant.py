"""The Croissant file: every data file with its hash, every column that it has words for, of every format."""

from pathlib import Path

import orjson
import pytest

from app.config import Settings
from app.db.engine import Database
from app.releases.formats import FORMATS
from tests.releases.arenas import arena_with
from tests.releases.releasing import MIXED, released


@pytest.mark.parametrize("name", ["raw-votes", "trl-preference", "arena-140k", "openassistant-trees", "arena-hard"])
async def test_it_names_every_data_file_and_says_what_its_columns_hold(
    database: Database, settings: Settings, name: str
) -> None:
    form = FORMATS[name]
    file_type = "parquet" if "parquet" in form.file_types else "jsonl"
    release, folder = await released(database, settings, await arena_with(database, MIXED), name, file_type)
    told = orjson.loads((folder / "croissant.json").read_bytes())
    assert release.manifest is not None
    listed = {file["contentUrl"]: file["sha256"] for file in told["distribution"]}
    files = [*release.manifest["files"], release.manifest["ledger"]]
    assert listed == {file["name"]: file["sha256"] for file in files}
    fields = {field["name"]: field for records in told["recordSet"] for field in records["field"]}
    if form.is_loose:
        assert not fields
        return
    files_read = {file["name"] for file in release.manifest["files"]}
    assert {Path(records["@id"]).name for records in told["recordSet"]} <= {Path(name).stem for name in files_read}
    assert all(field["description"] for field in fields.values())
    if name == "raw-votes":
        assert fields["raw-votes/winner"]["dataType"] == "sc:Text"
        assert fields["raw-votes/propensity"]["dataType"] == "sc:Float"
        assert fields["raw-votes/revision"]["dataType"] == "sc:Integer"
        assert fields["raw-votes/prompt_tags"]["repeated"] is True
        roles = fields["raw-votes/conversation_a"]["subField"][0]
        assert roles["source"] == {
            "fileObject": {"@id": "raw-votes.parquet"},
            "extract": {"column": "conversation_a"},
            "transform": {"jsonPath": "role"},
        }
