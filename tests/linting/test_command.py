"""`preferendum lint`: what it prints, and how it ends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.cli import cli
from app.linting.linter import all_rules
from tests.linting.samples import battles, preferences, write


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return write(tmp_path / "sound.jsonl", preferences(40))


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """An error, a warning and a note."""
    rows = preferences(40)
    rows[3]["chosen"] = ""
    rows[20] = rows[10]
    rows[30]["prompt"] = rows[5]["prompt"].upper()
    return write(tmp_path / "faulty.jsonl", rows)


def run(*words: object, width: int = 160) -> Result:
    return CliRunner(env={"COLUMNS": str(width)}).invoke(cli, ["lint", *map(str, words)])


def test_a_sound_file_says_so_and_what_was_looked_for(sound: Path) -> None:
    result = run(sound)
    assert result.exit_code == 0
    assert "Nothing was found in 40 rows." in result.stdout
    assert "Looked for, and not found:" in result.stdout
    assert "mojibake" in result.stdout
    assert "Not looked for: position-bias (no column says which answer was shown first)." in result.stdout


def test_findings_come_worst_first_with_rows_and_what_to_do(faulty: Path) -> None:
    result = run(faulty)
    assert result.exit_code == 1
    codes = ["empty-texts", "duplicate-pairs", "near-duplicate-prompts"]
    places = [
        result.stdout.index(f"{severity} {code}")
        for severity, code in zip(["error", "warning", "note"], codes, strict=True)
    ]
    assert places == sorted(places)
    for words in (
        "line 4 · chosen: is empty",
        "line 21, compare line 11",
        "What to do: ",
        "1 error, 1 warning, 1 note.",
    ):
        assert words in result.stdout


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 1),
        (["--fail-on", "error"], 1),
        (["--fail-on", "never"], 0),
        (["--ignore", "empty-texts", "--fail-on", "error"], 0),
        (["--ignore", "empty-texts"], 1),
        (["--ignore", "empty-texts,duplicate-pairs"], 0),
        (["--only", "near-duplicate-prompts"], 0),
        (["--only", "mojibake", "--only", "duplicate-pairs"], 1),
        (["--only", "no-such-check"], 2),
        (["--fail-on", "note"], 2),
    ],
)
def test_options_decide_how_it_ends(faulty: Path, options: list[str], code: int) -> None:
    assert run(faulty, *options).exit_code == code


def test_what_cannot_be_read_ends_with_2_before_anything_is_read(sound: Path, tmp_path: Path) -> None:
    result = run(sound, tmp_path / "missing.jsonl")
    assert result.exit_code == 2
    assert "missing.jsonl: No such file" in result.stderr
    assert result.stdout == ""
    assert run().exit_code == 2


def test_json_has_every_row_and_the_same_ending(tmp_path: Path) -> None:
    rows = preferences(40)
    for row in range(10, 30):
        rows[row]["rejected"] = rows[row]["chosen"]
    path = write(tmp_path / "many.jsonl", rows)
    result = run(path, "--json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert document["version"] == 1
    shapes = {"TRL preference (explicit prompt, plain)": 40}
    file = {"name": str(path), "kind": "JSON lines", "rows_are": "lines", "rows": 40, "shapes": shapes}
    assert document["files"] == [file]
    (finding,) = document["findings"]
    assert (finding["code"], finding["severity"], finding["count"]) == ("chosen-equals-rejected", "error", 20)
    assert [place["row"] for place in finding["places"]] == list(range(11, 31))
    assert {"title", "why", "mend", "summary", "figures"} <= finding.keys()
    known = {rule.code for rule in all_rules()}
    assert set(document["checked"]) | set(document["skipped"]) == known
    assert not set(document["checked"]) & set(document["skipped"])


def test_places_of_several_files_name_their_file(tmp_path: Path) -> None:
    rows = preferences(40)
    train = write(tmp_path / "train.jsonl", rows[:30])
    test = write(tmp_path / "test.jsonl", [*rows[30:], rows[0]])
    result = run(train, test)
    assert "test.jsonl line 11, compare train.jsonl line 1" in result.stdout


def test_names_from_the_file_cannot_write_on_the_terminal(tmp_path: Path) -> None:
    rows = battles(40)
    rows[3]["winner"] = "\x1b[2J[red]model_z"
    result = run(write(tmp_path / "file.jsonl", rows))
    assert "\x1b" not in result.stdout
    assert "[red]model_z" in result.stdout


PROGRAM = """
import json, sys
from app.cli import main
sys.argv = ["preferendum", "lint", sys.argv[1]]
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""


def test_linting_a_file_loads_no_web_framework_and_no_database(sound: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(sound)],
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert "Nothing was found" in ran.stdout
    loaded = set(json.loads(ran.stderr))
    assert not loaded & {"fastapi", "starlette", "sqlalchemy", "psycopg", "jinja2", "alembic", "altair", "pyarrow"}
