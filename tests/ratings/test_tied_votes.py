"""Whether Davidson's and Rao and Kupper's models have an estimate, against an oracle that shares nothing with it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from app.ratings.connectivity import NotRankableError, find_connectivity
from app.ratings.counts import PairCounts
from app.ratings.davidson import fit_davidson
from app.ratings.rao_kupper import fit_rao_kupper
from tests.ratings.simulated import names


@st.composite
def few_votes(draw: st.DrawFn) -> PairCounts:
    """So few that most of these sets of votes leave something unbounded."""
    size = draw(st.integers(2, 5))
    pairs = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1), st.booleans())
    wins, ties = np.zeros((size, size)), np.zeros((size, size))
    for i, j, tied in draw(st.lists(pairs, max_size=2 * size)):
        if i != j and tied:
            ties[i, j] = ties[j, i] = 1.0
        elif i != j:
            wins[i, j] += 1.0
    return PairCounts(names(size), wins, ties, np.zeros((size, size)))


def is_bounded(counts: PairCounts) -> bool:
    """By linear programming: no direction of (theta, log nu) is as good for every vote, and better for some."""
    size = len(counts.models)
    outcome = {"first": 1.0, "second": 0.0, "tie": 0.5}
    rows = []
    for i in range(size):
        for j in range(i):
            seen = {"first": counts.wins[i, j], "second": counts.wins[j, i], "tie": counts.ties[i, j]}
            for kind in (kind for kind, n in seen.items() if n > 0.0):
                for other in set(outcome) - {kind}:
                    row = np.zeros(size + 1)
                    row[i] = outcome[kind] - outcome[other]
                    row[j] = -row[i]
                    row[size] = (kind == "tie") - (other == "tie")
                    rows.append(row)
    better = linprog(-np.sum(rows, axis=0), A_ub=-np.array(rows), b_ub=np.zeros(len(rows)), bounds=(-1.0, 1.0))
    return -better.fun < 1e-7


@given(counts=few_votes())
@settings(max_examples=200, deadline=None)
def test_there_is_an_estimate_exactly_when_no_direction_is_unbounded(counts: PairCounts) -> None:
    if not find_connectivity(counts).is_rankable:
        for fit in (fit_davidson, fit_rao_kupper):
            with pytest.raises(NotRankableError, match="do not connect"):
                fit(counts)
    elif not counts.ties.any() or is_bounded(counts):
        for fit in (fit_davidson, fit_rao_kupper):
            assert fit(counts).gradient_norm < 1e-8
    else:
        for fit in (fit_davidson, fit_rao_kupper):
            with pytest.raises(NotRankableError, match="no estimate"):
                fit(counts)


def test_a_win_and_a_tie_of_two_models_are_explained_by_a_difference_without_limit() -> None:
    with pytest.raises(NotRankableError, match="no estimate") as caught:
        fit_davidson(PairCounts(("a", "b"), [[0, 1], [0, 0]], [[0, 1], [1, 0]], np.zeros((2, 2))))
    # The votes do connect them: it is the share of ties that has no bound.
    assert caught.value.connectivity.is_rankable


def test_a_circle_with_more_wins_than_ties_bounds_everything() -> None:
    wins, ties = np.zeros((3, 3)), np.zeros((3, 3))
    wins[0, 1] = wins[1, 2] = 1.0
    ties[0, 2] = ties[2, 0] = 1.0
    fitted = fit_davidson(PairCounts(("a", "b", "c"), wins, ties, np.zeros((3, 3))))

    assert fitted.theta[0] > fitted.theta[1] > fitted.theta[2]
    assert 0.0 < fitted.parameters["nu"] < 10.0
