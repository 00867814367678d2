import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ratings.laplacian import IllConditionedError, laplacian, pseudo_inverse
from app.ratings.newton import Evaluation, invert_information, maximise


def test_a_quadratic_takes_one_step() -> None:
    curvature = np.array([[2.0, 0.5], [0.5, 1.0]])
    top = np.array([3.0, -1.0])

    def objective(x: np.ndarray) -> Evaluation:
        return Evaluation(-(x - top) @ curvature @ (x - top) / 2.0, curvature @ (top - x), curvature)

    optimum = maximise(objective, np.zeros(2), shifts=0, votes=10.0)
    assert optimum.position == pytest.approx(top, abs=1e-14)
    assert optimum.iterations == 1


def test_a_step_that_overshoots_is_shortened() -> None:
    """Newton on -log cosh diverges from any start beyond 1.09 unless its steps are searched along."""

    def objective(x: np.ndarray) -> Evaluation:
        slope = np.tanh(x)
        return Evaluation(-float(np.logaddexp(x[0], -x[0])), -slope, np.diag(1.0 - slope**2))

    optimum = maximise(objective, np.array([5.0]), shifts=0, votes=1.0)
    assert optimum.position == pytest.approx(0.0, abs=1e-10)


def test_it_stays_inside_the_domain() -> None:
    def objective(x: np.ndarray) -> Evaluation | None:
        if x[0] <= 0.0:
            return None
        return Evaluation(float(np.log(x[0]) - 100.0 * x[0]), 1.0 / x - 100.0, np.diag(1.0 / x**2))

    assert maximise(objective, np.array([1.9]), shifts=0, votes=1.0).position == pytest.approx(0.01, rel=1e-12)
    with pytest.raises(ValueError, match="outside the domain"):
        maximise(objective, np.array([-1.0]), shifts=0, votes=1.0)


def test_it_climbs_where_the_curvature_has_the_wrong_sign() -> None:
    """The logarithm of a bell curve with heavy tails is convex beyond 1."""

    def objective(x: np.ndarray) -> Evaluation:
        bent = (1.0 - x[0] ** 2) / (1.0 + x[0] ** 2) ** 2
        return Evaluation(-float(np.log1p(x[0] ** 2)) / 2.0, -x / (1.0 + x**2), np.array([[bent]]))

    assert maximise(objective, np.array([3.0]), shifts=0, votes=1.0).position == pytest.approx(0.0, abs=1e-10)


def test_what_has_no_maximum_ends_in_an_error_and_not_in_an_endless_loop() -> None:
    def objective(x: np.ndarray) -> Evaluation:
        return Evaluation(float(x[0]), np.ones(1), np.array([[1e-3]]))

    with pytest.raises(ArithmeticError, match="did not converge: the gradient is"):
        maximise(objective, np.zeros(1), shifts=0, votes=1.0)


@given(seed=st.integers(0, 2**32 - 1), size=st.integers(2, 8))
@settings(max_examples=30, deadline=None)
def test_the_inverse_is_that_of_moore_and_penrose(seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.uniform(0.1, 5.0, (size, size))
    weights = np.triu(weights, 1) + np.triu(weights, 1).T
    expected = np.linalg.pinv(laplacian(weights))

    assert invert_information(laplacian(weights), shifts=size) == pytest.approx(expected, abs=1e-9)
    assert pseudo_inverse(weights) == pytest.approx(expected, abs=1e-9)

    bordered = np.zeros((size + 1, size + 1))
    bordered[:size, :size] = laplacian(weights)
    lead = rng.normal(size=size)
    bordered[:size, size] = bordered[size, :size] = lead - lead.mean()
    bordered[size, size] = 1.0 + lead @ expected @ lead
    assert invert_information(bordered, shifts=size) == pytest.approx(np.linalg.pinv(bordered), rel=1e-6, abs=1e-8)


def test_without_shifts_it_is_the_plain_inverse() -> None:
    matrix = np.array([[2.0, 0.5], [0.5, 1.0]])
    assert invert_information(matrix, shifts=0) == pytest.approx(np.linalg.inv(matrix), rel=1e-12)


@pytest.mark.parametrize("faint", [0.0, 1e-15])
def test_a_direction_that_float64_cannot_tell_from_none_is_refused_and_not_dropped(faint: float) -> None:
    weights = np.zeros((4, 4))
    weights[0, 1] = weights[1, 0] = weights[2, 3] = weights[3, 2] = 1.0
    weights[1, 2] = weights[2, 1] = faint
    with pytest.raises(IllConditionedError):
        invert_information(laplacian(weights), shifts=4)
