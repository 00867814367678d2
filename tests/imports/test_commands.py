"""`preferendum import`, as it is typed."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from app.cli import cli
from app.errors import InvalidInputError, NotFoundError
from app.imports.progress import Bar, Lines
from tests.imports import rows as make

Run = Callable[..., Result]


@pytest.fixture
def run(test_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("PREFERENDUM_DATABASE_URL", test_url)

    def invoke(*words: object) -> Result:
        return CliRunner().invoke(cli, ["import", *map(str, words)])

    return invoke


def count(test_url: str, table: str) -> int:
    with psycopg.connect(test_url) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    votes = [{"annotator": "ann", "winner": "tie"}]
    return make.write_jsonl(tmp_path / "x.jsonl", [make.neutral(number, votes=votes) for number in range(3)])


def cells(table: str) -> list[list[str]]:
    """The body of a table that rich has drawn."""
    return [line.strip("│").replace("│", " ").split() for line in table.splitlines() if line.startswith("│")]


def test_an_import_says_what_is_new_and_what_was_there(run: Run, file: Path, test_url: str) -> None:
    first = run("kitchen", file, "--create", "The kitchen")
    assert first.exit_code == 0, first.output
    assert cells(first.stdout) == [
        ["matchups", "3", "3", "0"],
        ["votes", "3", "3", "0"],
        ["models", "2", "2", "0"],
        ["annotators", "1", "1", "0"],
    ]
    assert "Checking x.jsonl" in first.stderr
    assert "Writing votes" in first.stderr
    again = run("kitchen", file)
    assert again.exit_code == 0
    assert cells(again.stdout)[:2] == [["matchups", "3", "0", "3"], ["votes", "3", "0", "3"]]
    assert count(test_url, "vote") == 3


def test_the_arena_is_opened_only_if_asked(run: Run, file: Path, test_url: str) -> None:
    run("kitchen", file, "--create", "The kitchen")
    run("pantry", file, "--create", "The pantry", "--open")
    with psycopg.connect(test_url) as connection:
        states = connection.execute("SELECT slug, state FROM arena ORDER BY 1").fetchall()
    assert states == [("kitchen", "draft"), ("pantry", "open")]


def test_a_bad_row_is_shown_with_its_place_and_nothing_is_loaded(run: Run, file: Path, test_url: str) -> None:
    file.write_text(file.read_text() + '{"id": "[red]x", "prompt": "\\u001b[31m", "outputs": 5}\n')
    result = run("kitchen", file, "--create", "The kitchen")
    assert result.exit_code == 1
    shown = " ".join(result.stderr.split())
    assert "│ x.jsonl │ 4 │ outputs │" in shown
    assert "1 problems. Nothing was loaded." in shown
    assert count(test_url, "arena") == 0


def test_of_many_problems_the_first_are_shown_and_all_are_counted(run: Run, tmp_path: Path) -> None:
    file = make.write_jsonl(tmp_path / "x.jsonl", [make.neutral(number, prompt="\x1b[31m\0") for number in range(1234)])
    result = run("kitchen", file)
    assert result.exit_code == 1
    assert "1,234 problems; these are the first 20" in result.stderr
    assert "\x1b" not in result.stderr


def test_a_row_that_the_arena_stands_against_is_shown_and_ends_in_failure(run: Run, file: Path) -> None:
    run("kitchen", file, "--create", "The kitchen")
    file.write_text(file.read_text().replace("Soup 1", "Other soup"))
    result = run("kitchen", file)
    assert result.exit_code == 1
    assert "m1 is in the arena already" in " ".join(result.stderr.split())


def test_a_dry_run_needs_no_database(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFERENDUM_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    result = CliRunner().invoke(cli, ["import", "kitchen", str(file), "--dry-run"])
    assert result.exit_code == 0, result.output
    assert "No problems. 3 matchups of 2 models in the format neutral, 3 votes of 1 annotators" in result.stdout


def test_a_missing_arena_is_not_made_unasked(run: Run, file: Path) -> None:
    assert isinstance(run("kitchen", file).exception, NotFoundError)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["Not a slug", "FILE", "--create", "x"], "The arena's slug"),
        (["kitchen"], "Name the file of matchups"),
        (["kitchen", "FILE", "--folder", "."], "--folder is where the files of a --mapping are"),
        (["kitchen", "FILE", "--format", "nonsense"], "There is no format nonsense"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(run: Run, file: Path, words: list[str], reason: str) -> None:
    result = run(*[file if word == "FILE" else word for word in words])
    assert isinstance(result.exception, InvalidInputError)
    assert reason in result.exception.detail


def test_preferences_become_votes_of_the_kind_that_is_named(run: Run, tmp_path: Path, test_url: str) -> None:
    file = make.write_csv(tmp_path / "x.csv", [make.trl_preference(number) for number in range(3)])
    words = [
        "kitchen",
        file,
        "--create",
        "x",
        "--chosen-by",
        "judge",
        "--chosen-model",
        "owl",
        "--rejected-model",
        "elk",
    ]
    assert run(*words).exit_code == 0
    with psycopg.connect(test_url) as connection:
        assert connection.execute("SELECT kind FROM annotator").fetchall() == [("judge",)]
        assert connection.execute("SELECT name FROM model ORDER BY 1").fetchall() == [("elk",), ("owl",)]


def test_a_terminal_is_shown_a_bar_with_rows_and_phases(tmp_path: Path) -> None:
    console = Console(force_terminal=True, width=100, file=(tmp_path / "screen").open("w"))
    bar = Bar(console)
    bar.begin("Checking x.jsonl")
    bar.advance(512, 0.5)
    bar.begin("Writing votes")
    bar.end()
    console.file.close()
    shown = (tmp_path / "screen").read_text()
    assert "Checking x.jsonl" in shown
    assert "512 rows" in shown
    assert "Writing votes" in shown


def test_a_log_is_told_phases_and_from_time_to_time_the_rate(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as stream:
        lines = Lines(stream, every_seconds=0)
        lines.begin("Checking x.jsonl")
        lines.advance(512, 0.5)
        lines.end()
    first, second = (tmp_path / "log").read_text().splitlines()
    assert first == "Checking x.jsonl"
    assert second.startswith("Checking x.jsonl: 50%, 512 rows, ")
    assert second.endswith(" s remain")
