"""What every model of pairwise comparisons gives when it is fitted: all that its uncertainty can be computed from."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

import numpy as np

from app.ratings.arrays import FloatArray, read_only_floats
from app.ratings.scale import ratings_from_theta


@dataclass(frozen=True, eq=False)
class PairwiseFit:
    """The maximum of a likelihood over M strengths and E further parameters, P = M + E in all.

    method:         the estimator's name, such as "bradley-terry"
    models:         names in the order of the arrays
    theta:          (M,) strengths in logits; their mean is 0
    ratings:        (M,) the same in points, 1000 + (400 / ln 10) theta
    parameters:     the further parameters by name, on the scale of the formula, such as nu of Davidson's ties
    log_likelihood: at the maximum, in natural logarithms
    gradient_norm:  largest component of the gradient at the maximum, in votes
    iterations:     Newton steps taken
    bread:          (P, P) inverse of minus the Hessian on the subspace where strengths sum to zero (where only
                    differences matter, the Moore-Penrose inverse); strengths first, then the parameters in the order
                    of `parameters`, each on the scale that its estimator names, such as log nu. A parameter that
                    sits on its bound counts as known: its row and column are zero
    vote_scores:    (M, M, 4, 2 + E) gradient of the log-likelihood of one vote with first model i, second model j and
                    winner k (position in WINNERS), by theta_i, theta_j and the parameters; 0 where i = j
    """

    method: str
    models: tuple[str, ...]
    theta: FloatArray
    ratings: FloatArray
    parameters: Mapping[str, float]
    log_likelihood: float
    gradient_norm: float
    iterations: int
    bread: FloatArray
    vote_scores: FloatArray

    @classmethod
    def from_maximum(
        cls,
        *,
        method: str,
        models: tuple[str, ...],
        theta: FloatArray,
        parameters: Mapping[str, float],
        log_likelihood: float,
        gradient_norm: float,
        iterations: int,
        bread: FloatArray,
        vote_scores: FloatArray,
    ) -> Self:
        """A fit that nobody can write to, from theta (M,) that may have any mean."""
        scores = vote_scores.copy()
        diagonal = np.arange(len(models))
        scores[diagonal, diagonal] = 0.0
        return cls(
            method=method,
            models=models,
            theta=read_only_floats(theta - theta.mean()),
            ratings=ratings_from_theta(theta),
            parameters=MappingProxyType(dict(parameters)),
            log_likelihood=log_likelihood,
            gradient_norm=gradient_norm,
            iterations=iterations,
            bread=read_only_floats(bread),
            vote_scores=read_only_floats(scores),
        )
