"""The models of pairwise comparisons written down as they are defined, pair by pair, and derivatives by differences."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.ratings.arrays import FloatArray
from app.ratings.counts import PairCounts

ComplexArray = NDArray[np.complex128]
Probabilities = tuple[float, float, float, float]


def outcome_probabilities(method: str, pi_a: float, pi_b: float, parameters: Mapping[str, float]) -> Probabilities:
    """Of model_a, model_b, tie, both_bad. Bradley-Terry gives a tie the square root of a win times a defeat."""
    if method == "bradley-terry":
        a, b = pi_a / (pi_a + pi_b), pi_b / (pi_a + pi_b)
        return a, b, (a * b) ** 0.5, (a * b) ** 0.5
    if method == "davidson":
        tie = parameters["nu"] * (pi_a * pi_b) ** 0.5
        total = pi_a + pi_b + tie
        return pi_a / total, pi_b / total, tie / total, tie / total
    kappa = parameters["kappa"]
    if method == "rao-kupper":
        a, b = pi_a / (pi_a + kappa * pi_b), pi_b / (pi_b + kappa * pi_a)
        return a, b, 1.0 - a - b, 1.0 - a - b
    pi_a, pi_b = pi_a * np.exp(parameters["level"]), pi_b * np.exp(parameters["level"])
    a, b = pi_a / (pi_a + kappa * pi_b + 1.0), pi_b / (pi_b + kappa * pi_a + 1.0)
    bad = 1.0 / (1.0 + pi_a + pi_b)
    return a, b, 1.0 - a - b - bad, bad


def parameters_at(method: str, position: FloatArray) -> dict[str, float]:
    """The further parameters from where the estimators' scales put them: log nu, log(kappa - 1), level."""
    if method == "davidson":
        return {"nu": np.exp(position[0])}
    if method == "rao-kupper":
        return {"kappa": 1.0 + np.exp(position[0])}
    if method == "four-outcomes":
        return {"level": position[0], "kappa": 1.0 + np.exp(position[1])}
    return {}


def position_of(parameters: Mapping[str, float]) -> FloatArray:
    """The inverse of parameters_at."""
    scales: dict[str, Callable[[float], float]] = {
        "nu": lambda nu: float(np.log(nu)),
        "kappa": lambda kappa: float(np.log(kappa - 1.0)),
        "level": lambda level: level,
    }
    return np.array([scales[name](value) for name, value in parameters.items()])


def vote_log_likelihood(method: str, winner: int, position: FloatArray) -> float:
    """Of one vote, at theta_a, theta_b and the parameters (2 + E,)."""
    pi_a, pi_b = np.exp(position[:2])
    return float(np.log(outcome_probabilities(method, pi_a, pi_b, parameters_at(method, position[2:]))[winner]))


def log_likelihood(method: str, counts: PairCounts, position: FloatArray) -> float:
    """Of all votes, at theta and the parameters (M + E,)."""
    return float(complex_log_likelihood(method, counts, position))


def complex_log_likelihood(method: str, counts: PairCounts, position: ComplexArray | FloatArray) -> Any:
    """The same, of positions that may be complex."""
    size = len(counts.models)
    pi, parameters = np.exp(position[:size]), parameters_at(method, position[size:])
    total = 0.0
    for i in range(size):
        for j in range(i):
            votes = counts.wins[i, j], counts.wins[j, i], counts.ties[i, j], counts.both_bad[i, j]
            chances = outcome_probabilities(method, pi[i], pi[j], parameters)
            total += sum(n * np.log(p) for n, p in zip(votes, chances, strict=True) if n > 0.0)
    return total


def exact_gradient(function: Callable[[ComplexArray], Any], position: FloatArray) -> FloatArray:
    """(P,) by the complex step (Squire and Trapp 1998): no difference is taken, so nothing cancels."""
    tiny = 1e-30
    return np.array([function(position + 1j * tiny * unit).imag / tiny for unit in np.eye(len(position))])


def refined(function: Callable[[ComplexArray], Any], position: FloatArray) -> FloatArray:
    """The maximum near a position, by plain Newton on exact gradients.

    A general optimiser stops where rounding of the likelihood hides that it could go on, some 1e-5 logits early. The
    curvature comes from differences of gradients, which only makes the steps a little less than quadratic.
    """
    found, width = np.array(position), 1e-5
    for _ in range(30):
        slopes = [
            (exact_gradient(function, found + h) - exact_gradient(function, found - h)) / (2.0 * width)
            for h in width * np.eye(len(found))
        ]
        curvature = -(np.array(slopes) + np.array(slopes).T) / 2.0
        step = np.linalg.pinv(curvature, rcond=1e-8) @ exact_gradient(function, found)
        found = found + step
        if np.abs(step).max() < 1e-12:
            break
    return found


def gradient(function: Callable[[FloatArray], float], position: FloatArray, step: float = 1e-5) -> FloatArray:
    """(P,) by central differences."""
    steps = step * np.eye(len(position))
    return np.array([(function(position + h) - function(position - h)) / (2.0 * step) for h in steps])


def information(function: Callable[[FloatArray], float], position: FloatArray, step: float = 1e-3) -> FloatArray:
    """(P, P), minus the second derivatives, by central differences of the fourth order."""

    def slopes(at: FloatArray) -> FloatArray:
        near, far = gradient(function, at, step), gradient(function, at, 2.0 * step)
        return (4.0 * near - far) / 3.0

    rows = []
    for h in step * np.eye(len(position)):
        near = (slopes(position + h) - slopes(position - h)) / (2.0 * step)
        far = (slopes(position + 2.0 * h) - slopes(position - 2.0 * h)) / (4.0 * step)
        rows.append((4.0 * near - far) / 3.0)
    matrix = -np.array(rows)
    return (matrix + matrix.T) / 2.0
