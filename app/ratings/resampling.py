"""Bradley-Terry on many resampled sets of counts at once."""

from collections.abc import Callable

import numpy as np
from scipy import sparse

from app.ratings.arrays import FloatArray, IntArray
from app.ratings.count_cells import Booleans, CountCells, connects
from app.ratings.counts import PairCounts
from app.ratings.fit import PairwiseFit

Refit = Callable[[PairCounts], PairwiseFit]

# In logits: a step below this moves no rating by more than two millionths of a point.
STEP_TOLERANCE = 1e-8
CHORD_ITERATIONS = 40


def refit_bradley_terry(cells: CountCells, draws: FloatArray, fit: PairwiseFit) -> tuple[FloatArray, IntArray]:
    """Estimates (M, R) for R resampled counts draws (C, R), and which of them (K,) could not be had this way.

    Newton from the fit's theta with its bread in place of the inverse Hessian of each resample, which is near
    enough for a few more steps of a far cheaper kind: no factorisation, only products of matrices. Those that do
    not get there, and those whose estimate does not exist, are named instead.
    """
    low, high = np.minimum(cells.first, cells.second), np.maximum(cells.first, cells.second)
    pairs, pair = np.unique(low * cells.size + high, return_inverse=True)
    i, j = pairs // cells.size, pairs % cells.size
    cell = np.arange(len(pair))
    share = np.where(cells.outcome > 0, 0.5, (cells.first < cells.second).astype(np.float64))
    shape = (len(pairs), len(pair))
    points = np.asarray(sparse.csr_array((share, (pair, cell)), shape=shape) @ draws)
    votes = np.asarray(sparse.csr_array((np.ones(len(pair)), (pair, cell)), shape=shape) @ draws)
    edge = np.arange(len(pairs))
    ends = sparse.csr_array(
        (np.repeat([1.0, -1.0], len(pairs)), (np.concatenate([i, j]), np.concatenate([edge, edge]))),
        shape=(cells.size, len(pairs)),
    )
    theta = np.repeat(fit.theta[:, None], draws.shape[1], axis=1)
    bread = fit.bread[: cells.size, : cells.size]
    largest = np.full(draws.shape[1], np.inf)
    # sigma(x) = (1 + tanh(x / 2)) / 2, and tanh is several times faster.
    half, lead = votes / 2.0, points - votes / 2.0
    for _ in range(CHORD_ITERATIONS):
        expected = theta[i]
        expected -= theta[j]
        expected /= 2.0
        np.tanh(expected, out=expected)
        expected *= half
        step = bread @ (ends @ (lead - expected))
        theta += step
        largest = np.abs(step).max(axis=0)
        if not np.any((largest > STEP_TOLERANCE) & (largest < 1.0)):
            break
    missed = (largest > STEP_TOLERANCE) | ~_are_connected(cells, draws)
    return theta, np.flatnonzero(missed)


def _are_connected(cells: CountCells, draws: FloatArray) -> Booleans:
    """(R,): whether each resample still connects all models."""
    present = draws > 0.0
    # What all of them have is mostly enough, and saves looking at each.
    if connects(cells, np.all(present, axis=1)):
        return np.ones(draws.shape[1], dtype=bool)
    return np.array([connects(cells, replicate) for replicate in present.T])
