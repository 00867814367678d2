"""What leaving out one voter does."""

from itertools import product

import numpy as np
from hypothesis import given, settings

from app.ratings.bradley_terry import fit_bradley_terry
from app.ratings.connectivity import NotRankableError
from app.ratings.counts import PairCounts
from app.ratings.influence import voter_influence
from app.ratings.votes import CodedVotes
from tests.ratings.simulated import arenas, connected_votes, llmfao, needs_data, weighted_counts


def effects_by_refitting(votes: CodedVotes, voters: np.ndarray) -> dict[int, float]:
    """Every voter left out in turn."""
    whole = fit_bradley_terry(PairCounts.from_coded_votes(votes)).ratings
    effects = {}
    for voter in np.unique(voters).tolist():
        try:
            without = fit_bradley_terry(weighted_counts(votes, (voters != voter).astype(float))).ratings
            effects[voter] = float(np.abs(without - whole).max())
        except NotRankableError:
            effects[voter] = np.inf
    return effects


@settings(max_examples=30, deadline=None)
@given(arenas())
def test_those_without_whom_there_is_no_ranking_and_no_others_have_infinite_influence(arena: tuple) -> None:
    votes, voters, _ = arena
    exact = effects_by_refitting(votes, voters)
    result = voter_influence(votes, voters)
    needed = {voter for voter, effect in exact.items() if np.isinf(effect)}
    assert set(result.voters[np.isinf(result.estimated)].tolist()) == needed
    assert max(abs(effect.points) for effect in result.effects) == np.inf or not needed


def test_the_largest_effect_is_that_of_leaving_out_each_in_turn() -> None:
    for seed, number in product(range(4), (3, 20)):
        votes, voters = connected_votes(np.random.default_rng(seed), 6, 500, number)
        exact = effects_by_refitting(votes, voters)
        result = voter_influence(votes, voters)
        first = result.effects[0]
        assert abs(abs(first.points) - max(exact.values())) < 1e-6
        assert exact[first.voter] == max(exact.values())
        assert first.votes == (voters == first.voter).sum()
        finite = np.array([exact[voter] for voter in result.voters.tolist()])
        assert np.all(np.abs(result.estimated - finite) < 0.1 * finite)


def test_weights_count_as_so_many_votes() -> None:
    votes, voters = connected_votes(np.random.default_rng(1), 4, 200, 10)
    twice = CodedVotes(votes.models, *(np.tile(column, 2) for column in (votes.model_a, votes.model_b, votes.winner)))
    repeated = voter_influence(twice, np.tile(voters, 2)).effects[0]
    weighted = voter_influence(votes, voters, np.full(len(voters), 2.0)).effects[0]
    assert (repeated.voter, repeated.votes, repeated.model) == (weighted.voter, weighted.votes, weighted.model)
    assert abs(repeated.points - weighted.points) < 1e-6


@needs_data
def test_the_most_influential_worker_of_llmfao_moves_the_leader_by_thirty_points() -> None:
    votes, workers, _ = llmfao()
    result = voter_influence(votes, workers)
    exact = effects_by_refitting(votes, workers)
    assert (result.effects[0].voter, result.effects[0].model) == (15, "GPT 4")
    assert abs(result.effects[0].points) == max(exact.values())
    assert 29.0 < abs(result.effects[0].points) < 30.0
