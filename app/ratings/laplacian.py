"""Linear algebra on graph Laplacians: the Hessian of every model of pairwise comparisons is one.

L = diag(W 1) - W for symmetric weights W >= 0. Where the weights connect all nodes, its null space is the
constant vectors, so everything happens on the subspace where entries sum to zero.
"""

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from app.ratings.arrays import FloatArray

# A pivot that falls to this share of its diagonal entry has lost all but about three digits.
SMALLEST_PIVOT = 1e-13


class IllConditionedError(ArithmeticError):
    """The weights connect some part of the graph too faintly for float64."""


def laplacian(weights: FloatArray) -> FloatArray:
    """(M, M) Laplacian of symmetric weights (M, M) with a zero diagonal."""
    matrix: FloatArray = np.diag(weights.sum(axis=1)) - weights
    return matrix


def pseudo_inverse(weights: FloatArray) -> FloatArray:
    """The Moore-Penrose inverse, (M, M), of the Laplacian of connected weights (M, M), M >= 2.

    Never truncated: dropping a faint direction would make its models look more certain than they are.
    Raises IllConditionedError where float64 cannot tell it from zero.
    """
    size = len(weights)
    inverse = np.zeros((size, size))
    inverse[:-1, :-1] = _solve_grounded(weights, np.eye(size - 1))
    # Centring rows and columns turns any generalised inverse into the Moore-Penrose one.
    inverse -= inverse.mean(axis=0)
    inverse -= inverse.mean(axis=1, keepdims=True)
    return inverse


def pseudo_solve(weights: FloatArray, target: FloatArray) -> FloatArray:
    """The x (M,) that sums to zero with L x = target (M,), which sums to zero as well.

    Where the weights connect a part too faintly, the direction of that part is left out.
    """
    try:
        x = np.append(_solve_grounded(weights, target[:-1]), 0.0)
    except IllConditionedError:
        x = np.linalg.pinv(laplacian(weights), hermitian=True) @ target
    centred: FloatArray = x - x.mean()
    return centred


def _solve_grounded(weights: FloatArray, target: FloatArray) -> FloatArray:
    """Solve without the last node: fixing it at zero leaves a positive definite matrix."""
    matrix = laplacian(weights)[:-1, :-1]
    try:
        factor, lower = cho_factor(matrix)
    except LinAlgError as error:
        raise IllConditionedError("the weights do not connect the graph") from error
    if np.any(np.diagonal(factor) ** 2 < SMALLEST_PIVOT * np.diagonal(matrix)):
        raise IllConditionedError("the weights connect a part of the graph too faintly")
    solution: FloatArray = cho_solve((factor, lower), target)
    return solution
