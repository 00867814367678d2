"""Weights of votes: against how pairs were drawn, against pairs that were drawn too often, and by voter.

All are arrays (V,) for `PairCounts.from_coded_votes(votes, weights=...)`, `fit_covariates` and the clustered and
bootstrapped intervals. Weights of two kinds are combined by multiplying them. What uncertainty needs besides are the
sums of squared weights: `PairCounts.from_coded_votes(votes, weights=weights**2)`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from app.ratings.arrays import FloatArray, IntArray, read_only_floats
from app.ratings.votes import CodedVotes, InvalidVotesError

# Pairs with fewer votes than this are not made up for: their few votes would count for more than they can say.
EVEN_FROM = 50


@dataclass(frozen=True, eq=False)
class PropensityWeights:
    """Weights that undo how pairs were chosen.

    weights: (V,), mean 1
    trimmed: how many votes had their weight cut; none unless it was asked for
    largest: the largest weight
    """

    weights: FloatArray
    trimmed: int
    largest: float


def inverse_propensity(propensities: ArrayLike, *, trim: float | None = None) -> PropensityWeights:
    """1 / p for the probability p (V,) with which each vote's pair was drawn, scaled to a mean of 1.

    Where pairs were drawn by how earlier votes went, unweighted votes over-represent what the policy looked for
    (Horvitz and Thompson 1952; Hajek 1971 for the scaling).

    trim: cut weights at this many times the mean. Cutting exchanges variance for bias, so it happens only on request
    and the result says how often. Raises InvalidVotesError with the row of a p outside (0, 1].
    """
    p = np.asarray(propensities, dtype=np.float64)
    if p.ndim != 1:
        raise ValueError(f"propensities must be one number for each vote, not of shape {p.shape}")
    wrong = ~((p > 0.0) & (p <= 1.0))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InvalidVotesError(row + 1, f"{p[row]} is not the probability of something that happened")
    if trim is not None and not trim >= 1.0:
        raise ValueError(f"weights can be cut at the mean or above, not at {trim} times it")
    weights = _mean_one(1.0 / p)
    trimmed = 0
    if trim is not None:
        trimmed = int(np.count_nonzero(weights > trim))
        weights = _mean_one(np.minimum(weights, trim))
    return PropensityWeights(read_only_floats(weights), trimmed, float(weights.max(initial=0.0)))


def even_pairs(votes: CodedVotes, even_from: int = EVEN_FROM) -> FloatArray:
    """(V,): 1 / max(n, even_from), with n the votes on a vote's pair in either order, so that pairs count alike."""
    if even_from < 1:
        raise ValueError(f"a pair has at least 1 vote, not {even_from}")
    size = len(votes.models)
    key = np.minimum(votes.model_a, votes.model_b) * size + np.maximum(votes.model_a, votes.model_b)
    cast = np.bincount(key, minlength=size * size)
    return read_only_floats(1.0 / np.maximum(cast, even_from)[key])


def voter_weights(voters: IntArray, by_voter: ArrayLike | None = None) -> FloatArray:
    """(V,): to each vote the weight of its voter, by_voter (G,), with voters (V,) codes from 0 to G - 1.

    None gives every voter the same say in all: 1 / the number of its votes. Raises ValueError for a voter without a
    weight, and for weights that are negative or not finite.
    """
    codes = np.asarray(voters)
    if codes.ndim != 1 or codes.dtype.kind not in "iu" or (codes.size and codes.min() < 0):
        raise ValueError(f"voters must be one code from 0 for each vote, not {codes.dtype} of shape {codes.shape}")
    if by_voter is None:
        cast = np.bincount(codes)
        return read_only_floats(1.0 / cast[codes])
    weights = np.asarray(by_voter, dtype=np.float64)
    if weights.ndim != 1 or codes.max(initial=-1) >= len(weights):
        raise ValueError(f"{int(codes.max(initial=-1)) + 1} voters need as many weights, not {weights.shape}")
    if not np.all(np.isfinite(weights) & (weights >= 0.0)):
        raise ValueError("the weight of a voter must be a finite number that is at least 0")
    return read_only_floats(weights[codes])


def effective_votes(weights: ArrayLike) -> float:
    """How many votes of equal weight would be as many: (sum w)^2 / sum w^2 (Kish 1965). 0 where none counts."""
    array = np.asarray(weights, dtype=np.float64)
    squares = float((array**2).sum())
    return float(array.sum()) ** 2 / squares if squares > 0.0 else 0.0


def _mean_one(weights: FloatArray) -> FloatArray:
    scaled: FloatArray = weights / weights.mean() if weights.size else weights
    return scaled
