"""Where an iterative fit starts."""

import numpy as np

from app.ratings.arrays import FloatArray
from app.ratings.counts import PairCounts


def starting_theta(counts: PairCounts, start: FloatArray | None) -> FloatArray:
    """(M,): the given strengths in logits, centred, or zeros. Raises ValueError for ones of other models."""
    size = len(counts.models)
    if start is None:
        return np.zeros(size)
    theta: FloatArray = np.array(start, dtype=np.float64)
    if theta.shape != (size,):
        raise ValueError(f"start must hold {size} strengths, not an array of shape {theta.shape}")
    if not np.all(np.isfinite(theta)):
        raise ValueError("start holds NaN or infinity")
    centred: FloatArray = theta - theta.mean()
    return centred
