"""Errors clustered by voter."""

import numpy as np
import pytest
from hypothesis import given, settings

from app.ratings.bradley_terry import fit_bradley_terry
from app.ratings.clustered import clustered_covariance, effective_voters
from app.ratings.counts import PairCounts
from app.ratings.scale import POINTS_PER_LOGIT
from app.ratings.uncertainty import rating_intervals, sandwich_covariance
from app.ratings.votes import CodedVotes
from tests.ratings.simulated import arenas, connected_votes, llmfao, names, needs_data, weighted_counts
from tests.ratings.test_uncertainty import SCORES, statsmodels_covariance


@settings(max_examples=40, deadline=None)
@given(arenas())
def test_clustered_errors_agree_with_those_of_statsmodels_to_a_millionth_of_a_point(arena: tuple) -> None:
    votes, voters, _ = arena
    voters[:2] = 0, 1
    fit = fit_bradley_terry(PairCounts.from_coded_votes(votes))
    ours = clustered_covariance(votes, voters, fit, small_sample=False)
    options = {"groups": voters, "use_correction": False}
    theirs = statsmodels_covariance(votes, cov_type="cluster", cov_kwds=options)
    variances = np.maximum([np.diagonal(ours), np.diagonal(theirs)], 0.0)
    errors = POINTS_PER_LOGIT * np.sqrt(variances)
    assert np.abs(errors[0] - errors[1]).max() < 1e-5
    assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(arenas())
def test_voters_of_one_vote_each_are_independent_votes(arena: tuple) -> None:
    votes, _, rng = arena
    weights = rng.uniform(0.5, 2.0, len(votes.winner))
    counts = weighted_counts(votes, weights)
    fit = fit_bradley_terry(counts)
    # Codes need not be consecutive, nor in order.
    voters = rng.permutation(10 * len(votes.winner))[: len(votes.winner)]
    clustered = clustered_covariance(votes, voters, fit, weights, small_sample=False)
    plain = sandwich_covariance(counts, fit, weighted_counts(votes, weights**2))
    assert clustered == pytest.approx(plain, rel=1e-8, abs=1e-12)


@pytest.mark.parametrize(("size", "voters"), [(4, 3), (40, 400)])
def test_scores_are_summed_within_a_voter_whichever_arithmetic_is_faster(size: int, voters: int) -> None:
    rng = np.random.default_rng(5)
    votes, who = connected_votes(rng, size, 900, voters)
    weights = rng.uniform(0.5, 2.0, len(who))
    fit = fit_bradley_terry(weighted_counts(votes, weights))
    p = 1.0 / (1.0 + np.exp(fit.theta[votes.model_b] - fit.theta[votes.model_a]))
    residual = weights * (SCORES[votes.winner] - p)
    scores = np.zeros((voters, size))
    np.add.at(scores, (who, votes.model_a), residual)
    np.add.at(scores, (who, votes.model_b), -residual)
    expected = fit.bread @ scores.T @ scores @ fit.bread
    ours = clustered_covariance(votes, who, fit, weights, small_sample=False)
    assert ours == pytest.approx(expected, rel=1e-8, abs=1e-12)


def test_the_correction_is_the_textbook_one_for_equally_busy_voters() -> None:
    votes, voters = every_pair_by(4)
    fit = fit_bradley_terry(PairCounts.from_coded_votes(votes))
    assert effective_voters(votes, voters) == pytest.approx([4.0] * 3)
    plain = clustered_covariance(votes, voters, fit, small_sample=False)
    # t with 3 degrees of freedom is 3.182446 at 97.5 %; the normal distribution 1.959964.
    factor = (3.182446 / 1.959964) ** 2 * 4.0 / 3.0
    assert clustered_covariance(votes, voters, fit) == pytest.approx(factor * plain, rel=1e-5)


def test_the_correction_fades_with_many_voters() -> None:
    votes, voters = every_pair_by(3000)
    fit = fit_bradley_terry(PairCounts.from_coded_votes(votes))
    plain = clustered_covariance(votes, voters, fit, small_sample=False)
    assert clustered_covariance(votes, voters, fit) == pytest.approx(plain, rel=2e-3)


def test_a_voter_who_casts_most_votes_counts_for_little_more_than_one() -> None:
    votes, _ = every_pair_by(100)
    voters = np.maximum(np.arange(len(votes.winner)) - 269, 0)
    assert np.all(effective_voters(votes, voters) < 1.3)
    weights = np.where(voters == 0, 1e-3, 1.0)
    assert np.all(effective_voters(votes, voters, weights) > 10.0)


