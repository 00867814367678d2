"""How sure a rating is: the sandwich covariance and the intervals that follow from it."""

from dataclasses import dataclass

import numpy as np

from app.ratings.arrays import FloatArray, read_only_floats
from app.ratings.bradley_terry import BradleyTerryFit
from app.ratings.counts import PairCounts
from app.ratings.laplacian import laplacian, pseudo_inverse
from app.ratings.scale import POINTS_PER_LOGIT, ratings_from_theta

# The 97.5 % point of the normal distribution.
Z_95 = 1.959964


@dataclass(frozen=True, eq=False)
class RatingIntervals:
    """Ratings with 95 % intervals, each on its own (pointwise), in points.

    models:          names in the order of the arrays
    ratings:         (M,), mean 1000
    standard_errors: (M,)
    rating_lower:    (M,) rating - 1.959964 standard errors
    rating_upper:    (M,) rating + 1.959964 standard errors
    """

    models: tuple[str, ...]
    ratings: FloatArray
    standard_errors: FloatArray
    rating_lower: FloatArray
    rating_upper: FloatArray


def sandwich_covariance(counts: PairCounts, fit: BradleyTerryFit) -> FloatArray:
    """Covariance of theta, (M, M) in squared logits: H+ G H+ with Moore-Penrose inverses and no ridge.

    H is the negative Hessian of the log-likelihood, G the sum over votes of score times score, with the
    outcome y of a vote in {0, 1/2, 1} and each vote independent of the others (Huber 1967; White 1982). H
    alone would be too wide, as it takes half wins for coin flips.

    Every row sums to zero: uncertainty is relative to the mean of the models. Where all votes are ties the
    outcomes do not vary, and so neither does the estimate: the covariance is zero.

    Raises ValueError when `fit` is not of these models, IllConditionedError when the votes connect a part so
    faintly that its covariance is beyond float64.
    """
    if counts.models != fit.models:
        raise ValueError("the fit is not of the models in these counts")
    p = fit.win_probabilities()
    q = p.T
    level = counts.ties + counts.both_bad
    squared_scores = counts.wins * q**2 + counts.wins.T * p**2 + level * (0.5 - p) ** 2
    bread = pseudo_inverse(counts.votes_per_pair * p * q)
    covariance = bread @ laplacian((squared_scores + squared_scores.T) / 2.0) @ bread
    return read_only_floats((covariance + covariance.T) / 2.0)


def rating_intervals(models: tuple[str, ...], theta: FloatArray, covariance: FloatArray) -> RatingIntervals:
    """Pointwise 95 % intervals from strengths (M,) in logits and their covariance (M, M)."""
    # Rounding can leave a variance that is really zero slightly below it.
    standard_errors = POINTS_PER_LOGIT * np.sqrt(np.maximum(np.diagonal(covariance), 0.0))
    ratings = ratings_from_theta(theta)
    return RatingIntervals(
        models=models,
        ratings=ratings,
        standard_errors=read_only_floats(standard_errors),
        rating_lower=read_only_floats(ratings - Z_95 * standard_errors),
        rating_upper=read_only_floats(ratings + Z_95 * standard_errors),
    )
