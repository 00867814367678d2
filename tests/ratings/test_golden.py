"""The golden files of evalica, at the accuracy at which they are written.

Of its seven algorithms four have a counterpart here: `bradley_terry`, `newman` (Davidson's model), `elo` and
`average_win_rate`. `counting` is the number of wins, which says more about how often a model was shown than about how
good it is; `eigen` and `pagerank` are eigenvectors of the matrix of wins, to which no likelihood and so no interval
belongs, and which likewise grow with exposure (all three put the most shown model of llmfao first, Weaver 12k, which is
42nd of 59 by Bradley-Terry). A ranking that cannot say how sure it is has no place on a board, so there is none of them
to compare with.
"""

import csv
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from app.ratings import CodedVotes, PairCounts, fit_bradley_terry, observed_win_rates, online_elo
from app.ratings.davidson import fit_davidson
from tests.ratings.simulated import DATA, LLMFAO_WINNERS, llmfao, needs_data

POINTS_PER_LOGIT = 400.0 / np.log(10.0)

pytestmark = needs_data
each_set = pytest.mark.parametrize("name", ["simple", "food", "llmfao"])


@cache
def golden_votes(name: str) -> CodedVotes:
    if name == "llmfao":
        return llmfao()[0]
    with (Path(DATA) / "evalica_golden" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return CodedVotes.from_names(
        [row["left"] for row in rows], [row["right"] for row in rows], [LLMFAO_WINNERS[row["winner"]] for row in rows]
    )


def golden_scores(name: str, algorithm: str) -> np.ndarray:
    """(M,): in the order of the models' names."""
    with (Path(DATA) / "evalica_golden" / f"{name}-golden.csv").open(encoding="utf-8", newline="") as file:
        scores = {row["item"]: float(row["score"]) for row in csv.DictReader(file) if row["algorithm"] == algorithm}
    return np.array([scores[model] for model in golden_votes(name).models])


def points(scores: np.ndarray) -> np.ndarray:
    """Strengths on any scale of multiplication as points of mean 0."""
    return POINTS_PER_LOGIT * (np.log(scores) - np.log(scores).mean())


@each_set
def test_bradley_terry_to_a_hundred_millionth_of_a_point(name: str) -> None:
    """Measured: 9e-10 on simple, 5e-11 and less on the others; their iteration stops there."""
    fitted = fit_bradley_terry(PairCounts.from_coded_votes(golden_votes(name)))
    assert fitted.ratings - 1000.0 == pytest.approx(points(golden_scores(name, "bradley_terry")), abs=1e-8, rel=0.0)


@each_set
def test_davidson_is_their_newman_to_a_ten_thousand_millionth_of_a_point(name: str) -> None:
    """Measured: 2e-11 and less; 3e-13 on llmfao."""
    fitted = fit_davidson(PairCounts.from_coded_votes(golden_votes(name)))
    assert fitted.ratings - 1000.0 == pytest.approx(points(golden_scores(name, "newman")), abs=1e-10, rel=0.0)


@each_set
def test_online_elo_to_the_last_digits(name: str) -> None:
    ratings = online_elo(golden_votes(name)).ratings
    assert ratings == pytest.approx(golden_scores(name, "elo"), abs=2e-12, rel=0.0)


@each_set
def test_average_win_rates_to_the_last_digits(name: str) -> None:
    rates = observed_win_rates(PairCounts.from_coded_votes(golden_votes(name))).average_win_rate
    assert rates == pytest.approx(golden_scores(name, "average_win_rate"), abs=2e-15, rel=0.0)


def test_how_many_votes_the_comparisons_of_llmfao_have() -> None:
    _, _, pairs = llmfao()
    per_pair = Counter(np.unique(pairs, return_counts=True)[1].tolist())
    assert per_pair == {1: 15, 2: 110, 3: 358, 4: 658, 5: 998}
