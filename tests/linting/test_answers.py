"""Answers that are empty or the same."""

from pathlib import Path

from tests.linting.samples import battles, finding, found, lint, lint_rows, preferences, said, write


def test_a_chosen_answer_that_is_the_rejected_one_is_found(tmp_path: Path) -> None:
    rows = preferences(30)
    rows[4]["rejected"] = rows[4]["chosen"]
    rows[9]["rejected"] = rows[9]["chosen"].replace(" ", "  ") + "\n"
    report = lint(write(tmp_path / "file.jsonl", rows))
    assert found(report) == {"chosen-equals-rejected": [5, 10]}
    assert [place.detail for place in finding(report, "chosen-equals-rejected").places] == ["", "but for white space"]


def test_equal_answers_are_a_fault_only_where_one_of_them_won(tmp_path: Path) -> None:
    rows = battles(40)
    for row, winner in ((3, "tie"), (7, "model_b")):
        rows[row]["conversation_b"] = rows[row]["conversation_a"]
        rows[row]["winner"] = winner
    assert lint_rows(tmp_path, rows) == {"chosen-equals-rejected": [8]}


def test_empty_prompts_and_answers_are_errors_in_what_is_trained_on(tmp_path: Path) -> None:
    rows = preferences(30)
    rows[2]["chosen"], rows[3]["prompt"] = "", " \n"
    report = lint(write(tmp_path / "file.jsonl", rows))
    assert found(report) == {"empty-texts": [3, 4]}
    assert report.worst() == "error"


def test_an_empty_turn_is_named_by_its_place(tmp_path: Path) -> None:
    rows = battles(40)
    prompt = rows[5]["conversation_a"][0]["content"]
    rows[5]["conversation_a"] = [*said(prompt, "Yes."), *said("And then?", "")]
    rows[5]["conversation_b"] = [*said(prompt, "No."), *said("And then?", "It rains.")]
    report = lint(write(tmp_path / "file.jsonl", rows))
    (place,) = finding(report, "empty-texts").places
    assert (place.row, place.column) == (6, "conversation_a[3].content")
    assert report.worst() == "warning"
