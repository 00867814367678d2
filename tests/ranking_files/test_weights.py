"""A column of weights, and columns that look as if they were meant and are not read."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.ratings import PairCounts, fit_bradley_terry, rating_intervals
from app.ratings.clustered import clustered_covariance
from app.ratings.votes import CodedVotes
from tests.ranking_files.files import (
    board,
    made_up_votes,
    pair_counts,
    problem,
    rank,
    ratings,
    without_voters,
    write_csv,
    write_jsonl,
    write_parquet,
)


def weighted(votes: list[dict[str, Any]], seed: int = 4) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    return [{**vote, "weight": float(rng.uniform(0.2, 3.0))} for vote in votes]


def test_a_weight_of_three_gives_the_ratings_of_three_votes_but_not_their_certainty(tmp_path: Path) -> None:
    votes = without_voters(made_up_votes(300))
    thrice = [{**vote, "weight": 3 if place < 100 else 1} for place, vote in enumerate(votes)]
    heavy = board(write_csv(tmp_path / "heavy.csv", thrice))
    repeated = board(write_csv(tmp_path / "repeated.csv", [*votes[:100] * 3, *votes[100:]]))
    assert ratings(heavy) == pytest.approx(ratings(repeated), abs=1e-8)
    assert heavy["votes"] == 300
    assert sum(entry["votes"] for entry in heavy["entries"]) == 600
    for own, other in zip(heavy["entries"], repeated["entries"], strict=True):
        assert own["rating_upper"] - own["rating_lower"] > 1.05 * (other["rating_upper"] - other["rating_lower"])


@pytest.mark.parametrize("kind", ["sandwich", "clustered", "bootstrap"])
def test_every_kind_of_interval_takes_weights_and_a_common_factor_changes_nothing(tmp_path: Path, kind: str) -> None:
    votes = weighted(made_up_votes(300))
    halved = [{**vote, "weight": vote["weight"] / 2.0} for vote in votes]
    one = board(write_parquet(tmp_path / "one.parquet", votes), "--intervals", kind)
    other = board(write_jsonl(tmp_path / "other.jsonl", halved), "--intervals", kind)
    for own, scaled in zip(one["entries"], other["entries"], strict=True):
        for name in ("rating", "rating_lower", "rating_upper"):
            assert own[name] == pytest.approx(scaled[name], abs=1e-6)


def test_clustered_intervals_of_weighted_votes_are_those_of_the_engine(tmp_path: Path) -> None:
    votes = weighted(made_up_votes(300))
    coded = CodedVotes.from_names(*([vote[name] for vote in votes] for name in ("model_a", "model_b", "winner")))
    weights = np.array([vote["weight"] for vote in votes])
    fit = fit_bradley_terry(PairCounts.from_coded_votes(coded, weights))
    voters = np.unique([vote["voter"] for vote in votes], return_inverse=True)[1]
    expected = rating_intervals(fit.models, fit.theta, clustered_covariance(coded, voters, fit, weights))
    found = {entry["model"]: entry for entry in board(write_csv(tmp_path / "votes.csv", votes))["entries"]}
    for place, model in enumerate(fit.models):
        assert found[model]["rating_lower"] == pytest.approx(expected.rating_lower[place], abs=1e-9)


@pytest.mark.parametrize("weight", ["nan", "inf", "-1", "", "heavy"])
def test_a_weight_that_is_none_is_refused_with_its_row(tmp_path: Path, weight: str) -> None:
    votes = [{**vote, "weight": "1"} for vote in made_up_votes(20)]
    votes[7]["weight"] = weight
    found = problem(write_csv(tmp_path / "votes.csv", votes))
    assert [(fault["line"], fault["column"]) for fault in found["errors"]] == [(9, "weight")]
    assert "weight of a vote" in found["detail"] or "not a number" in found["detail"]


def test_a_model_whose_votes_all_weigh_nothing_is_named_as_one_without_votes(tmp_path: Path) -> None:
    votes = [{**vote, "weight": 0 if "eel" in (vote["model_a"], vote["model_b"]) else 1} for vote in made_up_votes(200)]
    found = problem(write_csv(tmp_path / "votes.csv", votes))
    assert found["without_votes"] == ["eel"]
    assert "The model eel has no votes" in found["detail"]


def test_elo_says_the_order_it_took_and_that_it_has_no_weights(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "votes.csv", weighted(made_up_votes(50)))
    ran = rank(path, "--method", "elo", "--json")
    assert "order of the rows" in ran.stderr
    assert "weight is not used" in ran.stderr
    assert "order" in rank(path, "--method", "elo").stdout


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"a_wins": 3, "b_wins": 2}, "Columns a_wins, b_wins are not read: each row is one vote, by winner."),
        ({"winner_tie": 1}, "Column winner_tie is not read"),
        ({"sample_weight": 2}, "Column sample_weight is not read: weights are read from a column weight."),
    ],
)
def test_columns_that_look_meant_beside_a_winner_are_named(tmp_path: Path, more: dict[str, int], said: str) -> None:
    votes = [{**vote, **more} for vote in made_up_votes(50)]
    ran = rank(write_csv(tmp_path / "votes.csv", votes))
    assert ran.exit_code == 0
    assert said in ran.stderr


@pytest.mark.parametrize("column", ["weight", "voter", "ties"])
def test_columns_that_look_meant_beside_pair_counts_are_named(tmp_path: Path, column: str) -> None:
    pairs = pair_counts(made_up_votes(100))
    expected = board(write_csv(tmp_path / "plain.csv", pairs))
    path = write_csv(tmp_path / "pairs.csv", [{**pair, column: 1} for pair in pairs])
    assert f"Column {column} is not read: " in rank(path).stderr
    assert board(path) == expected


def test_nothing_is_said_of_columns_that_have_no_meaning_here(tmp_path: Path) -> None:
    votes = [{**vote, "prompt": "x", "language": "en"} for vote in made_up_votes(100)]
    assert rank(write_csv(tmp_path / "votes.csv", votes)).stderr == ""
