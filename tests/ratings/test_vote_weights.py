"""Random weights of votes, and their sums over cells."""

import numpy as np
import pytest

from app.ratings.vote_weights import MOST_IN_BITS, weighed_cells

# Either side of a word's end, and of the size from which binomials are drawn.
SIZES = np.array([1, 2, 31, 32, 33, 64, 65, 500, MOST_IN_BITS, MOST_IN_BITS + 1, 100_000], dtype=np.float64)
DRAWS = 40_000


def moments(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    off = values - values.mean(axis=1, keepdims=True)
    return values.mean(axis=1), (off**2).mean(axis=1), (off**3).mean(axis=1)


def test_a_cell_of_any_size_is_drawn_as_the_sum_of_the_weights_of_its_votes() -> None:
    drawn = weighed_cells(SIZES).draw(np.random.default_rng(1), DRAWS)
    mean, variance, third = moments(drawn)
    assert np.abs((mean - SIZES) / np.sqrt(SIZES)).max() < 5.0 / np.sqrt(DRAWS)
    assert variance / SIZES == pytest.approx(np.ones(len(SIZES)), abs=0.04)
    assert third / SIZES**1.5 == pytest.approx(2.0 / np.sqrt(3.0 * SIZES), abs=0.08)
    assert drawn.min() > 0.4


def test_cells_are_drawn_independently_of_each_other() -> None:
    drawn = weighed_cells(SIZES).draw(np.random.default_rng(2), DRAWS)
    off_diagonal = np.corrcoef(drawn) - np.eye(len(SIZES))
    assert np.abs(off_diagonal).max() < 5.0 / np.sqrt(DRAWS)


def test_votes_of_different_weights_keep_their_sum_and_their_variance() -> None:
    n, squared = np.array([3.2, 0.2, 500.0, 40_000.0]), np.array([9.04, 0.04, 1500.0, 60_000.0])
    drawn = weighed_cells(n, squared).draw(np.random.default_rng(3), DRAWS)
    mean, variance, _ = moments(drawn)
    assert np.abs((mean - n) / np.sqrt(squared)).max() < 5.0 / np.sqrt(DRAWS)
    assert variance / squared == pytest.approx(np.ones(4), abs=0.05)
    assert drawn.min() > 0.0


def test_a_cell_of_less_than_one_vote_varies_as_one_and_stays_above_zero() -> None:
    drawn = weighed_cells(np.array([0.05])).draw(np.random.default_rng(4), DRAWS)
    assert drawn.mean() == pytest.approx(0.05, abs=0.002)
    assert drawn.min() > 0.0
