"""A ranking for each part that the votes connect."""

from functools import partial

import numpy as np
import pytest

from app.ratings.component_ranking import rank_components, rank_connected
from app.ratings.connectivity import NotRankableError
from app.ratings.counts import PairCounts
from app.ratings.estimators import METHODS
from app.ratings.uncertainty import sandwich_covariance
from tests.ratings.simulated import connected_votes, names


def two_parts() -> PairCounts:
    """Three models that know each other, two that do, a one-sided win across, and one without votes."""
    wins = np.zeros((6, 6))
    wins[:3, :3] = 5.0 * (1.0 - np.eye(3)) + np.triu(np.full((3, 3), 4.0), 1)
    wins[3, 4], wins[4, 3], wins[0, 3] = 7.0, 2.0, 1.0
    return PairCounts(names(6), wins, np.zeros((6, 6)), np.zeros((6, 6)))


def test_each_part_has_its_own_ranking_with_its_own_mean() -> None:
    rankings = rank_components(two_parts())
    assert [ranking.fit.models for ranking in rankings] == [names(3), names(5)[3:]]
    for ranking in rankings:
        assert ranking.intervals.ratings.mean() == pytest.approx(1000.0)
        assert ranking.simultaneous_ranks.rank_lower.max() == len(ranking.fit.models)
        assert np.all(ranking.intervals.rating_lower < ranking.intervals.ratings)
    assert rankings[1].counts.total_votes == 9.0


def test_one_ranking_of_parts_that_nothing_connects_is_refused() -> None:
    with pytest.raises(NotRankableError):
        rank_connected(two_parts())


@pytest.mark.parametrize("method", sorted(METHODS))
def test_any_method_and_any_covariance_can_be_ranked_by(method: str) -> None:
    counts = PairCounts.from_coded_votes(connected_votes(np.random.default_rng(1), 5, 300)[0])
    wider = partial(sandwich_covariance, correction="HC2")
    plain, corrected = (
        rank_components(counts, refit=METHODS[method], covariance=covariance)[0]
        for covariance in (sandwich_covariance, wider)
    )
    assert plain.fit.method == method
    assert np.all(corrected.intervals.standard_errors > plain.intervals.standard_errors)
    assert np.array_equal(plain.covariance, sandwich_covariance(counts, plain.fit))


def test_nobody_comparable_gives_no_ranking() -> None:
    wins = np.array([[0.0, 3.0], [0.0, 0.0]])
    assert rank_components(PairCounts(("a", "b"), wins, 0.0 * wins, 0.0 * wins)) == ()
