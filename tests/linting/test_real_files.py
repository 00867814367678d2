"""The linter on files that nobody on this project made."""

import os
from pathlib import Path

import pytest

from tests.linting.samples import finding, found, lint

DATA = os.environ.get("PREFERENDUM_TEST_DATA")
pytestmark = pytest.mark.skipif(DATA is None, reason="PREFERENDUM_TEST_DATA is not set: no real votes to look over")


@pytest.fixture
def data() -> Path:
    return Path(DATA or "")


def test_votes_of_a_crowd_hold_one_worker_who_always_chose_the_first(data: Path) -> None:
    report = lint(data / "llmfao" / "crowd-comparisons.csv")
    assert list(found(report)) == ["constant-annotators"]
    assert finding(report, "constant-annotators").figures["annotators"] == 1


def test_votes_on_pictures_are_sound_although_they_have_no_texts(data: Path) -> None:
    report = lint(data / "genai_arena" / "clean_battle_20240220.json")
    assert (report.files[0].rows, report.files[0].kind, found(report)) == (2061, "JSON array", {})


def test_answers_of_a_crowds_pairs_are_empty_in_places_and_name_nobody(data: Path) -> None:
    path = data / "llmfao" / "pairs-crowd.jsonl"
    rows = [line for line in path.read_text().splitlines() if '"result_x":"\\n"' in line or '"result_y":"\\n"' in line]
    report = lint(path)
    assert list(found(report)) == ["empty-texts"]
    assert finding(report, "empty-texts").places.rows() >= len(rows) > 0


def test_a_published_test_set_has_false_where_answers_were_words(data: Path) -> None:
    """`False`, as an answer, became JSON's false on its way."""
    report = lint(data / "pandalm" / "testset-v1.json")
    assert found(report)["wrong-types"] == [158, 159, 160, 162, 163, 165]
    assert {"duplicate-pairs", "empty-texts", "personal-data", "length-bias"} < found(report).keys()
