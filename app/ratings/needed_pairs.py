"""Which pairs of models need votes next: where one more vote makes the board most certain."""

from dataclasses import dataclass

import numpy as np

from app.ratings.arrays import FloatArray
from app.ratings.counts import PairCounts
from app.ratings.fit import PairwiseFit
from app.ratings.scale import POINTS_PER_LOGIT
from app.ratings.vote_information import vote_information


@dataclass(frozen=True)
class NeededPair:
    """A pair of models and what one more vote on it is worth.

    votes:     votes it has
    reduction: by how much one more vote lowers the mean variance of the differences of all pairs of ratings, in
               squared points
    share:     the same as a share of that mean variance
    """

    model_a: str
    model_b: str
    votes: float
    reduction: float
    share: float


def variance_reductions(fit: PairwiseFit) -> FloatArray:
    """(M, M), symmetric, in squared points: see NeededPair.reduction; 0 on the diagonal.

    After one more vote with information J on the two strengths the inverse information falls by
    B_s (1 + J B_ss)^-1 J B_s^T, with B_s the bread's columns of the two (Woodbury). The sum of the variances of
    all differences is M times the trace of the centred block of strengths (A-optimal design).
    """
    size = len(fit.models)
    bread = fit.bread[:size, :size]
    columns = bread - bread.mean(axis=0)
    products = columns.T @ columns
    information = vote_information(fit)
    gain = _two_by_two(products)
    # (1 + J B_ss)^-1 J for each pair, as matrices of two by two.
    inner = np.eye(2) + information @ _two_by_two(bread)
    reduction = np.trace(np.linalg.solve(inner, information) @ gain, axis1=2, axis2=3)
    # The mean over pairs of a difference's variance is 2 / (M - 1) times the trace.
    scaled: FloatArray = reduction * 2.0 / (size - 1) * POINTS_PER_LOGIT**2
    np.fill_diagonal(scaled, 0.0)
    return scaled


def needed_pairs(counts: PairCounts, fit: PairwiseFit, *, limit: int = 10) -> tuple[NeededPair, ...]:
    """The pairs on which one more vote lowers the variance most, most needed first; `limit` at most.

    Variances here are those of independent votes under the fitted model. Raises ValueError when `fit` is not of
    these models.
    """
    if counts.models != fit.models:
        raise ValueError("the fit is not of the models in these counts")
    size = len(fit.models)
    reductions = variance_reductions(fit)
    bread = fit.bread[:size, :size]
    trace = float(np.trace(bread) - bread.sum() / size)
    mean_variance = trace * 2.0 / (size - 1) * POINTS_PER_LOGIT**2
    first, second = np.triu_indices(size, 1)
    order = np.argsort(-reductions[first, second], kind="stable")[:limit]
    votes = counts.votes_per_pair
    return tuple(
        NeededPair(
            model_a=fit.models[a],
            model_b=fit.models[b],
            votes=float(votes[a, b]),
            reduction=float(reductions[a, b]),
            share=float(reductions[a, b]) / mean_variance,
        )
        for a, b in zip(first[order].tolist(), second[order].tolist(), strict=True)
    )


def _two_by_two(matrix: FloatArray) -> FloatArray:
    """(M, M, 2, 2): the rows and columns i and j of a symmetric matrix (M, M), for each i and j."""
    own = np.diagonal(matrix)
    blocks = np.empty((*matrix.shape, 2, 2))
    blocks[:, :, 0, 0] = own[:, None]
    blocks[:, :, 1, 1] = own[None, :]
    blocks[:, :, 0, 1] = blocks[:, :, 1, 0] = matrix
    return blocks
