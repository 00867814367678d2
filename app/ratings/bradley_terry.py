"""Bradley-Terry with a tie, and a "both bad", as half a win: P(i beats j) = sigma(theta_i - theta_j).

Bradley and Terry (1952), Rank analysis of incomplete block designs. Maximum likelihood by Newton on the
M x M counts, so the number of votes does not matter. No penalty: where the maximum does not exist, no number
is made up.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit

from app.ratings.arrays import FloatArray
from app.ratings.connectivity import NotRankableError, find_connectivity
from app.ratings.counts import PairCounts
from app.ratings.fit import PairwiseFit
from app.ratings.laplacian import pseudo_inverse, pseudo_solve
from app.ratings.newton import GRADIENT_TOLERANCE, STEP_TOLERANCE, rounding_error
from app.ratings.starting import starting_theta
from app.ratings.votes import MODEL_A, MODEL_B, WINNERS

METHOD = "bradley-terry"


@dataclass(frozen=True, eq=False)
class BradleyTerryFit(PairwiseFit):
    """Maximum likelihood of the Bradley-Terry model; `parameters` is empty, half a win has weight 1/2."""

    def win_probabilities(self) -> FloatArray:
        """(M, M): the probability that i is preferred to j; 1/2 on the diagonal."""
        return win_probabilities(self.theta)


def win_probabilities(theta: FloatArray) -> FloatArray:
    """(M, M): sigma(theta_i - theta_j) for strengths (M,) in logits."""
    probabilities: FloatArray = expit(theta[:, None] - theta[None, :])
    return probabilities


def fit_bradley_terry(
    counts: PairCounts, *, start: FloatArray | None = None, max_iterations: int = 2000
) -> BradleyTerryFit:
    """The strengths under which these votes are most likely.

    `start` (M,) is a guess of theta, such as that of the last fit: it saves steps and does not change the result.

    Converged when the largest component of the gradient is below 1e-8 votes and the next step would change
    nothing; where float64 cannot resolve that (beyond some ten million votes of one model), when it is down to
    rounding error and falls no more. Raises NotRankableError when the votes do not connect all models,
    IllConditionedError when they connect a part so faintly that its uncertainty is beyond float64, and
    ArithmeticError should Newton not converge.
    """
    connectivity = find_connectivity(counts)
    if not connectivity.is_rankable:
        raise NotRankableError(connectivity)
    points, votes = counts.points, counts.votes_per_pair
    theta = starting_theta(counts, start)
    most_votes = float(votes.sum(axis=1).max())
    previous_norm = np.inf
    for iteration in range(max_iterations):
        p = win_probabilities(theta)
        # Written with the smaller of p and 1 - p, as points - votes * p would cancel for one-sided pairs.
        gradient = (points * p.T - points.T * p).sum(axis=1)
        norm = float(np.abs(gradient).max())
        stalled = norm >= previous_norm and norm < max(rounding_error(most_votes, theta), GRADIENT_TOLERANCE)
        step = pseudo_solve(votes * p * p.T, gradient)
        if stalled or (norm < GRADIENT_TOLERANCE and float(np.abs(step).max()) < STEP_TOLERANCE):
            return _result(counts, theta, norm, iteration)
        theta = theta + _damping(step, votes) * step
        theta -= theta.mean()
        previous_norm = norm
    raise ArithmeticError(f"Newton did not converge in {max_iterations} steps: the gradient is {norm} votes")


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
    p = win_probabilities(theta)
    return BradleyTerryFit.from_maximum(
        method=METHOD,
        models=counts.models,
        theta=theta,
        parameters={},
        log_likelihood=float((counts.points * log_expit(theta[:, None] - theta[None, :])).sum()),
        gradient_norm=gradient_norm,
        iterations=iterations,
        bread=pseudo_inverse(counts.votes_per_pair * p * p.T),
        vote_scores=_vote_scores(p),
    )


def _vote_scores(p: FloatArray) -> FloatArray:
    """(M, M, 4, 2): what the first model got minus what it was expected to get; the second the opposite."""
    scores = np.empty((*p.shape, len(WINNERS), 2))
    scores[:, :, :, 0] = (0.5 - p)[:, :, None]
    scores[:, :, MODEL_A, 0] = p.T
    scores[:, :, MODEL_B, 0] = -p
    scores[:, :, :, 1] = -scores[:, :, :, 0]
    return scores
