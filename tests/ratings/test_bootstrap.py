"""Bootstrap over votes and over voters."""

import numpy as np
import pytest
from hypothesis import given, settings

from app.ratings.bootstrap import bootstrap_voters, bootstrap_votes
from app.ratings.bradley_terry import fit_bradley_terry
from app.ratings.clustered import clustered_covariance
from app.ratings.connectivity import NotRankableError
from app.ratings.count_cells import count_cells
from app.ratings.counts import PairCounts
from app.ratings.resampling import LARGEST_THETA, refit_bradley_terry
from app.ratings.scale import POINTS_PER_LOGIT
from app.ratings.uncertainty import rating_intervals, sandwich_covariance
from app.ratings.vote_weights import weighed_cells
from app.ratings.votes import CodedVotes
from tests.ratings.simulated import arenas, connected_votes, llmfao, names, needs_data, weighted_counts


def relative_errors(bootstrapped: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    return bootstrapped / (POINTS_PER_LOGIT * np.sqrt(np.diagonal(covariance))) - 1.0


def test_standard_errors_over_votes_agree_with_the_sandwich() -> None:
    votes, _ = connected_votes(np.random.default_rng(1), 8, 6000)
    counts = PairCounts.from_coded_votes(votes)
    fit = fit_bradley_terry(counts)
    result = bootstrap_votes(counts, fit, replicates=2000)
    assert result.replicates.shape == (2000, 8)
    assert np.abs(relative_errors(result.intervals().standard_errors, sandwich_covariance(counts, fit))).max() < 0.08
    assert result.covariance() == pytest.approx(sandwich_covariance(counts, fit), abs=2e-4)
    ours, theirs = result.intervals(), rating_intervals(fit.models, fit.theta, sandwich_covariance(counts, fit))
    assert ours.rating_lower == pytest.approx(theirs.rating_lower, abs=2.0)
    assert ours.rating_upper == pytest.approx(theirs.rating_upper, abs=2.0)


def test_standard_errors_over_voters_agree_with_clustering() -> None:
    votes, _ = connected_votes(np.random.default_rng(2), 6, 9000)
    # Voters of whom each sees few pairs, so that their votes have much in common.
    voters = (votes.model_a * 6 + votes.model_b) * 10 + np.arange(len(votes.winner)) % 10
    votes = type(votes)(votes.models, votes.model_a, votes.model_b, np.where(voters % 3 == 0, votes.winner, voters % 2))
    fit = fit_bradley_terry(PairCounts.from_coded_votes(votes))
    result = bootstrap_voters(votes, voters, fit, replicates=2000)
    clustered = clustered_covariance(votes, voters, fit, small_sample=False)
    independent = sandwich_covariance(PairCounts.from_coded_votes(votes), fit)
    assert np.abs(relative_errors(result.intervals().standard_errors, clustered)).max() < 0.1
    assert relative_errors(result.intervals().standard_errors, independent).min() > 1.0


def test_weighted_votes_vary_as_their_squared_weights_say() -> None:
    rng = np.random.default_rng(3)
    votes, _ = connected_votes(rng, 5, 6000)
    weights = rng.choice([0.2, 3.0], len(votes.winner))
    counts, squared = weighted_counts(votes, weights), weighted_counts(votes, weights**2)
    fit = fit_bradley_terry(counts)
    errors = bootstrap_votes(counts, fit, squared, replicates=2000).intervals().standard_errors
    assert np.abs(relative_errors(errors, sandwich_covariance(counts, fit, squared))).max() < 0.1
    over_voters = bootstrap_voters(votes, np.arange(len(weights)), fit, weights, replicates=2000).intervals()
    assert np.abs(relative_errors(over_voters.standard_errors, sandwich_covariance(counts, fit, squared))).max() < 0.1


@settings(max_examples=25, deadline=None)
@given(arenas(12))
def test_every_resample_is_fitted_as_it_would_be_alone(arena: tuple) -> None:
    votes, _, rng = arena
    counts = PairCounts.from_coded_votes(votes)
    fit = fit_bradley_terry(counts)
    cells, n = count_cells(counts)
    draws = weighed_cells(n).draw(rng, 30)
    theta, missed = refit_bradley_terry(cells, draws, fit)
    for replicate in np.setdiff1d(np.arange(30), missed):
        alone = fit_bradley_terry(cells.counts(counts.models, draws[:, replicate]))
        centred = theta[:, replicate] - theta[:, replicate].mean()
        assert POINTS_PER_LOGIT * centred == pytest.approx(POINTS_PER_LOGIT * alone.theta, abs=1e-6)


def test_no_resample_of_a_usual_arena_needs_a_fit_of_its_own() -> None:
    votes, _ = connected_votes(np.random.default_rng(6), 20, 1000)
    counts = PairCounts.from_coded_votes(votes)
    cells, n = count_cells(counts)
    draws = weighed_cells(n).draw(np.random.default_rng(0), 300)
    _, missed = refit_bradley_terry(cells, draws, fit_bradley_terry(counts))
    assert len(missed) == 0


def test_strengths_too_far_apart_for_their_exponentials_are_fitted_one_by_one() -> None:
    size = 60
    wins = np.zeros((size, size))
    chain = np.arange(size - 1)
    wins[chain, chain + 1], wins[chain + 1, chain] = 1e5, 1.0
    counts = PairCounts(names(size), wins, 0.0 * wins, 0.0 * wins)
    fit = fit_bradley_terry(counts)
    assert fit.theta.max() > LARGEST_THETA
    cells, n = count_cells(counts)
    _, missed = refit_bradley_terry(cells, weighed_cells(n).draw(np.random.default_rng(0), 3), fit)
    assert list(missed) == [0, 1, 2]
    assert np.all(np.isfinite(bootstrap_votes(counts, fit, replicates=3).replicates))


def test_votes_that_barely_connect_models_still_do_in_every_resample() -> None:
    wins = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    counts = PairCounts(names(3), wins, 0.0 * wins, 0.0 * wins)
    result = bootstrap_votes(counts, fit_bradley_terry(counts), replicates=1000)
    assert result.unrankable == 0
    assert result.replicates.shape == (1000, 3)
    assert np.all(np.isfinite(result.replicates))


def test_voters_without_whom_there_is_no_ranking_are_counted_not_invented() -> None:
    circle = np.arange(3)
    votes = CodedVotes(names(3), circle, (circle + 1) % 3, np.zeros(3, dtype=np.int64))
    fit = fit_bradley_terry(PairCounts.from_coded_votes(votes))
    result = bootstrap_voters(votes, circle, fit, replicates=1000)
    # All three voters have to be drawn at least once, each with probability 1 - 1/e.
    assert result.unrankable / 1000 == pytest.approx(1.0 - (1.0 - np.exp(-1.0)) ** 3, abs=0.05)
    assert len(result.replicates) == 1000 - result.unrankable
    assert np.all(np.isfinite(result.replicates))


@settings(max_examples=25, deadline=None)
@given(arenas())
def test_resamples_that_lack_votes_are_fitted_as_alone_or_known_to_have_no_fit(arena: tuple) -> None:
    votes, _, rng = arena
    counts = PairCounts.from_coded_votes(votes)
    cells, n = count_cells(counts)
    draws = rng.poisson(n[:, None], (len(n), 30)).astype(float)
    theta, missed = refit_bradley_terry(cells, draws, fit_bradley_terry(counts))
    for replicate in range(30):
        try:
            alone = fit_bradley_terry(cells.counts(counts.models, draws[:, replicate]))
        except NotRankableError:
            assert replicate in missed
            continue
        if replicate not in missed:
            centred = theta[:, replicate] - theta[:, replicate].mean()
            assert POINTS_PER_LOGIT * centred == pytest.approx(POINTS_PER_LOGIT * alone.theta, abs=1e-6)


def test_one_replicate_is_too_few() -> None:
    counts = PairCounts.from_coded_votes(connected_votes(np.random.default_rng(7), 3, 50)[0])
    with pytest.raises(ValueError, match="too few"):
        bootstrap_votes(counts, fit_bradley_terry(counts), replicates=1)


def test_the_same_seed_gives_the_same_replicates_and_another_seed_others() -> None:
    votes, voters = connected_votes(np.random.default_rng(4), 4, 300, 20)
    counts = PairCounts.from_coded_votes(votes)
    fit = fit_bradley_terry(counts)
    for draw in (
        lambda seed: bootstrap_votes(counts, fit, replicates=20, seed=seed).replicates,
        lambda seed: bootstrap_voters(votes, voters, fit, replicates=20, seed=seed).replicates,
    ):
        assert np.array_equal(draw(1), draw(1))
        assert not np.array_equal(draw(1), draw(2))


def test_a_refit_given_is_used_for_every_resample() -> None:
    votes, _ = connected_votes(np.random.default_rng(5), 4, 400)
    counts = PairCounts.from_coded_votes(votes)
    fit = fit_bradley_terry(counts)
    errors = bootstrap_votes(counts, fit, replicates=400, refit=fit_bradley_terry).intervals().standard_errors
    assert np.abs(relative_errors(errors, sandwich_covariance(counts, fit))).max() < 0.2


@needs_data
def test_a_thousand_resamples_of_llmfao_agree_with_the_sandwich() -> None:
    votes, workers, _ = llmfao()
    counts = PairCounts.from_coded_votes(votes)
    fit = fit_bradley_terry(counts)
    errors = bootstrap_votes(counts, fit).intervals().standard_errors
    assert np.abs(relative_errors(errors, sandwich_covariance(counts, fit))).mean() < 0.05
    errors = bootstrap_voters(votes, workers, fit).intervals().standard_errors
    clustered = clustered_covariance(votes, workers, fit, small_sample=False)
    assert np.abs(relative_errors(errors, clustered)).mean() < 0.05
