"""Foreign files through a mapping."""

from pathlib import Path

import pytest

from app.errors import InvalidInputError
from app.imports.check import Checked, check
from app.imports.mapping import load_mapping
from app.imports.plan import ImportOptions
from app.imports.progress import Silent
from app.imports.stream import PlacedMatchup, PlacedVote, read_plan
from tests.imports import rows as make

MAPPING = """
[matchups]
file = "pairs.jsonl"
id = "number"
prompt = "question"
tags = ["topic", "level"]
[[matchups.outputs]]
model = "left_model"
text = "left"
[[matchups.outputs]]
model = "right_model"
text = "right"

[models]
file = "models.csv"
id = "key"
name = "title"
organisation = "maker"

[votes]
file = "ballots.csv"
matchup = "pair"
annotator = "who"
winner = "verdict"
cast_at = "at"
kind = "judge"
winners = { 1 = "model_a", 2 = "model_b", 0 = "both_bad" }
"""

PAIR = {"number": 7, "question": "Dish?", "topic": "food", "level": None, "left_model": 1, "right_model": 2}
BALLOT = {"pair": "7", "who": "w1", "verdict": "0", "at": "1714566600"}


def write(folder: Path, mapping: str = MAPPING, pair: make.Row | None = None, ballot: make.Row | None = None) -> Path:
    make.write_jsonl(folder / "pairs.jsonl", [{**PAIR, "left": "Soup", "right": "Stew", **(pair or {})}])
    make.write_csv(folder / "models.csv", [{"key": key, "title": f"model {key}", "maker": "Zoo"} for key in (1, 2, 3)])
    make.write_csv(folder / "ballots.csv", [{**BALLOT, **(ballot or {})}])
    path = folder / "mapping.toml"
    path.write_text(mapping)
    return path


def checked(path: Path) -> Checked:
    return check(ImportOptions(mapping=path), Silent())


def test_mapped_columns_become_matchups_models_and_votes(tmp_path: Path) -> None:
    result = checked(write(tmp_path))
    assert result.log.kept == []
    found = list(read_plan(result.plan, type(result.census)(), result.log, Silent(), "Reading"))
    [matchup] = [item.matchup for item in found if isinstance(item, PlacedMatchup)]
    [vote] = [item.vote for item in found if isinstance(item, PlacedVote)]
    assert (matchup.external_id, matchup.prompts, matchup.tags) == ("7", (("Dish?",),), ("food",))
    assert (matchup.model_a.model, matchup.model_b.model) == ("model 1", "model 2")
    assert (matchup.answers_a, matchup.answers_b) == ((("Soup",),), (("Stew",),))
    assert (vote.annotator, vote.winner, vote.kind) == ("w1", "both_bad", "judge")
    assert str(vote.cast_at) == "2024-05-01 12:30:00+00:00"
    assert {facts.organisation for facts in result.plan.models.values()} == {"Zoo"}


@pytest.mark.parametrize(
    ("pair", "ballot", "file", "column", "reason"),
    [
        ({"left_model": 9}, {}, "pairs.jsonl", "left_model", "is '9', which no row of the models file has"),
        ({"right": None}, {}, "pairs.jsonl", "right", "is missing"),
        ({"question": ""}, {}, "pairs.jsonl", "question", "is empty"),
        ({"level": {}}, {}, "pairs.jsonl", "level", "is a dict"),
        ({}, {"verdict": "3"}, "ballots.csv", "verdict", "is '3'; the mapping's winners are 1, 2, 0"),
        ({}, {"who": ""}, "ballots.csv", "who", "is empty"),
        ({}, {"at": "noon"}, "ballots.csv", "at", "not a time"),
    ],
)
def test_faults_carry_the_names_of_the_columns_in_the_file(
    tmp_path: Path, pair: make.Row, ballot: make.Row, file: str, column: str, reason: str
) -> None:
    found = checked(write(tmp_path, pair=pair, ballot=ballot)).log.kept[0]
    assert (found.file, found.column) == (file, column)
    assert reason in found.reason


def test_without_a_models_file_the_columns_hold_names(tmp_path: Path) -> None:
    without = MAPPING[: MAPPING.index("[models]")] + MAPPING[MAPPING.index("[votes]") :]
    result = checked(write(tmp_path, without))
    assert result.log.kept == []
    assert sorted(contestant.model for contestant in result.census.contestants) == ["1", "2"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[matchups", "is not TOML"),
        ("", "matchups: Field required"),
        (MAPPING.replace('id = "number"', 'key = "number"'), "matchups.id: Field required"),
        (MAPPING.replace('"both_bad"', '"neither"'), "votes.winners.0: Input should be 'model_a'"),
        (MAPPING + "colour = 'red'", "votes.colour: Extra inputs are not permitted"),
    ],
)
def test_a_mapping_with_a_mistake_is_told_where(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(text)
    with pytest.raises(InvalidInputError) as caught:
        load_mapping(path)
    assert reason in caught.value.detail


def test_a_mapping_and_files_of_ones_own_exclude_each_other(tmp_path: Path) -> None:
    path = write(tmp_path)
    with pytest.raises(InvalidInputError, match="names the files itself"):
        check(ImportOptions(file=tmp_path / "pairs.jsonl", mapping=path), Silent())
    with pytest.raises(InvalidInputError, match="Name the file of matchups"):
        check(ImportOptions(), Silent())


def test_the_files_of_a_mapping_may_lie_elsewhere(tmp_path: Path) -> None:
    path = write(tmp_path)
    elsewhere = tmp_path / "elsewhere.toml"
    path.rename(tmp_path / "elsewhere.toml")
    folder = tmp_path / "data"
    folder.mkdir()
    write(folder)
    for name in ("pairs.jsonl", "models.csv", "ballots.csv"):
        (tmp_path / name).unlink()
    assert check(ImportOptions(mapping=elsewhere, folder=folder), Silent()).census.votes == 1
