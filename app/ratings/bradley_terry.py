"""Bradley-Terry with a tie, and a "both bad", as half a win: P(i beats j) = sigma(theta_i - theta_j).

Bradley and Terry (1952), Rank analysis of incomplete block designs. Maximum likelihood by Newton on the
M x M counts, so the number of votes does not matter. No penalty: where the maximum does not exist, no number
is made up.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit

from app.ratings.arrays import FloatArray, read_only_floats
from app.ratings.connectivity import NotRankableError, find_connectivity
from app.ratings.counts import PairCounts
from app.ratings.laplacian import pseudo_solve
from app.ratings.scale import ratings_from_theta

GRADIENT_TOLERANCE = 1e-8


@dataclass(frozen=True, eq=False)
class BradleyTerryFit:
    """Maximum likelihood of the Bradley-Terry model.

    models:         names in the order of the arrays
    theta:          (M,) strengths in logits; their mean is 0
    ratings:        (M,) the same in points, 1000 + (400 / ln 10) theta
    log_likelihood: at the maximum, in natural logarithms; half a win has weight 1/2
    gradient_norm:  largest component of the gradient at `theta`, in votes: how far from the maximum it stopped
    iterations:     Newton steps taken
    """

    models: tuple[str, ...]
    theta: FloatArray
    ratings: FloatArray
    log_likelihood: float
    gradient_norm: float
    iterations: int

    def win_probabilities(self) -> FloatArray:
        """(M, M): the probability that i is preferred to j; 1/2 on the diagonal."""
        return win_probabilities(self.theta)


def win_probabilities(theta: FloatArray) -> FloatArray:
    """(M, M): sigma(theta_i - theta_j) for strengths (M,) in logits."""
    probabilities: FloatArray = expit(theta[:, None] - theta[None, :])
    return probabilities


def fit_bradley_terry(counts: PairCounts, *, max_iterations: int = 2000) -> BradleyTerryFit:
    """The strengths under which these votes are most likely.

    Converged when the largest component of the gradient is below 1e-8 votes; where float64 cannot resolve
    that (beyond some ten million votes of one model), when it is down to rounding error and falls no more.
    Raises NotRankableError when the votes do not connect all models, and ArithmeticError should Newton not
    converge.
    """
    connectivity = find_connectivity(counts)
    if not connectivity.is_rankable:
        raise NotRankableError(connectivity)
    points, votes = counts.points, counts.votes_per_pair
    theta = np.zeros(len(counts.models))
    previous_norm = np.inf
    for iteration in range(max_iterations):
        p = win_probabilities(theta)
        # Written with the smaller of p and 1 - p, as points - votes * p would cancel for one-sided pairs.
        gradient = (points * p.T - points.T * p).sum(axis=1)
        gradient_norm = float(np.abs(gradient).max())
        stalled = gradient_norm >= previous_norm and gradient_norm < _rounding_error(votes, theta)
        if gradient_norm < GRADIENT_TOLERANCE or stalled:
            return _result(counts, theta, gradient_norm, iteration)
        step = pseudo_solve(votes * p * p.T, gradient)
        theta = theta + _damping(step, votes) * step
        theta -= theta.mean()
        previous_norm = gradient_norm
    raise ArithmeticError(f"Newton did not converge in {max_iterations} steps: the gradient is {gradient_norm} votes")


def _rounding_error(votes: FloatArray, theta: FloatArray) -> float:
    """How large, in votes, rounding alone can make the gradient."""
    largest_count = votes.sum(axis=1).max()
    return float(2.0 * np.finfo(np.float64).eps * largest_count * (1.0 + np.abs(theta).max()))


def _damping(step: FloatArray, votes: FloatArray) -> float:
    """The share of a Newton step that is certain to raise the likelihood, so no line search is needed.

    Along a step that moves no compared pair by more than r, the curvature of a logistic likelihood changes
    at most by a factor of e^r (Bach 2010, Self-concordant analysis for logistic regression). Hence the slope
    is still not negative at log(1 + r) / r of the step, and for r <= 1 the whole step gains at least
    1 - (e - 2) of its first-order promise.
    """
    largest = float(np.abs(step[:, None] - step[None, :])[votes > 0.0].max())
    return 1.0 if largest <= 1.0 else float(np.log1p(largest)) / largest


def _result(counts: PairCounts, theta: FloatArray, gradient_norm: float, iterations: int) -> BradleyTerryFit:
    return BradleyTerryFit(
        models=counts.models,
        theta=read_only_floats(theta),
        ratings=ratings_from_theta(theta),
        log_likelihood=float((counts.points * log_expit(theta[:, None] - theta[None, :])).sum()),
        gradient_norm=gradient_norm,
        iterations=iterations,
    )
