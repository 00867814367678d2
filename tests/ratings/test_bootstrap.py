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
from app.ratings.resampling import refit_bradley_terry
from app.ratings.scale import POINTS_PER_LOGIT
from app.ratings.uncertainty import rating_intervals, sandwich_covariance
from tests.ratings.simulated import arenas, connected_votes, llmfao, names, needs_data, weighted_counts


def relative_errors(bootstrapped: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    return bootstrapped / (POINTS_PER_LOGIT * np.sqrt(np.diagonal(covariance))) - 1.0


def test_standard_errors_over_votes_agree_with_the_sandwich() -> None:
    votes, _ = connected_votes(np.random.default_rng(1), 8, 6000)
    counts = PairCounts.from_coded_votes(votes)
    fit = fit_bradley_terry(counts)
    result = bootstrap_votes(counts, fit, replicates=2000)
    assert result.replicates.shape == (2000, 8)
    assert result.unrankable == 0
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
@given(arenas())
def test_every_resample_is_fitted_as_it_would_be_alone_or_known_to_have_no_fit(arena: tuple) -> None:
    votes, _, rng = arena
    counts = PairCounts.from_coded_votes(votes)
    fit = fit_bradley_terry(counts)
    cells, n = count_cells(counts)
    draws = rng.poisson(n[:, None], (len(n), 30)).astype(float)
    theta, missed = refit_bradley_terry(cells, draws, fit)
    for replicate in range(30):
        try:
            alone = fit_bradley_terry(cells.counts(counts.models, draws[:, replicate]))
        except NotRankableError:
            assert replicate in missed
            continue
        if replicate not in missed:
            centred = theta[:, replicate] - theta[:, replicate].mean()
            assert centred == pytest.approx(alone.theta, abs=1e-6)


def test_resamples_without_a_ranking_are_counted_not_invented() -> None:
    wins = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    counts = PairCounts(names(3), wins, 0.0 * wins, 0.0 * wins)
    result = bootstrap_votes(counts, fit_bradley_terry(counts), replicates=1000)
    # All three wins have to be drawn at least once, each with probability 1 - 1/e.
    assert result.unrankable / 1000 == pytest.approx(1.0 - (1.0 - np.exp(-1.0)) ** 3, abs=0.05)
    assert len(result.replicates) == 1000 - result.unrankable
    assert np.all(np.isfinite(result.replicates))


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
