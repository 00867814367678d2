"""The sandwich covariance of strengths from scores given as rows, for models of more than four outcomes."""

import numpy as np
from scipy import sparse

from app.ratings.arrays import FloatArray, read_only_floats
from app.ratings.voter_scores import gram


def strengths_sandwich(bread: FloatArray, size: int, rows: sparse.csr_array) -> FloatArray:
    """(M, M) in squared logits: the block of the `size` strengths of B R^T R B, centred.

    bread: (P, P); rows: (G, P), weighted scores, each row independent of the others.
    """
    strengths = bread[:size] - bread[:size].mean(axis=0)
    covariance = strengths @ gram(rows) @ strengths.T
    return read_only_floats((covariance + covariance.T) / 2.0)


def scaled_rows(rows: sparse.csr_array, factors: FloatArray) -> sparse.csr_array:
    """Each row (G, P) times its factor (G,)."""
    return sparse.csr_array(sparse.diags_array(np.asarray(factors, dtype=np.float64)) @ rows)
