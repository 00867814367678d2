"""Newton's method with a line search, for likelihoods that are concave, or nearly so."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from app.ratings.arrays import FloatArray
from app.ratings.laplacian import SMALLEST_PIVOT, IllConditionedError

GRADIENT_TOLERANCE = 1e-8
# In logits: a thousandth of a millionth of a rating point or so. Without it, votes of tiny weight would count as
# fitted before the first step.
STEP_TOLERANCE = 1e-11
SUFFICIENT_INCREASE = 1e-4
HALVINGS = 60
EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A log-likelihood at one position: its value, gradient (P,) and information (P, P), minus the Hessian."""

    log_likelihood: float
    gradient: FloatArray
    information: FloatArray


@dataclass(frozen=True, eq=False)
class Optimum:
    """Where Newton ended: the position (P,), what the likelihood is there, and how it got there."""

    position: FloatArray
    evaluation: Evaluation
    gradient_norm: float
    iterations: int


# None outside the domain.
Objective = Callable[[FloatArray], Evaluation | None]


def maximise(
    objective: Objective, start: FloatArray, *, shifts: int, votes: float, max_iterations: int = 500
) -> Optimum:
    """The position (P,) at which a log-likelihood is largest, from `start` (P,) inside its domain.

    shifts: how many leading components, strengths, matter only by their differences; they stay centred
    votes:  the most votes that any component depends on, for what rounding can do to a gradient

    Converged when the largest component of the gradient is below 1e-8 votes and the next step would change
    nothing; where float64 cannot resolve that, when the gradient is down to rounding error and falls no more.
    Raises ArithmeticError should neither happen; callers have made sure before that a maximum exists.
    """
    position = _centre(np.asarray(start, dtype=np.float64), shifts)
    current = objective(position)
    if current is None:
        raise ValueError("the start lies outside the domain of the likelihood")
    previous_norm = np.inf
    for iteration in range(max_iterations):
        norm = float(np.abs(current.gradient).max())
        rounding = rounding_error(votes, position)
        step = _ascent(current, shifts)
        settled = norm < GRADIENT_TOLERANCE and float(np.abs(step).max()) < STEP_TOLERANCE
        if settled or (norm >= previous_norm and norm < max(rounding, GRADIENT_TOLERANCE)):
            return Optimum(position, current, norm, iteration)
        found = _search(objective, position, step, current)
        if found is None:
            if norm < max(rounding, GRADIENT_TOLERANCE):
                return Optimum(position, current, norm, iteration)
            break
        position, current = _centre(found[0], shifts), found[1]
        previous_norm = norm
    raise ArithmeticError(f"Newton did not converge: the gradient is {norm} votes")


def rounding_error(votes: float, position: FloatArray) -> float:
    """How large, in votes, rounding alone can make a gradient over so many votes."""
    return float(2.0 * EPSILON * votes * (1.0 + np.abs(position).max()))


def invert_information(information: FloatArray, *, shifts: int) -> FloatArray:
    """The inverse (P, P) on the subspace where the first `shifts` components sum to zero.

    Never truncated, as a dropped direction would look certain. Raises IllConditionedError where float64 cannot
    tell a direction from one that the votes say nothing about.
    """
    size = len(information)
    kept = np.delete(np.arange(size), shifts - 1) if shifts else np.arange(size)
    grounded = information[np.ix_(kept, kept)]
    try:
        factor, lower = cho_factor(grounded)
    except LinAlgError as error:
        raise IllConditionedError("the votes do not determine all strengths") from error
    if np.any(np.diagonal(factor) ** 2 < SMALLEST_PIVOT * np.diagonal(grounded)):
        raise IllConditionedError("the votes determine a part of the strengths too faintly")
    inverse = np.zeros((size, size))
    inverse[np.ix_(kept, kept)] = cho_solve((factor, lower), np.eye(len(kept)))
    if shifts:
        inverse[:shifts] -= inverse[:shifts].mean(axis=0)
        inverse[:, :shifts] -= inverse[:, :shifts].mean(axis=1, keepdims=True)
    return (inverse + inverse.T) / 2.0


def _centre(position: FloatArray, shifts: int) -> FloatArray:
    if not shifts:
        return position
    strengths = position[:shifts]
    return np.concatenate([strengths - strengths.mean(), position[shifts:]])


def _ascent(current: Evaluation, shifts: int) -> FloatArray:
    """(P,): the Newton step, with as much added to the diagonal as makes it one that climbs."""
    information = current.information.copy()
    size = np.abs(np.diagonal(information))
    scale = np.maximum(size, max(float(size.max()) * EPSILON, np.finfo(np.float64).tiny))
    if shifts:
        # Fixes the shift, which no vote says anything about, and changes nothing else.
        information[:shifts, :shifts] += scale[:shifts].mean() / shifts
    added = 0.0
    while True:
        try:
            factor = cho_factor(information + np.diag(added * scale))
        except LinAlgError:
            added = max(10.0 * added, 1e-14)
            continue
        step: FloatArray = cho_solve(factor, current.gradient)
        return step


def _search(
    objective: Objective, position: FloatArray, step: FloatArray, current: Evaluation
) -> tuple[FloatArray, Evaluation] | None:
    """The first of the whole step, half of it, a quarter, ... that raises the likelihood as promised."""
    slope = float(step @ current.gradient)
    # Close to the maximum the gain is smaller than the rounding of the sum.
    noise = 8.0 * EPSILON * (1.0 + abs(current.log_likelihood))
    share = 1.0
    for _ in range(HALVINGS):
        tried = position + share * step
        found = objective(tried)
        if found is not None and (
            found.log_likelihood >= current.log_likelihood + SUFFICIENT_INCREASE * share * slope - noise
        ):
            return tried, found
        share /= 2.0
    return None
