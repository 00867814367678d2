"""Pools from rows of votes, and what they refuse."""

from typing import Any

import numpy as np
import pytest

from app.ratings import PairCounts, fit_bradley_terry
from app.sampling import Entrant, Pool
from app.sampling.provisional import provisional_strengths

TWO: dict[str, Any] = {
    "models": ("a", "b"),
    "weights": [1.0, 1.0],
    "roles": ("contestant", "anchor"),
    "exposure": [0, 0],
    "wins": np.zeros((2, 2)),
    "level": np.zeros((2, 2)),
    "is_open": [True, True],
}


def test_rows_in_both_orientations_are_added_up_and_departed_models_are_closed() -> None:
    rows = [("b", "a", 1, 2, 3), ("a", "b", 10, 20, 30), ("gone", "a", 5, 0, 0)]
    pool = Pool.of([Entrant("b", battles=7), Entrant("a", role="anchor", weight=2.0)], rows)
    assert pool.models == ("b", "a", "gone")
    assert pool.is_open.tolist() == [True, True, False]
    assert pool.wins.tolist() == [[0, 21, 0], [12, 0, 0], [0, 5, 0]]
    assert pool.level.tolist() == [[0, 33, 0], [33, 0, 0], [0, 0, 0]]
    assert pool.votes[0, 1] == 66
    assert pool.exposure.tolist() == [7, 0, 0]
    assert pool.roles == ("contestant", "anchor", "contestant")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"models": ("a", "a")}, "twice"),
        ({"weights": [1.0, 0.0]}, "above 0"),
        ({"weights": [1.0, -1.0]}, "not negative"),
        ({"weights": [1.0]}, "shape"),
        ({"exposure": [0, np.nan]}, "finite"),
        ({"roles": ("contestant",)}, "2 entries"),
        ({"is_open": [True]}, "2 entries"),
        ({"roles": ("contestant", "referee")}, "'referee' is not one of"),
        ({"wins": np.eye(2)}, "against itself"),
        ({"level": np.array([[0, 1], [2, 0]])}, "symmetric"),
    ],
)
def test_what_cannot_be_a_pool_is_refused(wrong: dict[str, Any], said: str) -> None:
    Pool(**TWO)
    with pytest.raises(ValueError, match=said):
        Pool(**TWO | wrong)


def test_nothing_in_a_pool_can_be_changed() -> None:
    pool = Pool(**TWO)
    for array in (pool.weights, pool.wins, pool.is_open, pool.first, pool.votes, pool.provisional.theta):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_with_many_votes_provisional_strengths_are_those_of_the_board() -> None:
    rng = np.random.default_rng(4)
    wins = rng.integers(3000, 9000, (6, 6)).astype(np.float64)
    np.fill_diagonal(wins, 0.0)
    nothing = np.zeros_like(wins)
    board = fit_bradley_terry(PairCounts(tuple("abcdef"), wins, nothing, nothing))
    found = provisional_strengths(wins)
    assert found.theta == pytest.approx(board.theta, abs=2e-3)
    centred = found.covariance - found.covariance.mean(axis=0)
    centred -= centred.mean(axis=1, keepdims=True)
    assert centred == pytest.approx(board.bread, rel=0.02, abs=1e-7)


def test_one_sided_votes_have_a_strength_that_is_bounded() -> None:
    points = np.zeros((3, 3))
    points[0, 1] = points[0, 2] = points[1, 2] = 1e6
    found = provisional_strengths(points)
    assert 3.0 < found.theta[0] - found.theta[1] < 20.0
    assert np.isfinite(found.covariance).all()
