"""Outcome probabilities, information and leverage, from the scores alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ratings.counts import PairCounts
from app.ratings.estimators import METHODS, fit
from app.ratings.uncertainty import sandwich_covariance
from app.ratings.vote_information import outcome_probabilities, vote_information, vote_leverage
from tests.ratings.simulated import arenas, connected_votes, names

methods = st.sampled_from(sorted(METHODS))


def arena_counts(seed: int, size: int, number: int) -> PairCounts:
    return PairCounts.from_coded_votes(connected_votes(np.random.default_rng(seed), size, number)[0])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), methods)
def test_a_model_expects_no_score_of_itself(seed: int, method: str) -> None:
    found = fit(arena_counts(seed, 5, 300), method)
    p = outcome_probabilities(found)
    off_diagonal = ~np.eye(5, dtype=bool)
    assert p[off_diagonal].sum(axis=1) == pytest.approx(1.0)
    assert np.all(p >= 0.0)
    assert np.abs((p[..., None] * found.vote_scores).sum(axis=2)).max() < 1e-7
    assert np.array_equal(p[~off_diagonal], np.zeros((5, 4)))


def test_bradley_terry_has_its_own_probabilities_and_none_for_ties() -> None:
    found = fit(arena_counts(1, 5, 300), "bradley-terry")
    p = outcome_probabilities(found)
    expected = 1.0 / (1.0 + np.exp(found.theta[None, :] - found.theta[:, None]))
    off_diagonal = ~np.eye(5, dtype=bool)
    assert p[off_diagonal, 0] == pytest.approx(expected[off_diagonal], abs=1e-9)
    assert not p[:, :, 2:].any()


def test_davidson_has_the_probabilities_of_its_formula() -> None:
    found = fit(arena_counts(2, 5, 300), "davidson")
    pi, nu = np.exp(found.theta), found.parameters["nu"]
    weights = np.stack([pi[:, None] + 0 * pi, pi[None, :] + 0 * pi[:, None], nu * np.sqrt(np.outer(pi, pi))], axis=2)
    expected = weights / weights.sum(axis=2, keepdims=True)
    off_diagonal = ~np.eye(5, dtype=bool)
    assert outcome_probabilities(found)[off_diagonal, :3] == pytest.approx(expected[off_diagonal], abs=1e-9)


@pytest.mark.parametrize("method", ["bradley-terry", "davidson"])
def test_the_information_of_all_votes_together_is_what_the_bread_inverts(method: str) -> None:
    counts = arena_counts(3, 6, 500)
    found = fit(counts, method)
    information, votes, total = vote_information(found), counts.votes_per_pair, np.zeros((6, 6))
    for i in range(6):
        for j in range(i):
            total[np.ix_([i, j], [i, j])] += votes[i, j] * information[i, j]
    assert total == pytest.approx(np.linalg.pinv(found.bread)[:6, :6], rel=1e-6, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(arenas())
def test_the_leverages_of_all_votes_add_up_to_the_number_of_differences(arena: tuple) -> None:
    counts = PairCounts.from_coded_votes(arena[0])
    found = fit(counts, "bradley-terry")
    leverage = vote_leverage(found)
    assert (leverage * counts.votes_per_pair).sum() / 2.0 == pytest.approx(len(counts.models) - 1.0, rel=1e-7)
    assert leverage == pytest.approx(leverage.T, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), methods)
def test_the_sandwich_of_every_method_is_its_definition(seed: int, method: str) -> None:
    votes, _ = connected_votes(np.random.default_rng(seed), 4, 120)
    counts = PairCounts.from_coded_votes(votes)
    found = fit(counts, method)
    meat = np.zeros_like(found.bread)
    for a, b, winner in zip(votes.model_a, votes.model_b, votes.winner, strict=True):
        score = np.zeros(len(meat))
        score[[a, b]] = found.vote_scores[a, b, winner, :2]
        score[4:] = found.vote_scores[a, b, winner, 2:]
        meat += np.outer(score, score)
    centre = np.eye(4) - 0.25
    expected = centre @ (found.bread @ meat @ found.bread)[:4, :4] @ centre
    assert sandwich_covariance(counts, found) == pytest.approx(expected, rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_intervals_of_the_right_model_are_those_of_its_information(method: str) -> None:
    rng = np.random.default_rng(4)
    found = fit(arena_counts(5, 4, 2000), method)
    p, pairs = outcome_probabilities(found), np.triu_indices(4, 1)
    cells = np.zeros((4, 4, 4))
    cells[pairs] = rng.multinomial(40_000, p[pairs] / p[pairs].sum(axis=1, keepdims=True))
    ties, both_bad = cells[:, :, 2], cells[:, :, 3]
    drawn = PairCounts(names(4), cells[:, :, 0] + cells[:, :, 1].T, ties + ties.T, both_bad + both_bad.T)
    again = fit(drawn, method)
    centre = np.eye(4) - 0.25
    fisher = np.diagonal(centre @ again.bread[:4, :4] @ centre)
    assert np.diagonal(sandwich_covariance(drawn, again)) == pytest.approx(fisher, rel=0.05)


@pytest.mark.parametrize("method", ["davidson", "rao-kupper"])
def test_a_model_of_ties_without_ties_is_bradley_terry(method: str) -> None:
    wins = np.random.default_rng(6).integers(3, 20, (4, 4)) * (1.0 - np.eye(4))
    counts = PairCounts(names(4), wins, 0.0 * wins, 0.0 * wins)
    found, plain = fit(counts, method), fit(counts, "bradley-terry")
    assert outcome_probabilities(found) == pytest.approx(outcome_probabilities(plain), abs=1e-6)
    assert sandwich_covariance(counts, found) == pytest.approx(sandwich_covariance(counts, plain), abs=1e-9)
