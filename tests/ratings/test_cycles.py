"""Votes that no ranking explains."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ratings import cycles
from app.ratings.counts import PairCounts
from app.ratings.cycles import cyclic_votes
from tests.ratings.simulated import llmfao, names, needs_data


def counts_of(wins: np.ndarray, ties: float = 0.0) -> PairCounts:
    level = ties * (1.0 - np.eye(len(wins)))
    return PairCounts(names(len(wins)), wins, level, level)


def random_wins(seed: int, size: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.poisson(2.0, (size, size)) * (rng.random((size, size)) < 0.7) * (1.0 - np.eye(size))


def contradicted(counts: PairCounts, ranking: tuple[str, ...]) -> float:
    order = [counts.models.index(name) for name in ranking]
    return float(np.tril(counts.wins[np.ix_(order, order)]).sum())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 6))
def test_the_least_that_any_ranking_contradicts_is_found_exactly(seed: int, size: int) -> None:
    counts = counts_of(random_wins(seed, size), ties=3.0)
    result = cyclic_votes(counts)
    best = min(contradicted(counts, order) for order in permutations(counts.models))
    assert result.cyclic_least == result.cyclic_most
    assert result.within_pairs + result.cyclic_most == best
    assert contradicted(counts, result.ranking) == best


def test_a_circle_of_three_costs_its_narrowest_majority() -> None:
    wins = np.array([[0.0, 6.0, 1.0], [2.0, 0.0, 9.0], [4.0, 0.0, 0.0]])
    result = cyclic_votes(counts_of(wins, ties=50.0))
    # Majorities 4, 9 and 3 in a circle; 2 + 1 votes are on the losing side of their own pair.
    assert (result.decisive, result.within_pairs, result.cyclic_most) == (22.0, 3.0, 3.0)
    assert result.unexplained_share == pytest.approx(6 / 22)
    assert result.cyclic_share == pytest.approx(3 / 22)
    assert result.ranking == ("model-000", "model-001", "model-002")


def test_votes_that_a_ranking_explains_leave_nothing_over() -> None:
    result = cyclic_votes(counts_of(np.triu(np.full((30, 30), 7.0), 1)))
    assert (result.within_pairs, result.cyclic_least, result.cyclic_most) == (0.0, 0.0, 0.0)
    assert result.ranking == names(30)


def test_without_decisive_votes_there_is_no_share() -> None:
    assert np.isnan(cyclic_votes(counts_of(np.zeros((3, 3)), ties=4.0)).unexplained_share)


def test_the_search_for_larger_sets_brackets_the_exact_number(monkeypatch: pytest.MonkeyPatch) -> None:
    gaps = []
    for seed in range(10):
        counts = counts_of(random_wins(seed, 12))
        exact = cyclic_votes(counts)
        with monkeypatch.context() as patch:
            patch.setattr(cycles, "LARGEST_EXACT", 2)
            searched = cyclic_votes(counts)
        assert exact.cyclic_least == exact.cyclic_most
        assert searched.cyclic_least <= exact.cyclic_most <= searched.cyclic_most
        assert contradicted(counts, searched.ranking) == searched.within_pairs + searched.cyclic_most
        gaps.append(searched.cyclic_most - exact.cyclic_most)
    assert sum(gap == 0.0 for gap in gaps) >= 8


@needs_data
def test_the_votes_of_llmfao_are_mostly_contradicted_within_their_own_pairs() -> None:
    votes, _, _ = llmfao()
    counts = PairCounts.from_coded_votes(votes)
    result = cyclic_votes(counts)
    assert result.decisive == 2911 + 2549
    assert result.within_pairs == 1285
    assert 0 < result.cyclic_least <= result.cyclic_most < 160
    assert contradicted(counts, result.ranking) == result.within_pairs + result.cyclic_most
