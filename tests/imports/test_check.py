"""The first pass over real files: detection, what rows say together, and how problems are told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import InvalidInputError
from app.imports.check import Checked, check
from app.imports.formats.pairs import PairOptions
from app.imports.plan import ImportOptions
from app.imports.problems import KEPT
from app.imports.progress import Silent
from tests.imports import rows as make


def checked(file: Path, **options: object) -> Checked:
    return check(ImportOptions(file, **options), Silent())  # type: ignore[arg-type]  # each test names real options


def problems(result: Checked) -> list[tuple[str, int, str, str]]:
    return [(found.file, found.line, found.column, found.reason) for found in result.log.kept]


@pytest.mark.parametrize(
    ("name", "write", "row", "shape", "votes"),
    [
        ("x.jsonl", make.write_jsonl, make.neutral, "neutral", 0),
        ("x.parquet", make.write_parquet, make.neutral, "neutral", 0),
        ("x.jsonl", make.write_jsonl, make.arena_33k, "arena-33k", 3),
        ("x.parquet", make.write_parquet, make.arena_33k, "arena-33k", 3),
        ("x.jsonl", make.write_jsonl, make.arena_100k, "arena-100k", 3),
        ("x.parquet", make.write_parquet, make.arena_100k, "arena-100k", 3),
        ("x.jsonl", make.write_jsonl, make.arena_140k, "arena-140k", 3),
        ("x.parquet", make.write_parquet, make.arena_140k, "arena-140k", 3),
        ("x.csv", make.write_csv, make.arena_55k, "arena-55k", 3),
        ("x.csv", make.write_csv, make.trl_preference, "trl-preference", 3),
        ("x.parquet", make.write_parquet, make.trl_preference, "trl-preference", 3),
        ("x.jsonl", make.write_jsonl, make.raw_vote, "raw-votes", 3),
        ("x.parquet", make.write_parquet, make.raw_vote, "raw-votes", 3),
    ],
)
def test_files_of_every_shape_are_told_by_their_columns_and_read(
    tmp_path: Path, name: str, write: Callable[..., Path], row: Callable[[int], make.Row], shape: str, votes: int
) -> None:
    file = write(tmp_path / name, [row(number) for number in range(3)])
    result = checked(file, pairs=PairOptions(chosen_by="human"))
    assert problems(result) == []
    assert result.plan.shape.name == shape
    assert (result.census.matchups, result.census.votes) == (3, votes)


def test_flat_csv_with_a_file_of_votes_and_one_of_models(tmp_path: Path) -> None:
    file = make.write_csv(
        tmp_path / "matchups.csv",
        [{"id": "1", "prompt": "p", "model_a": "owl", "output_a": "", "model_b": "elk", "output_b": "x"}],
    )
    votes = make.write_csv(
        tmp_path / "votes.csv", [{"matchup": "1", "annotator": "ann", "winner": "tie", "cast_at": ""}]
    )
    models = make.write_csv(
        tmp_path / "models.csv", [{"model": "owl", "organisation": "Zoo", "settings": '{"temperature": 0.5}'}]
    )
    result = checked(file, votes=votes, models=models)
    assert problems(result) == []
    [facts] = result.plan.models.values()
    assert (facts.organisation, facts.settings) == ("Zoo", {"temperature": 0.5})
    assert result.census.annotators == {"ann": "human"}


def test_every_bad_row_is_reported_and_every_good_one_counted(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    make.write_jsonl(file, [make.neutral(0), make.neutral(1, prompt=""), make.neutral(2), make.neutral(3, id=None)])
    file.write_text(file.read_text() + "oops\n")
    result = checked(file)
    assert [(line, column) for _, line, column, _ in problems(result)] == [(2, "prompt"), (4, "id"), (5, "character 1")]
    assert result.census.matchups == 2


def test_a_first_row_that_is_broken_does_not_hide_the_shape(tmp_path: Path) -> None:
    file = make.write_jsonl(tmp_path / "x.jsonl", [make.neutral()])
    file.write_text("oops\n" + file.read_text())
    result = checked(file)
    assert [line for _, line, _, _ in problems(result)] == [1]
    assert result.census.matchups == 1


def test_problems_are_all_counted_and_the_first_are_kept(tmp_path: Path) -> None:
    file = make.write_jsonl(tmp_path / "x.jsonl", [make.neutral(number, prompt="") for number in range(KEPT + 5)])
    result = checked(file)
    assert (result.log.count, len(result.log.kept)) == (KEPT + 5, KEPT)


def test_an_id_that_comes_twice_is_a_problem(tmp_path: Path) -> None:
    file = make.write_jsonl(tmp_path / "x.jsonl", [make.neutral(1), make.neutral(1), make.neutral(1, prompt="Other?")])
    assert problems(checked(file)) == [
        ("x.jsonl", 2, "", "m1 stood in an earlier row already"),
        ("x.jsonl", 3, "", "m1 stood in an earlier row with other content"),
    ]


def test_the_same_preference_twice_is_one_matchup_with_two_votes(tmp_path: Path) -> None:
    file = make.write_jsonl(tmp_path / "x.jsonl", [make.trl_preference()] * 2)
    result = checked(file, pairs=PairOptions(chosen_by="judge"))
    assert problems(result) == []
    assert (result.census.matchups, result.census.votes) == (1, 2)


def test_a_vote_on_no_matchup_is_a_problem(tmp_path: Path) -> None:
    file = make.write_jsonl(tmp_path / "x.jsonl", [make.neutral(1)])
    votes = make.write_jsonl(
        tmp_path / "votes.jsonl",
        [{"matchup": "m1", "annotator": "a", "winner": "tie"}, {"matchup": "m2", "annotator": "a", "winner": "tie"}],
    )
    assert problems(checked(file, votes=votes)) == [("votes.jsonl", 2, "", "there is no matchup m2 in x.jsonl")]


def test_an_annotator_is_of_one_kind(tmp_path: Path) -> None:
    votes = [{"annotator": "a", "winner": "tie"}, {"annotator": "a", "winner": "tie", "kind": "judge"}]
    file = make.write_jsonl(tmp_path / "x.jsonl", [make.neutral(1, votes=votes)])
    assert problems(checked(file)) == [("x.jsonl", 1, "", "a is of the kind judge here and human before")]


def test_a_model_that_stands_in_the_models_file_twice_is_a_problem(tmp_path: Path) -> None:
    file = make.write_jsonl(tmp_path / "x.jsonl", [make.neutral(1)])
    models = make.write_jsonl(
        tmp_path / "models.jsonl",
        [
            {"model": "owl"},
            {"model": "owl", "version": "2"},
            {"model": "owl"},
            {"model": "elk", "link": "javascript:x"},
        ],
    )
    assert problems(checked(file, models=models)) == [
        ("models.jsonl", 3, "model", "owl stands in this file twice"),
        ("models.jsonl", 4, "link", "does not begin with https:// or http://"),
    ]


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (make.raw_vote(0), "revision 1 of battle 00000000-0000-0000-0000-000000000001 stood in an earlier row"),
        (make.raw_vote(0, revision=2), "has two current revisions"),
        (make.raw_vote(0, revision=2, current=False, annotator="other"), "with another matchup, annotator or repeat"),
        (make.raw_vote(0, battle_id=make.raw_vote(5)["battle_id"]), "another battle has the same matchup"),
        (make.raw_vote(1, current=False), "is true in no row of this battle"),
    ],
)
def test_raw_votes_that_contradict_each_other_are_problems(tmp_path: Path, second: make.Row, reason: str) -> None:
    file = make.write_jsonl(tmp_path / "x.jsonl", [make.raw_vote(0), second])
    [(_, line, _, found)] = problems(checked(file))
    assert line == 2
    assert reason in found


def test_revisions_of_a_raw_vote_may_come_in_any_order(tmp_path: Path) -> None:
    revisions = [make.raw_vote(0, revision=n, current=n == 2) for n in (2, 1)]
    assert problems(checked(make.write_jsonl(tmp_path / "x.jsonl", revisions))) == []


def test_a_file_without_rows_is_a_problem(tmp_path: Path) -> None:
    file = make.write_csv(tmp_path / "x.csv", [make.trl_preference()])
    file.write_text(file.read_text().splitlines()[0])
    assert problems(checked(file)) == [("x.csv", 1, "", "the file holds no rows")]


def test_columns_of_no_format_are_refused_with_their_names(tmp_path: Path) -> None:
    file = make.write_jsonl(tmp_path / "x.jsonl", [{"question": "?", "answer": "!"}])
    with pytest.raises(
        InvalidInputError, match=r"has the columns question, answer, which are those of no known format"
    ):
        checked(file)


def test_a_format_can_be_forced_and_must_exist(tmp_path: Path) -> None:
    file = make.write_jsonl(tmp_path / "x.jsonl", [{"id": "1", "prompt": "?"}])
    assert {column for _, _, column, _ in problems(checked(file, format="neutral"))} == {"outputs"}
    with pytest.raises(InvalidInputError, match=r"no format nonsense\. There are: raw-votes, arena-140k"):
        checked(file, format="nonsense")


def test_a_file_that_is_broken_from_its_first_row_on_is_refused_with_the_reason(tmp_path: Path) -> None:
    file = tmp_path / "x.parquet"
    file.write_bytes(b"nothing")
    with pytest.raises(InvalidInputError, match=r"x\.parquet, line 1: is not a sound Parquet file"):
        checked(file)
