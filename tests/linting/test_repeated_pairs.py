"""Planted duplicates and contradictions are found among sound rows, and nothing else is."""

from pathlib import Path

from tests.linting.samples import battles, finding, found, lint, lint_rows, preferences, write


def test_a_repeated_pair_is_found_with_the_row_it_repeats(tmp_path: Path) -> None:
    rows = preferences(50)
    rows[30] = rows[10]
    report = lint(write(tmp_path / "file.jsonl", rows))
    assert found(report) == {"duplicate-pairs": [31]}
    (place,) = finding(report, "duplicate-pairs").places
    assert (place.row, place.other_row) == (31, 11)


def test_a_pair_turned_round_is_a_contradiction(tmp_path: Path) -> None:
    rows = preferences(50)
    rows[30] = {"prompt": rows[10]["prompt"], "chosen": rows[10]["rejected"], "rejected": rows[10]["chosen"]}
    assert lint_rows(tmp_path, rows) == {"contradictory-pairs": [31]}


def test_a_row_repeated_in_another_file_is_found(tmp_path: Path) -> None:
    rows = preferences(60)
    one, other = write(tmp_path / "a.jsonl", rows[:40]), write(tmp_path / "b.jsonl", [rows[3], *rows[40:]])
    (place,) = finding(lint(one, other), "duplicate-pairs").places
    assert (place.file, place.row, place.other_file, place.other_row) == (1, 1, 0, 4)


def test_people_may_disagree_but_one_person_may_not_contradict_herself(tmp_path: Path) -> None:
    rows = battles(60)
    rows[0]["winner"] = "model_a"
    rows[20] = {**rows[0], "winner": "model_b", "judge_hash": "somebody else"}
    assert lint_rows(tmp_path, rows) == {}
    rows[40] = {**rows[0], "winner": "model_b"}
    assert lint_rows(tmp_path, rows) == {"contradictory-pairs": [41]}


def test_the_sides_may_be_swapped_in_a_repetition(tmp_path: Path) -> None:
    rows = battles(60)
    swapped = {
        "model_a": rows[0]["model_b"],
        "model_b": rows[0]["model_a"],
        "conversation_a": rows[0]["conversation_b"],
        "conversation_b": rows[0]["conversation_a"],
    }
    rows[0]["winner"] = "model_a"
    rows[40] = {**rows[0], **swapped, "winner": "model_b"}
    assert lint_rows(tmp_path, rows) == {"duplicate-pairs": [41]}


def test_a_completion_that_is_labelled_both_ways_is_a_contradiction(tmp_path: Path) -> None:
    rows = [
        {"prompt": row["prompt"], "completion": row["chosen"], "label": number % 2 == 0}
        for number, row in enumerate(preferences(50))
    ]
    rows[20] = {**rows[5], "label": not rows[5]["label"]}
    assert lint_rows(tmp_path, rows) == {"contradictory-pairs": [21]}


def test_a_file_of_several_judgements_of_each_pair_is_told_as_a_note(tmp_path: Path) -> None:
    pairs = preferences(30)
    turned = [{"prompt": row["prompt"], "chosen": row["rejected"], "rejected": row["chosen"]} for row in pairs]
    report = lint(write(tmp_path / "file.jsonl", [*pairs, *pairs, *turned]))
    assert {one.rule.code: (one.severity, len(one.places)) for one in report.findings} == {
        "duplicate-pairs": ("note", 30),
        "contradictory-pairs": ("note", 30),
    }
    assert "several people's judgements" in finding(report, "contradictory-pairs").summary


def test_a_few_pairs_judged_alike_and_otherwise_are_several_peoples_judgements_too(tmp_path: Path) -> None:
    """So is what an arena exports for a trainer: no column says who voted."""
    pairs = preferences(100)
    turned = [{"prompt": row["prompt"], "chosen": row["rejected"], "rejected": row["chosen"]} for row in pairs]
    report = lint(write(tmp_path / "file.jsonl", [*pairs, *pairs[:4], *turned[10:13]]))
    assert {one.severity for one in report.findings} == {"note"}
    report = lint(write(tmp_path / "copied.jsonl", [*pairs, *pairs[:20]]))
    assert [(one.rule.code, one.severity) for one in report.findings] == [("duplicate-pairs", "warning")]
