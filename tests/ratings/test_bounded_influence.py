"""No one voter moves a rating by more than the bound."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ratings.bounded_influence import BoundedFit, BoundNotReachableError, fit_with_bounded_influence
from app.ratings.bradley_terry import fit_bradley_terry
from app.ratings.counts import PairCounts
from app.ratings.votes import CodedVotes
from tests.ratings.simulated import connected_votes, llmfao, needs_data, weighted_counts


def largest_effect(votes: CodedVotes, voters: np.ndarray, bounded: BoundedFit) -> float:
    """Every voter left out in turn, the weights of the others as they are."""
    weights = bounded.vote_weights(voters)
    whole = fit_bradley_terry(weighted_counts(votes, weights)).ratings
    assert whole == pytest.approx(bounded.fit.ratings, abs=1e-6)
    return max(
        float(np.abs(fit_bradley_terry(weighted_counts(votes, weights * (voters != voter))).ratings - whole).max())
        for voter in np.unique(voters)
    )


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.2, 1.5))
def test_leaving_out_any_one_voter_stays_within_the_bound(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    votes, voters = connected_votes(rng, 5, 600, 30)
    # One voter casts a third of the votes and always prefers the same models.
    busy = rng.random(len(voters)) < 0.3
    voters[busy] = 30
    rigged = np.where(busy & (voters == 30), (votes.model_a > votes.model_b).astype(int), votes.winner)
    votes = CodedVotes(votes.models, votes.model_a, votes.model_b, np.append(np.zeros(5, dtype=int), rigged[5:]))
    try:
        bounded = fit_with_bounded_influence(votes, voters, 60.0 * share)
    except BoundNotReachableError:
        return
    assert largest_effect(votes, voters, bounded) <= bounded.bound * (1.0 + 1e-9)
    assert bounded.largest_effect <= bounded.bound
    assert np.all((bounded.voter_weights > 0.0) & (bounded.voter_weights <= 1.0))


def test_one_rigged_voter_weighs_less_and_the_others_as_before() -> None:
    votes, voters = connected_votes(np.random.default_rng(1), 5, 3000, 60)
    voters[:400] = 99
    winner = votes.winner.copy()
    winner[5:400] = (votes.model_a[5:400] > votes.model_b[5:400]).astype(int)
    votes = CodedVotes(votes.models, votes.model_a, votes.model_b, winner)
    bounded = fit_with_bounded_influence(votes, voters, 25.0)
    assert bounded.voter_weights[-1] < 0.7
    assert np.all(bounded.voter_weights[:-1] == 1.0)
    assert 20.0 < largest_effect(votes, voters, bounded) <= 25.0


def test_a_bound_that_nobody_exceeds_changes_nothing() -> None:
    votes, voters = connected_votes(np.random.default_rng(2), 4, 400, 40)
    bounded = fit_with_bounded_influence(votes, voters, 500.0)
    assert np.all(bounded.voter_weights == 1.0)
    plain = fit_bradley_terry(PairCounts.from_coded_votes(votes))
    assert bounded.fit.ratings == pytest.approx(plain.ratings, abs=1e-9)


def test_a_bound_that_equal_voters_all_exceed_is_refused() -> None:
    votes, voters = connected_votes(np.random.default_rng(3), 4, 400, 5)
    with pytest.raises(BoundNotReachableError):
        fit_with_bounded_influence(votes, voters, 1.0)


@pytest.mark.parametrize("bound", [0.0, -3.0, float("nan")])
def test_a_bound_that_is_not_positive_is_refused(bound: float) -> None:
    votes, voters = connected_votes(np.random.default_rng(3), 4, 400, 5)
    with pytest.raises(ValueError, match="positive"):
        fit_with_bounded_influence(votes, voters, bound)


@needs_data
def test_no_worker_of_llmfao_moves_a_bounded_rating_by_more_than_ten_points() -> None:
    votes, workers, _ = llmfao()
    bounded = fit_with_bounded_influence(votes, workers, 10.0)
    assert 9.0 < largest_effect(votes, workers, bounded) <= 10.0
