"""Bradley-Terry on many resampled sets of counts at once."""

from collections.abc import Callable

import numpy as np
from scipy import sparse

from app.ratings.arrays import FloatArray, IntArray
from app.ratings.count_cells import Booleans, CountCells, connects
from app.ratings.counts import PairCounts
from app.ratings.fit import PairwiseFit

Refit = Callable[[PairCounts], PairwiseFit]

# In logits, and a sixth of a millionth of a point: the most that the steps not taken would still move a rating.
TOLERANCE = 1e-9
CHORD_ITERATIONS = 40
# In logits: a resample with a longer step is left to a fit of its own, and so are all where a strength is larger. Forty
# of the longest steps on top of the largest strength are not too much yet for exp, which ends at 709.
LONGEST_STEP = 10.0
LARGEST_THETA = 200.0
# Resamples of voters may leave a model no vote: a model counts as having this share of its usual votes at the least.
LEAST_SHARE = 0.01


def refit_bradley_terry(cells: CountCells, draws: FloatArray, fit: PairwiseFit) -> tuple[FloatArray, IntArray]:
    """Estimates (M, R) for R resampled counts draws (C, R), and which of them (K,) could not be had this way.

    Newton from the fit's theta with its bread in place of the inverse Hessian of each resample, which is near
    enough for a few more steps of a far cheaper kind: no factorisation, only products of matrices. It is nearer
    where each model's votes are scaled to those of the resample. With gamma = exp theta, the score of model i is its
    points - gamma_i sum_j votes_ij / (gamma_i + gamma_j).
    """
    points, votes, ends = _points(cells) @ draws, *_votes_of_pairs(cells, draws)
    models_of_pairs = ends.T.tocsr()
    theta = np.repeat(fit.theta[:, None], draws.shape[1], axis=1)
    missed = ~_are_connected(cells, draws) | (np.abs(fit.theta).max() > LARGEST_THETA)
    bread = fit.bread[: cells.size, : cells.size]
    of_models = ends @ votes
    usual = of_models.mean(axis=1, keepdims=True)
    scale = np.sqrt(usual / np.maximum(of_models, usual * LEAST_SHARE))
    longest, left = np.zeros(draws.shape[1]), np.full(draws.shape[1], np.inf)
    for _ in range(CHORD_ITERATIONS):
        if np.all(missed | (left <= TOLERANCE)):
            break
        theta[:, missed] = 0.0
        gamma = np.exp(theta)
        shares = models_of_pairs @ gamma
        np.divide(votes, shares, out=shares)
        step = scale * (bread @ (scale * (points - gamma * (ends @ shares))))
        theta += step
        before, longest = longest, np.abs(step).max(axis=0)
        missed |= longest > LONGEST_STEP
        # What has arrived only trembles, with steps that no longer shrink.
        left = np.minimum(left, _still_to_go(before, longest))
    return theta, np.flatnonzero(missed | (left > TOLERANCE))


def _points(cells: CountCells) -> sparse.csr_array:
    """(M, C) sparse: the wins that a vote in a cell gives to a model; a tie gives half a win to both."""
    level = np.flatnonzero(cells.outcome > 0)
    share = np.where(cells.outcome > 0, 0.5, 1.0)
    model = np.concatenate([cells.first, cells.second[level]])
    cell = np.concatenate([np.arange(len(share)), level])
    return sparse.csr_array((np.concatenate([share, share[level]]), (model, cell)), shape=(cells.size, len(share)))


def _votes_of_pairs(cells: CountCells, draws: FloatArray) -> tuple[FloatArray, sparse.csr_array]:
    """(P, R) votes of each pair that met, and (M, P) sparse: 1 where a model is of a pair."""
    low, high = np.minimum(cells.first, cells.second), np.maximum(cells.first, cells.second)
    pairs, pair = np.unique(low * cells.size + high, return_inverse=True)
    cell, edge = np.arange(len(pair)), np.arange(len(pairs))
    gathered = sparse.csr_array((np.ones(len(pair)), (pair, cell)), shape=(len(pairs), len(pair)))
    model = np.concatenate([pairs // cells.size, pairs % cells.size])
    ends = sparse.csr_array((np.ones(len(model)), (model, np.tile(edge, 2))), shape=(cells.size, len(pairs)))
    return np.asarray(gathered @ draws), ends


def _still_to_go(before: FloatArray, longest: FloatArray) -> FloatArray:
    """(R,) how far the steps to come would lead: steps shrink by a constant factor, so they are a geometric series."""
    shrink = before - longest
    left = np.full(len(longest), np.inf)
    np.divide(longest * longest, shrink, out=left, where=shrink > 0.0)
    return left


def _are_connected(cells: CountCells, draws: FloatArray) -> Booleans:
    """(R,): whether each resample still connects all models."""
    # Nothing is missing from resamples of votes. What all of voters' have is mostly enough, and saves looking at each.
    if draws.min() > 0.0 or connects(cells, draws.min(axis=1) > 0.0):
        return np.ones(draws.shape[1], dtype=bool)
    return np.array([connects(cells, replicate) for replicate in draws.T > 0.0])
