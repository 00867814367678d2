"""Our own exports of the demo's arena are sound, and the linter says so."""

from pathlib import Path

from app.accounts.viewer import OPERATOR
from app.db.engine import Database
from app.demo import arena as demo
from app.releases.service import export_arena
from tests.linting.samples import lint

SHAPES = {"raw-votes": "raw votes", "trl-preference": "TRL preference (explicit prompt, conversational)"}


async def _nothing(_done: int, _total: int) -> None: ...


async def test_the_demos_exports_are_without_errors_and_warnings(database: Database, tmp_path: Path) -> None:
    await demo.set_up(database)
    for name, shape in SHAPES.items():
        for file_type in ("jsonl", "parquet"):
            manifest = await export_arena(
                database, OPERATOR, demo.SLUG, tmp_path, _nothing, format=name, file_type=file_type, kinds=["simulated"]
            )
            report = lint(tmp_path / manifest["files"][0]["name"])
            assert report.files[0].shapes == {shape: manifest["rows"]}
            assert manifest["rows"] > 150
            assert [one.rule.code for one in report.findings if one.severity != "note"] == []
            assert "duplicate-pairs" not in report.skipped
