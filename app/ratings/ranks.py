"""Ranges of ranks: which places a model may hold, given how sure the ratings are."""

from dataclasses import dataclass

import numpy as np

from app.ratings.arrays import FloatArray, IntArray, read_only_integers
from app.ratings.uncertainty import RatingIntervals

# In logits. Ratings are not computed more exactly than this, so a smaller difference is none.
RESOLUTION = 1e-9


@dataclass(frozen=True, eq=False)
class RankRanges:
    """The places each model may hold; place 1 is the best.

    models:     names in the order of the arrays
    rank_upper: (M,) int64, the BEST place (the smaller number): 1 + the models that are surely above
    rank_lower: (M,) int64, the WORST place (the larger number): M - the models that are surely below
    """

    models: tuple[str, ...]
    rank_upper: IntArray
    rank_lower: IntArray


def pointwise_rank_ranges(intervals: RatingIntervals) -> RankRanges:
    """Another model is surely above where its lower bound exceeds my upper bound, and alike below.

    Each comparison is made on its own: over a whole board some range may be wrong more often than 5 %.
    """
    above = intervals.rating_lower[None, :] > intervals.rating_upper[:, None]
    return _ranges(intervals.models, above)


def simultaneous_rank_ranges(
    models: tuple[str, ...],
    theta: FloatArray,
    covariance: FloatArray,
    *,
    level: float = 0.95,
    draws: int = 10_000,
    seed: int = 0,
) -> RankRanges:
    """Ranges that all hold at once with probability `level`, from all pairwise differences.

    theta (M,) in logits with covariance (M, M). Two models are told apart where their difference exceeds c
    standard errors of that difference, c being the `level` quantile of the largest |difference| / standard
    error over all pairs under Gaussian noise (max-t; Mogstad, Romano, Shaikh and Wilhelm 2024, Inference for
    ranks), by simulation. The same input and seed give the same ranges.
    """
    critical = max_t_quantile(covariance, level=level, draws=draws, seed=seed)
    margin = np.maximum(critical * _difference_errors(covariance), RESOLUTION)
    return _ranges(models, theta[None, :] - theta[:, None] > margin)


def bootstrap_rank_ranges(
    models: tuple[str, ...], ratings: FloatArray, replicates: FloatArray, *, level: float = 0.95
) -> RankRanges:
    """Ranges that all hold at once with probability `level`, from resampled ratings (R, M) around ratings (M,).

    As simultaneous_rank_ranges, with the replicates in place of Gaussian noise and their standard deviations in
    place of standard errors: for methods that have no covariance, and for replicates that are far from Gaussian.
    """
    if not 0.0 < level < 1.0 or len(replicates) < 2:
        raise ValueError(f"level {level} must lie between 0 and 1, and there must be two replicates or more")
    errors = _difference_errors(np.cov(replicates, rowvar=False))
    noise = (replicates - ratings).T
    margin = np.maximum(_largest_quantile(noise, errors, level) * errors, RESOLUTION)
    return _ranges(models, ratings[None, :] - ratings[:, None] > margin)


def max_t_quantile(covariance: FloatArray, *, level: float, draws: int, seed: int) -> float:
    """The `level` quantile of max |z_i - z_j| / sd(z_i - z_j) over pairs, for z ~ N(0, covariance)."""
    if not 0.0 < level < 1.0 or draws < 1:
        raise ValueError(f"level {level} must lie between 0 and 1, and draws {draws} be at least 1")
    variances, directions = np.linalg.eigh(covariance)
    root = directions * np.sqrt(np.maximum(variances, 0.0))
    noise = np.random.default_rng(seed).standard_normal((draws, len(covariance)))
    # One row per model, so that the loop reads and writes whole rows.
    return _largest_quantile(root @ noise.T, _difference_errors(covariance), level)


def _largest_quantile(z: FloatArray, errors: FloatArray, level: float) -> float:
    """The `level` quantile over draws of the largest |z_i - z_j| / error_ij, from z (M, D) and errors (M, M)."""
    told_apart = errors > RESOLUTION
    precision = np.divide(1.0, errors, out=np.zeros_like(errors), where=told_apart)
    largest = np.zeros(z.shape[1])
    buffer = np.empty_like(z)
    for model in range(len(z) - 1):
        t = buffer[model + 1 :]
        np.subtract(z[model + 1 :], z[model], out=t)
        np.multiply(t, precision[model, model + 1 :, None], out=t)
        np.abs(t, out=t)
        np.maximum(largest, t.max(axis=0), out=largest)
    return float(np.quantile(largest, level, method="higher"))


def _difference_errors(covariance: FloatArray) -> FloatArray:
    """(M, M): the standard error of theta_i - theta_j."""
    variances = np.diagonal(covariance)
    squared = variances[:, None] + variances[None, :] - 2.0 * covariance
    errors: FloatArray = np.sqrt(np.maximum(squared, 0.0))
    return errors


def _ranges(models: tuple[str, ...], above: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> RankRanges:
    """From (M, M) booleans: above[i, j] where j is surely above i."""
    return RankRanges(
        models=models,
        rank_upper=read_only_integers(1 + above.sum(axis=1)),
        rank_lower=read_only_integers(len(models) - above.sum(axis=0)),
    )
