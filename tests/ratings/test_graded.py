from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from app.ratings.bradley_terry import fit_bradley_terry
from app.ratings.connectivity import NotRankableError
from app.ratings.counts import PairCounts
from app.ratings.davidson import fit_davidson
from app.ratings.graded import GradedFit, fit_graded
from app.ratings.graded_counts import GradedCounts
from app.ratings.scale import POINTS_PER_LOGIT
from app.ratings.uncertainty import sandwich_covariance
from app.ratings.votes import InvalidVotesError
from tests.ratings.naive_models import gradient, information, refined
from tests.ratings.simulated import names

GRADES_OF = {0: 1, 1: -1, 2: 0, 3: 0}


@st.composite
def graded_votes(draw: st.DrawFn, strongest: int = 3) -> GradedCounts:
    """Random grades between all pairs, so that a best estimate exists, with weights that are not whole."""
    size = draw(st.integers(2, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    circle = np.arange(size)
    a = np.concatenate([circle, rng.integers(size, size=40)])
    b = np.concatenate([(circle + 1) % size, (a[size:] + rng.integers(1, size, size=40)) % size])
    grade = rng.integers(-strongest, strongest + 1, size=len(a))
    grade[:size] = rng.integers(1, strongest + 1, size=size)
    models = names(size)
    return GradedCounts.from_votes(
        [models[x] for x in a],
        [models[x] for x in b],
        grade.tolist(),
        rng.uniform(0.5, 2.0, len(a)).tolist(),
        strongest=strongest,
    )


def log_likelihood(counts: GradedCounts, theta: np.ndarray, weights: dict[int, Any]) -> Any:
    """Straight from the definition; of complex numbers too."""
    total = 0.0
    s = counts.strongest
    for i in range(len(theta)):
        for j in range(i):
            chances = [weights[abs(g)] * np.exp(g * (theta[i] - theta[j]) / 2.0) for g in range(-s, s + 1)]
            for n, chance in zip(counts.votes[i, j], chances, strict=True):
                if n > 0.0:
                    total += n * np.log(chance / sum(chances))
    return total


def weights_of(fitted: GradedFit, strongest: int) -> dict[int, float]:
    return {level: fitted.parameters.get(f"weight_{level}", 1.0) for level in range(strongest + 1)}


@given(counts=graded_votes())
@settings(max_examples=15, deadline=None)
def test_it_is_a_maximum_with_the_curvature_that_bread_says(counts: GradedCounts) -> None:
    fitted = fit_graded(counts)
    size = len(counts.models)
    assert fitted.gradient_norm < 1e-8
    assert fitted.log_likelihood == pytest.approx(log_likelihood(counts, fitted.theta, weights_of(fitted, 3)), abs=1e-8)
    if min(fitted.parameters.values()) == 0.0 or "weight_1" in fitted.parameters:
        return

    def likelihood(position: np.ndarray) -> Any:
        weights = dict(zip((0, 2, 3), np.exp(position[size:]), strict=True))
        return log_likelihood(counts, position[:size], {1: 1.0, **weights})

    found = np.append(fitted.theta, np.log(list(fitted.parameters.values())))
    assert gradient(likelihood, found) == pytest.approx(0.0, abs=1e-6)
    exact = refined(likelihood, found + 0.01 * np.cos(np.arange(len(found))))
    assert fitted.ratings - 1000.0 == pytest.approx(
        POINTS_PER_LOGIT * (exact[:size] - exact[:size].mean()), abs=1e-6, rel=0.0
    )
    assert found[size:] == pytest.approx(exact[size:], abs=1e-8)
    assert -minimize(lambda x: -likelihood(x), np.zeros_like(found)).fun <= fitted.log_likelihood + 1e-9
    centred = np.eye(size + 3)
    centred[:size, :size] -= 1.0 / size
    expected = np.linalg.pinv(centred @ information(likelihood, found) @ centred, rcond=1e-7)
    assert fitted.bread == pytest.approx(expected, rel=1e-4, abs=1e-4 * np.abs(expected).max())


@given(counts=graded_votes())
@settings(max_examples=10, deadline=None)
def test_scores_add_up_to_nothing_and_their_products_to_the_sandwich(counts: GradedCounts) -> None:
    fitted = fit_graded(counts)
    size = len(counts.models)
    total, meat = np.zeros(len(fitted.bread)), np.zeros_like(fitted.bread)
    for i in range(size):
        for j in range(i):
            for n, score in zip(counts.votes[i, j], fitted.grade_scores[i, j], strict=True):
                whole = np.zeros(len(fitted.bread))
                whole[i], whole[j], whole[size:] = score[0], score[1], score[2:]
                total += n * whole
                meat += n * np.outer(whole, whole)

    assert total == pytest.approx(0.0, abs=1e-8)
    assert fitted.covariance(counts) == pytest.approx((fitted.bread @ meat @ fitted.bread)[:size, :size], rel=1e-8)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=10, deadline=None)
def test_with_three_grades_it_is_davidsons_model(seed: int) -> None:
    rng = np.random.default_rng(seed)
    wins = rng.integers(1, 6, (4, 4)) * (1.0 - np.eye(4))
    ties = np.triu(rng.integers(1, 4, (4, 4)), 1)
    pairs = PairCounts(names(4), wins, ties + ties.T, np.zeros((4, 4)))
    counts = GradedCounts(names(4), np.stack([wins.T, ties + ties.T, wins], axis=2))
    graded, davidson = fit_graded(counts), fit_davidson(pairs)

    assert graded.theta == pytest.approx(davidson.theta, abs=1e-10)
    assert graded.parameters["weight_0"] == pytest.approx(davidson.parameters["nu"], rel=1e-10)
    assert graded.bread == pytest.approx(davidson.bread, abs=1e-10)
    assert graded.grade_scores == pytest.approx(davidson.vote_scores[:, :, [1, 2, 0]], abs=1e-10)
    assert graded.covariance(counts) == pytest.approx(sandwich_covariance(pairs, davidson), abs=1e-10)


def test_weights_of_grades_are_those_of_a_poisson_regression() -> None:
    """A multinomial model is a Poisson one with a constant for each pair (Birch 1963): statsmodels as the oracle."""
    rng = np.random.default_rng(5)
    size, grades = 4, np.arange(-2, 3)
    first, second = np.triu_indices(size, 1)
    seen = rng.integers(1, 30, (len(first), 5)).astype(np.float64)
    votes = np.zeros((size, size, 5))
    votes[first, second], votes[second, first] = seen, seen[:, ::-1]
    fitted = fit_graded(GradedCounts(names(size), votes))

    rows = []
    for pair, (i, j) in enumerate(zip(first, second, strict=True)):
        for grade in grades:
            row = np.zeros(size - 1 + 2 + len(first))
            for model, sign in ((i, 0.5), (j, -0.5)):
                if model:
                    row[model - 1] = sign * grade
            row[size - 1], row[size] = grade == 0, abs(grade) == 2
            row[size + 1 + pair] = 1.0
            rows.append(row)
    theirs = sm.GLM(seen.ravel(), np.array(rows), family=sm.families.Poisson()).fit(tol=1e-13, maxiter=100)
    assert fitted.theta[1:] - fitted.theta[0] == pytest.approx(theirs.params[: size - 1], abs=1e-9)
    weights = [fitted.parameters["weight_0"], fitted.parameters["weight_2"]]
    assert np.log(weights) == pytest.approx(theirs.params[size - 1 : size + 1], abs=1e-9)


def test_a_grade_that_nobody_gave_has_weight_exactly_0() -> None:
    counts = GradedCounts.from_votes(["a", "a", "b"], ["b", "b", "a"], [2, 1, 1], strongest=3)
    fitted = fit_graded(counts)

    assert (fitted.parameters["weight_0"], fitted.parameters["weight_3"]) == (0.0, 0.0)
    assert fitted.parameters["weight_2"] > 0.0
    assert not fitted.bread[[2, 4]].any()
    assert np.all(np.isfinite(fitted.grade_scores))


def test_one_grade_alone_is_bradley_terry_and_a_grade_twice_as_strong_counts_twice() -> None:
    arguments = (["a", "a", "b", "c", "c"], ["b", "b", "c", "a", "b"])
    wins = [[0, 2, 0], [0, 0, 1], [1, 1, 0]]
    plain = fit_bradley_terry(PairCounts(("a", "b", "c"), wins, *np.zeros((2, 3, 3))))
    once = fit_graded(GradedCounts.from_votes(*arguments, [1] * 5, strongest=2))
    twice = fit_graded(GradedCounts.from_votes(*arguments, [2] * 5, strongest=2))

    assert once.theta == pytest.approx(plain.theta, abs=1e-10)
    assert 2.0 * twice.theta == pytest.approx(plain.theta, abs=1e-10)


def test_preferring_a_model_more_strongly_raises_its_rating() -> None:
    mild = GradedCounts.from_votes(["a", "a", "b", "b"], ["b", "b", "a", "a"], [1, 1, 1, 1], strongest=3)
    strong = GradedCounts.from_votes(["a", "a", "b", "b"], ["b", "b", "a", "a"], [3, 1, 1, 1], strongest=3)

    assert fit_graded(mild).ratings == pytest.approx(1000.0)
    assert fit_graded(strong).ratings[0] > 1030.0


def test_strengths_are_equal_when_the_order_of_models_in_a_vote_is_swapped_with_its_grade() -> None:
    one = GradedCounts.from_votes(["a", "b", "a"], ["b", "a", "b"], [2, 1, 0], strongest=2)
    other = GradedCounts.from_votes(["b", "a", "b"], ["a", "b", "a"], [-2, -1, 0], strongest=2)

    assert np.array_equal(one.votes, other.votes)


@pytest.mark.parametrize(
    ("votes", "reason"),
    [
        ([("a", "b", 2)], "do not connect"),
        ([("a", "b", 0)], "all votes are ties"),
        ([("a", "b", 1), ("a", "b", 0)], "no estimate"),
        ([("a", "b", 1), ("b", "c", 0), ("c", "a", 0)], "no estimate"),
        ([], "do not connect"),
    ],
)
def test_votes_without_an_estimate_end_in_an_explanation(votes: list[tuple[str, str, int]], reason: str) -> None:
    counts = GradedCounts.from_votes(*([vote[part] for vote in votes] for part in range(3)), strongest=2)
    with pytest.raises(NotRankableError, match=reason):
        fit_graded(counts)


@pytest.mark.parametrize(
    ("grade", "weight", "problem"),
    [(4, 1.0, "row 2: grade 4"), (-4, 1.0, "grade -4"), (0.5, 1.0, "grade 0.5"), (1, -1.0, "row 2: weight -1.0")],
)
def test_a_row_that_is_not_a_vote_is_named(grade: int, weight: float, problem: str) -> None:
    with pytest.raises(InvalidVotesError, match=problem):
        GradedCounts.from_votes(["a", "a"], ["b", "b"], [1, grade], [1.0, weight], strongest=3)


@pytest.mark.parametrize(
    ("votes", "problem"),
    [
        (np.zeros((2, 2, 4)), "shape"),
        (np.full((2, 2, 3), np.nan), "NaN"),
        (np.ones((2, 2, 3)), "with itself"),
        (np.array([[[0, 0, 0], [1, 0, 0]], [[1, 0, 0], [0, 0, 0]]]), "seen from both"),
    ],
)
def test_counts_that_contradict_themselves_are_refused(votes: np.ndarray, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        GradedCounts(("a", "b"), votes)
