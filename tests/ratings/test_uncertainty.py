"""The sandwich against statsmodels, against plain loops, and against simulated arenas."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings

from app.ratings.arrays import FloatArray, IntArray
from app.ratings.bradley_terry import fit_bradley_terry
from app.ratings.connectivity import NotRankableError
from app.ratings.counts import PairCounts
from app.ratings.fit import PairwiseFit
from app.ratings.scale import POINTS_PER_LOGIT
from app.ratings.uncertainty import Z_95, rating_intervals, sandwich_covariance
from app.ratings.votes import CodedVotes
from tests.ratings.simulated import arenas, connected_votes, names, weighted_counts

SCORES = np.array([1.0, 0.0, 0.5, 0.5])


def statsmodels_covariance(votes: CodedVotes, **options: object) -> FloatArray:
    """By a logistic regression on one column a model but the last, turned to ratings around their mean."""
    size, rows = len(votes.models), np.arange(len(votes.winner))
    design = np.zeros((len(rows), size))
    design[rows, votes.model_a] += 1.0
    design[rows, votes.model_b] -= 1.0
    result = sm.GLM(SCORES[votes.winner], design[:, :-1], family=sm.families.Binomial()).fit(tol=1e-14, **options)
    centred = (np.eye(size) - 1.0 / size)[:, :-1]
    return centred @ result.cov_params() @ centred.T


def slow_sandwich(votes: CodedVotes, fit: PairwiseFit, weights: FloatArray, leverage: bool = False) -> FloatArray:
    """The definition, one vote after the other, on the hat values of the regression for the leverage."""
    size = len(fit.models)
    meat = np.zeros((size, size))
    for a, b, winner, weight in zip(votes.model_a, votes.model_b, votes.winner, weights, strict=True):
        x = np.zeros(size)
        x[a], x[b] = 1.0, -1.0
        p = 1.0 / (1.0 + np.exp(-x @ fit.theta))
        score = weight * (SCORES[winner] - p) * x
        hat = weight * p * (1.0 - p) * x @ fit.bread @ x if leverage else 0.0
        meat += np.outer(score, score) / (1.0 - hat)
    return fit.bread @ meat @ fit.bread


@settings(max_examples=40, deadline=None)
@given(arenas())
def test_standard_errors_agree_with_those_of_statsmodels_to_a_millionth_of_a_point(arena: tuple) -> None:
    votes, _, _ = arena
    counts = PairCounts.from_coded_votes(votes)
    ours = sandwich_covariance(counts, fit_bradley_terry(counts))
    theirs = statsmodels_covariance(votes, cov_type="HC0")
    errors = POINTS_PER_LOGIT * np.sqrt([np.diagonal(ours), np.diagonal(theirs)])
    assert np.abs(errors[0] - errors[1]).max() < 1e-6
    assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(arenas())
def test_weights_enter_the_bread_once_and_the_meat_squared(arena: tuple) -> None:
    votes, _, rng = arena
    weights = rng.uniform(0.1, 5.0, len(votes.winner))
    counts, squared = weighted_counts(votes, weights), weighted_counts(votes, weights**2)
    fit = fit_bradley_terry(counts)
    ours = sandwich_covariance(counts, fit, squared)
    assert ours == pytest.approx(slow_sandwich(votes, fit, weights), rel=1e-8, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(arenas())
def test_leverage_is_that_of_the_regression(arena: tuple) -> None:
    votes, _, _ = arena
    counts = PairCounts.from_coded_votes(votes)
    fit = fit_bradley_terry(counts)
    ours = sandwich_covariance(counts, fit, correction="HC2")
    slow = slow_sandwich(votes, fit, np.ones(len(votes.winner)), leverage=True)
    assert ours == pytest.approx(slow, rel=1e-6, abs=1e-9)


def test_leverage_widens_the_interval_of_a_model_with_few_votes_and_hardly_others() -> None:
    votes, _ = connected_votes(np.random.default_rng(3), 5, 4000)
    rare = np.array([[0, 4, 0], [4, 1, 0], [2, 4, 2], [3, 4, 1], [4, 0, 2]]).T
    kept = (votes.model_a != 4) & (votes.model_b != 4)
    columns = (votes.model_a, votes.model_b, votes.winner)
    few = CodedVotes(votes.models, *(np.append(old[kept], new) for old, new in zip(columns, rare, strict=True)))
    counts = PairCounts.from_coded_votes(few)
    fit = fit_bradley_terry(counts)
    plain = np.diagonal(sandwich_covariance(counts, fit))
    corrected = np.diagonal(sandwich_covariance(counts, fit, correction="HC2"))
    assert 1.15 < corrected[4] / plain[4] < 1.5
    # The others share the rare one's uncertainty through the mean of all ratings.
    assert np.all(corrected[:4] / plain[:4] < corrected[4] / plain[4])


@settings(max_examples=20, deadline=None)
@given(arenas())
def test_the_same_votes_four_times_halve_the_intervals(arena: tuple) -> None:
    votes, _, _ = arena
    counts = PairCounts.from_coded_votes(votes)
    more = PairCounts(counts.models, 4 * counts.wins, 4 * counts.ties, 4 * counts.both_bad)
    once, often = (sandwich_covariance(votes, fit_bradley_terry(votes)) for votes in (counts, more))
    assert 4.0 * often == pytest.approx(once, rel=1e-6, abs=1e-10)
    assert np.abs(once.sum(axis=0)).max() < 1e-9


def test_ties_alone_leave_no_uncertainty() -> None:
    ties = 10.0 * (1.0 - np.eye(3))
    counts = PairCounts(names(3), np.zeros((3, 3)), ties, np.zeros((3, 3)))
    assert np.abs(sandwich_covariance(counts, fit_bradley_terry(counts), correction="HC2")).max() < 1e-12


def test_a_fit_of_other_models_is_refused() -> None:
    votes, _ = connected_votes(np.random.default_rng(0), 3, 20)
    counts = PairCounts.from_coded_votes(votes)
    fit = fit_bradley_terry(counts)
    renamed = PairCounts(("x", "y", "z"), counts.wins, counts.ties, counts.both_bad)
    with pytest.raises(ValueError, match="not of the models"):
        sandwich_covariance(renamed, fit)


def test_intervals_are_so_many_standard_errors_around_ratings_in_points() -> None:
    intervals = rating_intervals(("a", "b"), np.array([0.5, -0.5]), np.array([[0.04, -0.04], [-0.04, 0.04]]))
    assert intervals.standard_errors == pytest.approx([0.2 * POINTS_PER_LOGIT] * 2)
    assert intervals.rating_upper - intervals.ratings == pytest.approx(Z_95 * intervals.standard_errors)
    assert intervals.ratings - intervals.rating_lower == pytest.approx(Z_95 * intervals.standard_errors)


@pytest.mark.parametrize("correction", ["HC0", "HC2"])
def test_intervals_cover_what_they_claim_where_one_model_has_eighteen_votes(correction: str) -> None:
    rng, strength, pairs = np.random.default_rng(11), np.linspace(-1.0, 1.0, 7), np.triu_indices(7, 1)
    number = np.where((pairs[0] == 3) | (pairs[1] == 3), 3, 40)
    covered, rare, arenas_seen = 0.0, 0.0, 0
    for _ in range(800):
        counts = drawn(rng, strength, pairs, number)
        try:
            fit = fit_bradley_terry(counts)
        except NotRankableError:
            continue
        intervals = rating_intervals(fit.models, fit.theta, sandwich_covariance(counts, fit, correction=correction))
        truth = 1000.0 + POINTS_PER_LOGIT * strength
        inside = (intervals.rating_lower <= truth) & (truth <= intervals.rating_upper)
        covered, rare, arenas_seen = covered + inside.mean(), rare + inside[3], arenas_seen + 1
    assert arenas_seen > 790
    assert 0.935 < covered / arenas_seen < 0.965
    # Four standard errors of a share of 800 around what tables of more replicates show.
    assert 0.92 < rare / arenas_seen < 0.985


def drawn(rng: np.random.Generator, strength: FloatArray, pairs: tuple[IntArray, ...], number: IntArray) -> PairCounts:
    """Counts with a fifth of ties or so, whose half-win probability is that of Bradley-Terry."""
    p = 1.0 / (1.0 + np.exp(strength[pairs[1]] - strength[pairs[0]]))
    tie = 0.8 * p * (1.0 - p)
    cells = rng.multinomial(number, np.stack([p - tie / 2.0, 1.0 - p - tie / 2.0, tie], axis=1))
    wins, ties = np.zeros((2, len(strength), len(strength)))
    wins[pairs], wins.T[pairs], ties[pairs] = cells[:, 0], cells[:, 1], cells[:, 2]
    return PairCounts(names(len(strength)), wins, ties + ties.T, np.zeros_like(ties))
