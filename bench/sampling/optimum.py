"""The fewest votes that any way of choosing pairs could do with, had it known the strengths all along."""

import numpy as np

from app.ratings.arrays import FloatArray
from app.ratings.laplacian import pseudo_inverse
from bench.sampling.scenarios import Scenario

STEPS = 1000


def best_share(scenario: Scenario) -> float:
    """Votes needed under the best fixed chances of pairs, as a share of those under equal chances.

    For many votes, where the variance of a rating falls in proportion to them. The best chances minimise the mean
    standard error (a convex problem); each step multiplies them by the square root of what a vote is worth, which
    lowers it every time (Silvey, Titterington and Torsney 1978).
    """
    information = _information(scenario)
    pairs = len(information) * (len(information) - 1) // 2
    chances = np.full(pairs, 1.0 / pairs)
    equal = _mean_error(chances, information)[0]
    for _ in range(STEPS):
        chances = chances * np.sqrt(_mean_error(chances, information)[1])
        chances /= chances.sum()
    return float((_mean_error(chances, information)[0] / equal) ** 2)


def _mean_error(chances: FloatArray, information: FloatArray) -> tuple[float, FloatArray]:
    """The mean standard error for one vote, and (P,) what a vote on each pair is worth."""
    first, second = np.triu_indices(len(information), 1)
    design = np.zeros_like(information)
    # Chances become counts, so that no entry is near the smallest that the inverse can tell from zero.
    design[first, second] = design[second, first] = chances * len(first) * information[first, second]
    covariance = pseudo_inverse(design) * len(first)
    errors = np.sqrt(np.diagonal(covariance))
    moved = covariance @ (covariance / errors[:, None])
    own = np.diagonal(moved)
    worth = information[first, second] * (own[first] + own[second] - 2.0 * moved[first, second])
    return float(errors.mean()), np.maximum(worth, 0.0)


def _information(scenario: Scenario) -> FloatArray:
    """(M, M): Davidson's information of one vote on the difference of two strengths, nu known."""
    half = (scenario.theta[:, None] - scenario.theta[None, :]) / 2.0
    first, second = np.exp(half), np.exp(-half)
    total = first + second + scenario.nu
    information: FloatArray = (first + second) / total / 4.0 - ((first - second) / total / 2.0) ** 2
    return information
