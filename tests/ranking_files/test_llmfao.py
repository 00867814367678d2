"""Real votes, ranked from the file that their authors published."""

import os
from pathlib import Path

import pytest

from tests.ranking_files.files import board, problem, rank

DATA = os.environ.get("PREFERENDUM_TEST_DATA", "")
VOTES = Path(DATA) / "llmfao" / "crowd-comparisons.csv"

pytestmark = pytest.mark.skipif(not DATA, reason="PREFERENDUM_TEST_DATA is not set")


def test_the_first_three_of_llmfao_are_those_that_are_known() -> None:
    found = board(VOTES)
    assert [entry["model"] for entry in found["entries"][:3]] == ["GPT 4", "Platypus-2 Instruct (70B)", "command"]
    assert (found["votes"], len(found["entries"])) == (8931, 59)


def test_the_table_of_llmfao_says_who_voted() -> None:
    assert "59 models · 8,931 votes by 124 voters" in rank(VOTES).stdout


def test_four_outcomes_need_votes_that_both_are_bad_which_llmfao_has_not() -> None:
    found = problem(VOTES, "--method", "four-outcomes")
    assert found["type"] == "/problems/not-ranked"
    assert "both bad" in found["detail"]
