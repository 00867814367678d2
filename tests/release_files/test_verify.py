"""A released folder, copied elsewhere, is checked without a database; any byte that changes is noticed and placed."""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.config import Settings
from app.db.engine import Database
from app.release_files.verify import Check, verify_bytes, verify_release
from app.releases.checksums import hash_file
from app.releases.manifest import as_json, content_hash
from tests.releases.arenas import Cast, arena_with
from tests.releases.releasing import GREETED_DIFFERENTLY, MIXED, released

VOTES = [*MIXED, *(Cast((winner,)) for winner in ("model_a", "model_a", "model_b", "tie", "both_bad") * 3)]
FILES = (
    "README.md",
    "SHA256SUMS",
    "croissant.json",
    "leaderboard.json",
    "manifest.json",
    "trl-preference.jsonl",
    "votes.parquet",
)


@pytest.fixture
async def folder(database: Database, settings: Settings, tmp_path: Path) -> Path:
    """A copy of a release."""
    _, written = await released(database, settings, await arena_with(database, VOTES), "trl-preference")
    return Path(shutil.copytree(written, tmp_path / "copy" / "of a release"))


def problems(folder: Path, root: str | None = None) -> list[Check]:
    return [check for check in verify_release(folder, root) if check.problem is not None]


def preferendum(*arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """The command where there is no database."""
    return run(sys.executable, "-m", "app", *arguments, cwd=cwd)


def run(*command: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    nowhere = {**os.environ, "PREFERENDUM_DATABASE_URL": "postgresql://127.0.0.1:1/nothing"}
    nowhere["PYTHONPATH"] = str(Path(__file__).parents[2])
    return subprocess.run(command, cwd=cwd, env=nowhere, capture_output=True, text=True, check=False)


async def test_a_copy_holds_without_a_database(folder: Path) -> None:
    assert tuple(sorted(path.name for path in folder.iterdir())) == FILES
    told = preferendum("verify", str(folder), cwd=folder.parent)
    assert (told.returncode, told.stderr) == (0, "")
    assert "The release holds" in told.stdout
    assert "leaderboard.json follows from the votes: 2 models" in told.stdout
    checked = json.loads(preferendum("verify", "--json", str(folder), cwd=folder.parent).stdout)
    assert checked["holds"] is True
    assert {check["file"] for check in checked["checks"]} == set(FILES)
    assert run("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=folder).returncode == 0


@pytest.mark.parametrize("name", FILES)
async def test_any_byte_that_changes_is_noticed_and_its_file_is_named(folder: Path, name: str) -> None:
    whole = (folder / name).read_bytes()
    chance = random.Random(name)
    places = range(len(whole)) if name == "SHA256SUMS" else chance.sample(range(len(whole)), min(150, len(whole)))
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 1 << chance.randrange(8)
        (folder / name).write_bytes(changed)
        found = {check.file for check in verify_bytes(folder) if check.problem}
        assert found == {name}, place
    (folder / name).write_bytes(whole)
    assert problems(folder) == []


async def test_the_command_says_which_file_does_not_hold_and_ends_with_one(folder: Path) -> None:
    (folder / "trl-preference.jsonl").unlink()
    (folder / "more.txt").write_text("smuggled in")
    told = preferendum("verify", str(folder), cwd=folder.parent)
    assert told.returncode == 1
    assert "FAILS  trl-preference.jsonl cannot be read: No such file or directory" in told.stdout
    assert "FAILS  more.txt is not part of the release" in told.stdout
    assert "2 of" in told.stdout
    nothing = preferendum("verify", str(folder.parent), cwd=folder.parent)
    assert nothing.returncode == 1
    assert "manifest.json cannot be read: No such file or directory; is this the folder of a release?" in nothing.stdout


def forge(folder: Path, name: str) -> None:
    """Have the manifest and SHA256SUMS vouch for a file as it now is."""
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    for file in [*manifest["files"], manifest["ledger"], *manifest["documents"]]:
        if file["name"] == name:
            file |= {"bytes": (folder / name).stat().st_size, "sha256": hash_file(folder / name)}
    manifest["content_sha256"] = content_hash(manifest)
    (folder / "manifest.json").write_bytes(as_json(manifest))
    names = sorted(set(FILES) - {"SHA256SUMS"})
    (folder / "SHA256SUMS").write_text("".join(f"{hash_file(folder / name)}  {name}\n" for name in names))


async def test_votes_that_are_changed_together_with_all_hashes_do_not_have_the_root(folder: Path) -> None:
    path = folder / "votes.parquet"
    root = orjson.loads((folder / "manifest.json").read_bytes())["ledger"]["merkle_root"]
    table = pq.read_table(path)
    rows = table.to_pylist()
    turned = next(row for row in reversed(rows) if row["winner"] == "model_a")
    turned["winner"] = "model_b"
    pq.write_table(pa.Table.from_pylist(rows, table.schema), path)
    forge(folder, "votes.parquet")
    found = problems(folder)
    assert {check.file for check in found} == {"votes.parquet", "leaderboard.json"}
    assert problems(folder, root) == found


async def test_a_board_that_does_not_follow_from_the_votes_is_found(folder: Path) -> None:
    board = orjson.loads((folder / "leaderboard.json").read_bytes())
    board["entries"][0]["rating"] += 0.001
    (folder / "leaderboard.json").write_bytes(as_json(board))
    forge(folder, "leaderboard.json")
    (found,) = problems(folder)
    assert found.file == "leaderboard.json"
    assert "does not follow from the votes" in str(found.problem)
    assert "another rating" in str(found.problem)


async def test_another_release_is_not_taken_for_the_one_that_was_published(folder: Path) -> None:
    root = orjson.loads((folder / "manifest.json").read_bytes())["ledger"]["merkle_root"]
    assert problems(folder, root) == []
    (found,) = problems(folder, "0" * 64)
    assert "another release" in str(found.problem)


@pytest.mark.parametrize(
    ("casts", "why"),
    [([], "No vote counts."), ([Cast(), Cast()], "model_a"), ([Cast(turns=GREETED_DIFFERENTLY)], "")],
)
async def test_a_release_whose_votes_determine_no_board_says_so_and_holds(
    database: Database, settings: Settings, casts: list[Cast], why: str
) -> None:
    _, folder = await released(database, settings, await arena_with(database, casts), "raw-votes", "parquet")
    board = orjson.loads((folder / "leaderboard.json").read_bytes())
    assert board["entries"] == []
    assert board["why_not"]
    assert why != "No vote counts." or board["why_not"] == why
    assert problems(folder) == []
