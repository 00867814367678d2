"""Prompts in two splits, and prompts that are nearly the same."""

import random
from pathlib import Path

import numpy as np
import pytest

from app.linting.checks.prompt_signatures import near_pairs, normalised, signature
from tests.linting.samples import finding, found, lint, lint_rows, preferences, words, write


def similarity(one: str, other: str) -> float:
    return float(np.mean(signature(normalised(one)) == signature(normalised(other))))


def test_signatures_estimate_the_share_of_common_shingles() -> None:
    """Against the exact Jaccard similarity of the same shingles, within four standard errors."""
    for seed in range(40):
        text = words(seed, 40)
        changed = " ".join(text.split()[: 40 - seed % 20]) + " " + words(-seed - 1, seed % 20)
        one, other = ({f" {said} "[at : at + 5] for at in range(len(said) - 2)} for said in (text, changed.strip()))
        exact = len(one & other) / len(one | other)
        assert similarity(text, changed.strip()) == pytest.approx(exact, abs=4 * 0.0625)


def test_a_signature_is_the_same_in_every_run() -> None:
    assert signature("what is the capital of france")[:4].tolist() == [26075, 42906, 42236, 11013]


@pytest.mark.parametrize(
    ("one", "other", "is_near"),
    [
        ("Write a poem about the sea and the ships on it.", "write a poem about the sea, and the ships on it", True),
        (words(1, 40), words(1, 40) + " please", True),
        ("What is 17 * 23?", "What is 17 * 24?", False),
        ("Translate to French: the cat sleeps.", "Translate to French: a dog runs fast.", False),
        ("你好 请问今天北京的天气怎么样", "你好,请问今天北京的天气怎么样", True),
        ("", "!", True),
    ],
)
def test_edited_copies_are_near_and_other_questions_are_not(one: str, other: str, *, is_near: bool) -> None:
    signatures = np.stack([signature(normalised(text)) for text in (one, other)])
    assert bool(list(near_pairs(signatures))) == is_near


def test_near_duplicates_are_a_note_with_the_row_they_copy(tmp_path: Path) -> None:
    rows = preferences(60)
    rows[40]["prompt"] = rows[10]["prompt"].upper() + "!"
    rows[50]["prompt"] = rows[20]["prompt"].rstrip("?") + " ok?"
    report = lint(write(tmp_path / "file.jsonl", rows))
    places = [(place.row, place.other_row) for place in finding(report, "near-duplicate-prompts").places]
    assert places == [(41, 11), (51, 21)]
    assert report.worst() == "note"


def test_a_prompt_in_two_splits_is_an_error(tmp_path: Path) -> None:
    rows = preferences(60)
    rows[50]["prompt"], rows[55]["prompt"] = rows[3]["prompt"], rows[4]["prompt"].title()
    train, test = write(tmp_path / "train.jsonl", rows[:40]), write(tmp_path / "test.jsonl", rows[40:])
    report = lint(train, test)
    assert {one.rule.code: one.severity for one in report.findings} == {
        "splits-share-prompts": "error",
        "splits-share-near-prompts": "warning",
        "near-duplicate-prompts": "note",
    }
    (place,) = finding(report, "splits-share-prompts").places
    assert (place.file, place.row, place.other_file, place.other_row) == (1, 11, 0, 4)


def test_files_that_are_no_splits_by_name_only_give_a_note(tmp_path: Path) -> None:
    rows = preferences(60)
    rows[50]["prompt"] = rows[3]["prompt"]
    report = lint(write(tmp_path / "monday.jsonl", rows[:40]), write(tmp_path / "tuesday.jsonl", rows[40:]))
    assert [(one.rule.code, one.severity) for one in report.findings] == [("splits-share-prompts", "note")]


def test_a_split_column_tells_splits_within_one_file(tmp_path: Path) -> None:
    rows = [{**row, "split": "test" if number >= 50 else "train"} for number, row in enumerate(preferences(60))]
    assert lint_rows(tmp_path, rows) == {}
    rows[52]["prompt"], rows[30]["prompt"] = rows[7]["prompt"], rows[7]["prompt"]
    assert lint_rows(tmp_path, rows) == {"splits-share-prompts": [53]}


def test_one_file_without_splits_says_that_splits_were_not_looked_at(tmp_path: Path) -> None:
    report = lint(write(tmp_path / "file.jsonl", preferences(10)))
    assert "split" in report.skipped["splits-share-prompts"]
    assert found(report) == {}


def test_of_many_copies_each_is_told_once() -> None:
    prompts = [f"{words('same', 30)} {'x' * (number % 3)}" for number in range(500)]
    prompts += [words(number, 30) for number in range(1500)]
    signatures = np.concatenate([np.stack([signature(normalised(prompt)) for prompt in prompts])] * 20)
    seconds = [pair.second for pair in near_pairs(signatures)]
    assert len(seconds) == len(set(seconds)) == len(signatures) - 1501


def test_of_twenty_thousand_prompts_the_planted_copies_are_found_and_no_others(tmp_path: Path) -> None:
    chooser = random.Random(5)
    vocabulary = [
        f"{chooser.getrandbits(40):x}".translate(str.maketrans("0123456789", "ghijklmnop")) for _ in range(5000)
    ]
    rows = [{"prompt": " ".join(chooser.choices(vocabulary, k=15))} for _ in range(20_000)]
    planted = sorted(chooser.sample(range(10_000, 20_000), 50))
    for row in planted:
        said = rows[row - 10_000]["prompt"].split()
        said[7] = "otherwise"
        rows[row]["prompt"] = " ".join(said)
    found_rows = lint_rows(tmp_path, rows, only=["near-duplicate-prompts"])["near-duplicate-prompts"]
    assert set(found_rows) <= {row + 1 for row in planted}
    assert len(found_rows) >= 40
