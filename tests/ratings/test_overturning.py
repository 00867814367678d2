"""Votes that change the first place."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings

from app.ratings.bradley_terry import fit_bradley_terry
from app.ratings.connectivity import NotRankableError, find_connectivity
from app.ratings.counts import PairCounts
from app.ratings.overturning import Overturning, votes_to_drop, votes_to_forge
from tests.ratings.simulated import arenas, llmfao, names, needs_data


def changed_counts(counts: PairCounts, result: Overturning, sign: float) -> PairCounts:
    """The counts after the votes that a result names; PairCounts itself refuses to drop what is not there."""
    wins, ties, both_bad = counts.wins.copy(), counts.ties.copy(), counts.both_bad.copy()
    place = {name: index for index, name in enumerate(counts.models)}
    for change in result.changes:
        a, b = place[change.model_a], place[change.model_b]
        if change.winner == "model_a":
            wins[a, b] += sign * change.votes
        else:
            matrix = ties if change.winner == "tie" else both_bad
            matrix[a, b] += sign * change.votes
            matrix[b, a] += sign * change.votes
    return PairCounts(counts.models, wins, ties, both_bad)


def leader(counts: PairCounts) -> str:
    fit = fit_bradley_terry(counts)
    return fit.models[int(np.argmax(fit.theta))]


def fewest_to_drop(counts: PairCounts) -> float:
    """By trying every subset."""
    first = counts.models.index(leader(counts))
    pairs = [(a, b) for a in range(len(counts.models)) for b in range(len(counts.models)) if a != b]
    fewest = np.inf
    for dropped in product(*(range(int(counts.wins[pair]) + 1) for pair in pairs)):
        if not 0 < sum(dropped) < fewest:
            continue
        wins = counts.wins.copy()
        for pair, number in zip(pairs, dropped, strict=True):
            wins[pair] -= number
        try:
            theta = fit_bradley_terry(PairCounts(counts.models, wins, counts.ties, counts.both_bad)).theta
        except NotRankableError:
            continue
        if theta.max() > theta[first] + 1e-9:
            fewest = sum(dropped)
    return fewest


@settings(max_examples=25, deadline=None)
@given(arenas(largest=5))
def test_the_votes_found_do_change_the_first_place(arena: tuple) -> None:
    votes, _, _ = arena
    counts = PairCounts.from_coded_votes(votes)
    for sign, result in ((-1.0, votes_to_drop(counts)), (1.0, votes_to_forge(counts))):
        if result is None:
            assert sign == -1.0
            continue
        assert result.votes == sum(change.votes for change in result.changes) > 0
        assert result.leader == leader(counts) != result.new
        assert leader(changed_counts(counts, result, sign)) == result.new


def test_small_arenas_have_no_smaller_set_to_drop() -> None:
    same = seen = 0
    for seed in range(14):
        wins = np.random.default_rng(seed).poisson(1.8, (3, 3)) * (1.0 - np.eye(3))
        counts = PairCounts(names(3), wins, np.zeros((3, 3)), np.zeros((3, 3)))
        if not find_connectivity(counts).is_rankable:
            continue
        theta = np.sort(fit_bradley_terry(counts).theta)
        if theta[-1] - theta[-2] < 1e-6:
            continue
        result, fewest = votes_to_drop(counts), fewest_to_drop(counts)
        found = np.inf if result is None else result.votes
        assert found >= fewest
        seen, same = seen + 1, same + (found == fewest)
    assert seen >= 6
    assert same >= seen - 1


def test_two_models_are_overturned_by_one_vote_more_than_level() -> None:
    wins = np.array([[0.0, 60.0], [50.0, 0.0]])
    counts = PairCounts(("first", "second"), wins, 0.0 * wins, 0.0 * wins)
    for result, winner in ((votes_to_drop(counts), ("first", "second")), (votes_to_forge(counts), ("second", "first"))):
        assert result is not None
        assert result.votes == 11
        assert [(change.model_a, change.model_b, change.winner) for change in result.changes] == [(*winner, "model_a")]


def test_where_dropping_would_disconnect_the_models_nothing_is_claimed() -> None:
    wins = np.array([[0.0, 9.0], [0.0, 0.0]])
    ties = np.array([[0.0, 1.0], [1.0, 0.0]])
    assert votes_to_drop(PairCounts(("first", "second"), wins, ties, 0.0 * ties)) is None


@needs_data
def test_a_dozen_votes_overturn_the_first_place_of_llmfao() -> None:
    counts = PairCounts.from_coded_votes(llmfao()[0])
    dropped, forged = votes_to_drop(counts), votes_to_forge(counts)
    assert dropped is not None
    assert forged is not None
    assert (dropped.leader, dropped.votes, forged.votes) == ("GPT 4", pytest.approx(13, abs=1), 11)
    assert leader(changed_counts(counts, dropped, -1.0)) == dropped.new
    assert leader(changed_counts(counts, forged, 1.0)) == forged.new