def test_a_model_that_one_voter_judged_gets_a_wide_interval_not_a_narrow_one() -> None:
    rng = np.random.default_rng(8)
    votes, voters = connected_votes(rng, 5, 3000, 60)
    voters = np.where((votes.model_a == 4) | (votes.model_b == 4), 7, voters)
    counts = PairCounts.from_coded_votes(votes)
    fit = fit_bradley_terry(counts)
    naive = clustered_covariance(votes, voters, fit, small_sample=False)
    independent = sandwich_covariance(counts, fit)
    honest = clustered_covariance(votes, voters, fit)
    # All votes on it are of one voter, so their scores cancel and the plain formula sees next to no variance.
    assert naive[4, 4] < 0.1 * independent[4, 4]
    assert honest[4, 4] > 10.0 * independent[4, 4]
    assert np.linalg.eigvalsh(honest).min() > -1e-12


def test_a_single_voter_is_refused() -> None:
    votes, voters = every_pair_by(2)
    fit = fit_bradley_terry(PairCounts.from_coded_votes(votes))
    with pytest.raises(ValueError, match="single voter"):
        clustered_covariance(votes, np.zeros_like(voters), fit)


@pytest.mark.parametrize("voters", [np.zeros(3, dtype=np.int64), np.full(6, -1), np.zeros(6)])
def test_voters_that_do_not_fit_the_votes_are_refused(voters: np.ndarray) -> None:
    votes, _ = every_pair_by(2)
    fit = fit_bradley_terry(PairCounts.from_coded_votes(votes))
    with pytest.raises(ValueError, match="voter"):
        clustered_covariance(votes, voters, fit)


def test_intervals_cover_the_truth_where_twelve_voters_have_tastes_of_their_own() -> None:
    rng, voters, size = np.random.default_rng(21), 12, 5
    strength, covered, independent = np.zeros(size), 0.0, 0.0
    share = 1.0 / np.arange(1, voters + 1) ** 0.5
    busy = np.repeat(np.arange(voters), (400 * share / share.sum()).astype(int))
    for _ in range(300):
        a = rng.integers(size, size=len(busy))
        b = (a + rng.integers(1, size, size=len(busy))) % size
        taste = rng.normal(0.0, 0.8, (voters, size))
        won = rng.random(len(busy)) < 1.0 / (1.0 + np.exp(taste[busy, b] - taste[busy, a]))
        votes = CodedVotes(names(size), a, b, np.where(won, 0, 1))
        counts = PairCounts.from_coded_votes(votes)
        fit = fit_bradley_terry(counts)
        for which in ("clustered", "independent"):
            clustered = which == "clustered"
            spread = clustered_covariance(votes, busy, fit) if clustered else sandwich_covariance(counts, fit)
            intervals = rating_intervals(fit.models, fit.theta, spread)
            truth = 1000.0 + POINTS_PER_LOGIT * strength
            inside = float(((intervals.rating_lower <= truth) & (truth <= intervals.rating_upper)).mean())
            covered, independent = covered + clustered * inside, independent + (not clustered) * inside
    assert 0.925 < covered / 300 < 0.975
    assert independent / 300 < 0.85


@needs_data
def test_the_votes_of_llmfao_are_less_certain_than_independent_ones() -> None:
    votes, workers, _ = llmfao()
    counts = PairCounts.from_coded_votes(votes)
    fit = fit_bradley_terry(counts)
    ratio = np.sqrt(
        np.diagonal(clustered_covariance(votes, workers, fit)) / np.diagonal(sandwich_covariance(counts, fit))
    )
    assert 1.2 < ratio.mean() < 1.4
    assert 23.0 < effective_voters(votes, workers).min() < 124.0


def every_pair_by(voters: int) -> tuple[CodedVotes, np.ndarray]:
    """Each voter judges each of three pairs once, at random, the first two so that all models are connected."""
    rng = np.random.default_rng(2)
    winner = rng.integers(2, size=3 * voters)
    winner[:6] = 0, 0, 1, 1, 1, 0
    votes = CodedVotes(names(3), np.tile([0, 1, 0], voters), np.tile([1, 2, 2], voters), winner)
    return votes, np.repeat(np.arange(voters), 3)
