"""`preferendum rank --how-sure`: what the arena's panel says, from a file."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.ranking_files.files import board, made_up_votes, pair_counts, rank, without_voters, write_csv, write_jsonl

DATA = os.environ.get("PREFERENDUM_TEST_DATA", "")
LLMFAO = Path(DATA) / "llmfao" / "crowd-comparisons.csv"
needs_data = pytest.mark.skipif(not DATA, reason="PREFERENDUM_TEST_DATA is not set: the llmfao votes are not here")


def answers(found: dict[str, Any]) -> dict[str, str]:
    return {one["key"]: one["answer"] for one in found["how_sure"]["statements"]}


@needs_data
def test_what_is_known_of_llmfao_is_said_in_words_and_in_figures() -> None:
    said = " ".join(rank(LLMFAO, "--how-sure").stdout.split())
    assert "hold up the first place? 13 votes" in said
    assert "8 for Weaver 12k against Platypus-2 Instruct (70B)" in said
    assert "would change it? 11 votes" in said
    assert "11 for Platypus-2 Instruct (70B) against GPT 4" in said
    assert "At most 29.3 points" in said
    assert "0.2906" in said
    assert "was not recorded" in said

    figures = board(LLMFAO, "--how-sure")["how_sure"]
    assert (figures["drop"]["votes"], figures["forge"]["votes"]) == (13, 11)
    assert figures["influence"]["points"] == pytest.approx(29.3, abs=0.05)
    assert figures["agreement_nominal"]["value"] == pytest.approx(0.29060, abs=5e-6)
    assert figures["position"]["state"] == "not-recorded"


def test_without_the_option_nothing_of_it_is_there(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "votes.csv", made_up_votes(100))
    assert "how_sure" not in board(path)
    assert "How sure" not in rank(path).stdout


def test_dropping_the_votes_that_are_named_puts_the_other_model_first(tmp_path: Path) -> None:
    votes = made_up_votes(300)
    found = board(write_csv(tmp_path / "votes.csv", votes), "--how-sure")
    left, drop = list(votes), found["how_sure"]["drop"]
    for model_a, model_b, winner, number in drop["changes"]:
        turned = {"model_a": "model_b", "model_b": "model_a"}.get(winner, winner)
        kinds = ((model_a, model_b, winner), (model_b, model_a, turned))
        gone = [vote for vote in left if (vote["model_a"], vote["model_b"], vote["winner"]) in kinds][:number]
        left = [vote for vote in left if all(vote is not one for one in gone)]
    assert len(left) == len(votes) - drop["votes"]
    assert board(write_csv(tmp_path / "left.csv", left))["entries"][0]["model"] == drop["new"]


def test_repeats_and_agreement_are_known_where_the_file_says_what_a_vote_is_on(tmp_path: Path) -> None:
    votes = [{**vote, "dish": number // 2} for number, vote in enumerate(v for v in made_up_votes(150) for _ in "ab")]
    path = write_jsonl(tmp_path / "votes.jsonl", votes)
    assert answers(board(path, "--how-sure"))["self-consistency"] == "Not known"
    named = board(path, "--how-sure", "--item-column", "dish")
    assert answers(named)["self-consistency"] == "100.0 %"
    assert named["how_sure"]["self_consistency"]["repeated"] == 150

    by_others = [{**vote, "voter": f"{vote['voter']}-{number % 2}"} for number, vote in enumerate(votes)]
    agreed = board(write_jsonl(tmp_path / "others.jsonl", by_others), "--how-sure", "--item-column", "dish")
    assert agreed["how_sure"]["agreement_nominal"]["value"] == 1.0


def test_the_same_item_with_other_models_is_another_comparison(tmp_path: Path) -> None:
    votes = [{**vote, "item": 1} for vote in made_up_votes(200, voters=1)]
    found = board(write_csv(tmp_path / "votes.csv", votes), "--how-sure")["how_sure"]
    assert found["self_consistency"]["repeated"] == 10, "the pairs of five models"


@pytest.mark.parametrize("with_voters", [True, False])
def test_a_planted_position_effect_is_found_where_the_order_on_the_screen_is_known(
    tmp_path: Path, with_voters: bool
) -> None:
    pairs = [("x", "y"), ("y", "z"), ("z", "x")] * 60
    votes = [
        {
            "model_a": pair[0] if order == "ab" else pair[1],
            "model_b": pair[1] if order == "ab" else pair[0],
            "winner": ("model_a", "model_a", "model_b")[number // 3 % 3],
            "side_order": "ab",
            "voter": f"v{number % 20}",
        }
        for number, pair in enumerate(pairs)
        for order in ("ab", "ba")
    ]
    found = board(write_csv(tmp_path / "votes.csv", votes if with_voters else without_voters(votes)), "--how-sure")[
        "how_sure"
    ]
    assert found["position"]["state"] == "measured"
    assert found["position"]["points"] == pytest.approx(120.4, abs=0.1)
    assert 0.0 < found["position"]["lower"] < found["position"]["upper"]


def test_what_a_file_does_not_tell_is_said_to_be_unknown(tmp_path: Path) -> None:
    votes = made_up_votes(200)
    nobody = board(write_csv(tmp_path / "nobody.csv", without_voters(votes)), "--how-sure")
    pairs = board(write_csv(tmp_path / "pairs.csv", pair_counts(votes)), "--how-sure")
    for found in (nobody, pairs):
        said = answers(found)
        assert {said[key] for key in ("influence", "agreement", "self-consistency", "position")} == {"Not known"}
        assert found["how_sure"]["position"]["state"] == "not-recorded"
        assert found["how_sure"]["drop"] is not None
        assert found["how_sure"]["cycles"]["decisive"] > 0
    assert nobody["how_sure"]["drop"] == pairs["how_sure"]["drop"]
    assert json.dumps(nobody)
