"""The pairs on which one more vote makes the board's intervals narrower."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from app.ratings.arrays import FloatArray
from app.sampling.checks import within
from app.sampling.policy import Exploring
from app.sampling.pool import Pool


def width_reductions(pool: Pool) -> FloatArray:
    """(P,), in logits: by how much one more vote on each pair lowers the open models' summed standard errors.

    To first order. Let C be the covariance of the strengths relative to their mean, and v = p (1 - p) the information
    of a vote on a and b. The vote lowers C by v c c^T / (1 + v c_ab), with c = C (e_a - e_b) and c_ab = c_a - c_b
    (Sherman and Morrison 1950), so the standard error sqrt(C_ii) falls by the i-th diagonal entry over 2 sqrt(C_ii).
    Their sum over the open models, for all pairs at once, are differences of entries of C diag(1 / 2 sqrt(C_ii)) C.
    """
    known = pool.provisional
    covariance = known.covariance - known.covariance.mean(axis=0)
    covariance = covariance - covariance.mean(axis=1, keepdims=True)
    errors = np.sqrt(np.diagonal(covariance))
    sought = np.where(pool.is_open, 0.5 / errors, 0.0)
    moved = covariance @ (sought[:, None] * covariance)
    first, second = pool.first, pool.second
    own = np.diagonal(moved)
    changes = own[first] + own[second] - 2.0 * moved[first, second]
    information = known.information[first, second]
    reductions: FloatArray = information * changes / (1.0 + information * known.difference_variances[first, second])
    return np.maximum(reductions, 0.0)


@dataclass(frozen=True)
class VarianceReducing(Exploring):
    """The chance of a pair grows with what one more vote on it is worth to the mean width of all intervals.

    sharpness: the power to which that worth is raised, 1 to 32; the higher, the nearer to the one best pair. A power
               above 1, because many pairs are worth a little less than the best, and chances in proportion would send
               most votes to them (docs/sampling.md has the figures)
    """

    name: ClassVar[str] = "variance-reducing"
    sharpness: float = 4.0

    def __post_init__(self) -> None:
        super().__post_init__()
        within("sharpness", self.sharpness, least=1.0, most=32.0)

    def preferences(self, pool: Pool) -> FloatArray:
        reductions = np.where(pool.open_pairs, width_reductions(pool), 0.0)
        worth: FloatArray = (reductions / reductions.max()) ** self.sharpness
        return worth
