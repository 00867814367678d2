"""Pairs that need votes next."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ratings.counts import PairCounts
from app.ratings.estimators import fit
from app.ratings.laplacian import pseudo_inverse
from app.ratings.needed_pairs import needed_pairs, variance_reductions
from app.ratings.scale import POINTS_PER_LOGIT
from app.ratings.vote_information import vote_information
from tests.ratings.simulated import connected_votes, names


def mean_variance(bread: np.ndarray) -> float:
    """Of the differences of all pairs, in squared points, one pair after the other."""
    size = len(bread)
    differences = [bread[i, i] + bread[j, j] - 2.0 * bread[i, j] for i in range(size) for j in range(i)]
    return float(np.mean(differences)) * POINTS_PER_LOGIT**2


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 6))
def test_one_vote_more_lowers_the_variance_by_what_is_said(seed: int, size: int) -> None:
    counts = PairCounts.from_coded_votes(connected_votes(np.random.default_rng(seed), size, 60)[0])
    found = fit(counts, "bradley-terry")
    reductions, weight = variance_reductions(found), vote_information(found)[:, :, 0, 0]
    information = counts.votes_per_pair * weight
    for i in range(size):
        for j in range(i):
            more = information.copy()
            more[i, j] += weight[i, j]
            more[j, i] += weight[j, i]
            fallen = mean_variance(pseudo_inverse(information)) - mean_variance(pseudo_inverse(more))
            assert reductions[i, j] == pytest.approx(fallen, rel=1e-6, abs=1e-6)
            assert reductions[j, i] == pytest.approx(fallen, rel=1e-6, abs=1e-6)


def test_one_vote_more_under_four_outcomes_lowers_the_variance_alike() -> None:
    counts = PairCounts.from_coded_votes(connected_votes(np.random.default_rng(7), 4, 400)[0])
    found = fit(counts, "four-outcomes")
    inner, block = vote_information(found)[1, 3], found.bread[:, [1, 3]]
    updated = found.bread - block @ np.linalg.inv(np.linalg.inv(inner) + block[[1, 3]]) @ block.T
    fallen = mean_variance(found.bread[:4, :4]) - mean_variance(updated[:4, :4])
    assert variance_reductions(found)[1, 3] == pytest.approx(fallen, rel=1e-8)


def test_a_new_model_needs_votes_most_against_one_of_its_own_strength() -> None:
    wins = np.full((5, 5), 60.0)
    # Positions 0 to 3 are of rising strength; 4 is new, and level with 2.
    wins[np.tril_indices(5, -1)] = 90.0
    wins[4] = wins[:, 4] = 1.0
    wins[4, 0] = wins[4, 1] = wins[3, 4] = 2.0
    wins[np.arange(5), np.arange(5)] = 0.0
    counts = PairCounts(names(5), wins, 0.0 * wins, 0.0 * wins)
    found = needed_pairs(counts, fit(counts, "bradley-terry"), limit=4)
    assert all("model-004" in (pair.model_a, pair.model_b) for pair in found)
    assert found[0].model_a == "model-002"
    assert found[0].votes == 2.0
    assert [pair.reduction for pair in found] == sorted((pair.reduction for pair in found), reverse=True)
    assert all(0.0 < pair.share < 1.0 for pair in found)


def test_the_share_is_of_the_mean_variance() -> None:
    counts = PairCounts.from_coded_votes(connected_votes(np.random.default_rng(8), 4, 60)[0])
    found = fit(counts, "bradley-terry")
    first = needed_pairs(counts, found, limit=1)[0]
    assert first.share == pytest.approx(first.reduction / mean_variance(found.bread))


def test_a_fit_of_other_models_is_refused() -> None:
    counts = PairCounts.from_coded_votes(connected_votes(np.random.default_rng(0), 3, 20)[0])
    renamed = PairCounts(("x", "y", "z"), counts.wins, counts.ties, counts.both_bad)
    with pytest.raises(ValueError, match="not of the models"):
        needed_pairs(renamed, fit(counts, "bradley-terry"))
