"""Ranges of ranks."""

import numpy as np
import pytest

from app.ratings.bootstrap import bootstrap_votes
from app.ratings.bradley_terry import fit_bradley_terry
from app.ratings.counts import PairCounts
from app.ratings.ranks import (
    RankRanges,
    bootstrap_rank_ranges,
    max_t_quantile,
    pointwise_rank_ranges,
    simultaneous_rank_ranges,
)
from app.ratings.uncertainty import rating_intervals, sandwich_covariance
from tests.ratings.simulated import connected_votes, names
from tests.ratings.test_uncertainty import drawn


def places(ranges: RankRanges) -> list[tuple[int, int]]:
    return list(zip(ranges.rank_upper.tolist(), ranges.rank_lower.tolist(), strict=True))


def test_two_models_whose_difference_is_beyond_1_96_standard_errors_are_told_apart() -> None:
    covariance = np.array([[0.01, -0.01], [-0.01, 0.01]])
    # The difference has variance 0.04, so with two models the critical distance is 1.96 * 0.2.
    assert max_t_quantile(covariance, level=0.95, draws=200_000, seed=0) == pytest.approx(1.96, abs=0.02)
    for distance, expected in ((0.41, [(1, 1), (2, 2)]), (0.37, [(1, 2), (1, 2)])):
        theta = np.array([distance / 2.0, -distance / 2.0])
        assert places(simultaneous_rank_ranges(("a", "b"), theta, covariance)) == expected


def test_pointwise_ranges_compare_the_ends_of_intervals() -> None:
    covariance = np.diag([1e-4, 1e-4, 0.25])
    ranges = pointwise_rank_ranges(rating_intervals(("a", "b", "c"), np.array([0.5, -0.5, 0.0]), covariance))
    assert places(ranges) == [(1, 2), (2, 3), (1, 3)]


@pytest.mark.parametrize("size", range(2, 9))
def test_the_critical_value_is_the_quantile_of_the_largest_difference(size: int) -> None:
    rng = np.random.default_rng(size)
    root = rng.normal(size=(size, size))
    root -= root.mean(axis=0)
    covariance = root @ root.T
    z = rng.multivariate_normal(np.zeros(size), covariance, 20_000, method="eigh")
    largest = np.zeros(20_000)
    for i in range(size):
        for j in range(i):
            error = np.sqrt(covariance[i, i] + covariance[j, j] - 2.0 * covariance[i, j])
            largest = np.maximum(largest, np.abs(z[:, i] - z[:, j]) / error)
    critical = max_t_quantile(covariance, level=0.9, draws=20_000, seed=0)
    assert critical == pytest.approx(np.quantile(largest, 0.9), rel=0.03)


def test_ranges_from_a_bootstrap_agree_with_those_from_the_sandwich() -> None:
    votes, _ = connected_votes(np.random.default_rng(9), 12, 4000)
    counts = PairCounts.from_coded_votes(votes)
    fit = fit_bradley_terry(counts)
    replicates = bootstrap_votes(counts, fit, replicates=4000).replicates
    ours = bootstrap_rank_ranges(fit.models, fit.ratings, replicates)
    theirs = simultaneous_rank_ranges(fit.models, fit.theta, sandwich_covariance(counts, fit))
    assert np.abs(ours.rank_upper - theirs.rank_upper).max() <= 1
    assert np.abs(ours.rank_lower - theirs.rank_lower).max() <= 1
    assert (ours.rank_lower - ours.rank_upper).sum() > 0


def test_models_without_any_difference_share_all_places_even_without_uncertainty() -> None:
    ranges = simultaneous_rank_ranges(names(3), np.zeros(3), np.zeros((3, 3)))
    assert places(ranges) == [(1, 3)] * 3


@pytest.mark.parametrize("level", [0.0, 1.0, 1.5])
def test_a_level_that_is_no_probability_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        max_t_quantile(np.eye(2), level=level, draws=10, seed=0)
    with pytest.raises(ValueError, match="level"):
        bootstrap_rank_ranges(("a", "b"), np.zeros(2), np.zeros((5, 2)), level=level)


def test_all_ranges_hold_at_once_in_nineteen_of_twenty_arenas_and_pointwise_ones_do_not_promise_it() -> None:
    rng, size, pairs = np.random.default_rng(13), 10, np.triu_indices(10, 1)
    # Pairs of nearly equal models, so that wrong orders are easy to claim.
    strength = np.repeat(np.linspace(-0.8, 0.8, 5), 2) + np.tile([0.0, 1e-3], 5)
    true_place = (size - np.argsort(np.argsort(strength))).astype(int)
    held = 0
    for seed in range(400):
        counts = drawn(rng, strength, pairs, np.full(len(pairs[0]), 40))
        fit = fit_bradley_terry(counts)
        covariance = sandwich_covariance(counts, fit)
        ranges = simultaneous_rank_ranges(fit.models, fit.theta, covariance, draws=2000, seed=seed)
        held += bool(np.all((ranges.rank_upper <= true_place) & (true_place <= ranges.rank_lower)))
    assert held / 400 >= 0.94
