"""`preferendum export`."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.cli import cli
from app.db.engine import Database
from app.errors import InvalidInputError, NotFoundError
from tests.releases.arenas import Cast, arena_with
from tests.releases.releasing import BESIDE, names_in

Run = Callable[..., Awaitable[Result]]


@pytest.fixture
def run(test_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("PREFERENDUM_DATABASE_URL", test_url)
    monkeypatch.setenv("PREFERENDUM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "120")

    async def invoke(*arguments: Any) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, cli, ["export", *map(str, arguments)])

    return invoke


async def test_export_writes_the_dataset_at_once_and_sums_it_up(run: Run, database: Database, tmp_path: Path) -> None:
    await arena_with(database, [Cast(), Cast(("tie",)), Cast(kind="judge")])
    out = tmp_path / "data set"
    result = await run("kitchen", "--format", "trl-preference", "--type", "jsonl", "--out", out)
    assert result.exit_code == 0, result.output
    manifest = orjson.loads((out / "manifest.json").read_bytes())
    assert len((out / "trl-preference.jsonl").read_bytes().splitlines()) == manifest["rows"] == 1
    assert names_in(out) == sorted([*BESIDE, "trl-preference.jsonl"])
    assert manifest["files"][0]["sha256"] in result.output
    for line in ("rows written", "left out: tie", "left out: annotator is judge", "recorded votes in all"):
        assert line in result.output


async def test_export_takes_kinds_and_keeps_what_else_is_in_the_folder(
    run: Run, database: Database, tmp_path: Path
) -> None:
    await arena_with(database, [Cast(), Cast(kind="judge")])
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    result = await run("kitchen", "--type", "parquet", "--kind", "judge", "--out", out)
    assert result.exit_code == 0, result.output
    assert (out / "notes.txt").read_text() == "mine"
    assert orjson.loads((out / "manifest.json").read_bytes())["counts"]["annotator_kind"] == {"judge": 1}


async def test_export_splits_compresses_and_takes_options(run: Run, database: Database, tmp_path: Path) -> None:
    await arena_with(database, [Cast(), Cast(("tie",))])
    out = tmp_path / "out"
    order = ["--format", "trl-unpaired", "--split", "50/50", "--compress", "--with", "ties"]
    result = await run("kitchen", *order, "--out", out)
    assert result.exit_code == 0, result.output
    manifest = orjson.loads((out / "manifest.json").read_bytes())
    assert (manifest["rows"], manifest["votes_used"], manifest["split"]) == (4, 2, "50/50")
    assert {file["name"] for file in manifest["files"]} == {
        "trl-unpaired-train.jsonl.gz",
        "trl-unpaired-test.jsonl.gz",
    }
    refused = await run("kitchen", "--format", "ranking", "--type", "csv", "--out", out)
    assert isinstance(refused.exception, InvalidInputError)


async def test_export_of_an_unknown_arena_says_so_and_writes_nothing(
    run: Run, database: Database, tmp_path: Path
) -> None:
    result = await run("nowhere", "--out", tmp_path / "out")
    assert isinstance(result.exception, NotFoundError)
    assert not (tmp_path / "out").exists()
