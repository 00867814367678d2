from itertools import combinations
from typing import Any

import choix
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from app.ratings.bradley_terry import fit_bradley_terry
from app.ratings.connectivity import NotRankableError
from app.ratings.counts import PairCounts
from app.ratings.davidson import fit_davidson
from app.ratings.plackett_luce import fit_plackett_luce
from app.ratings.rankings import Rankings
from app.ratings.scale import POINTS_PER_LOGIT
from app.ratings.uncertainty import sandwich_covariance
from app.ratings.votes import CodedVotes, InvalidVotesError
from tests.ratings.naive_models import gradient, information, refined
from tests.ratings.simulated import arenas, names


@st.composite
def rankings(draw: st.DrawFn, most_tied: int = 1, number: int = 30, largest: int = 6) -> Rankings:
    """Rankings of two to all of three to six models, each model before the next in one and behind it in another."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = draw(st.integers(3, largest))
    ranks = np.zeros((number, size), dtype=np.int64)
    for row in ranks:
        shown = rng.choice(size, size=rng.integers(2, size + 1), replace=False)
        ends = np.cumsum(rng.integers(1, most_tied + 1, size=len(shown)))
        row[shown] = np.searchsorted(ends, np.arange(len(shown)), side="right") + 1
    forward = np.arange(1, size + 1)
    ranks = np.vstack([ranks, forward, forward[::-1]])
    weights = rng.uniform(0.5, 2.0, len(ranks)) if draw(st.booleans()) else np.ones(len(ranks))
    return Rankings(names(size), ranks, weights)


def log_likelihood(data: Rankings, theta: np.ndarray, delta: dict[int, Any]) -> Any:
    """Straight from the definition, one ranking after the other; of complex numbers too."""

    def mass(chosen: tuple[int, ...]) -> Any:
        return delta.get(len(chosen), 0.0) * np.exp(theta[list(chosen)].sum() / len(chosen))

    total = 0.0
    for ranks, weight in zip(data.ranks, data.weights, strict=True):
        left = np.flatnonzero(ranks).tolist()
        while len(left) > 1:
            best = tuple(model for model in left if ranks[model] == min(ranks[left]))
            everything = sum(mass(some) for k in range(1, len(left) + 1) for some in combinations(left, k))
            total += weight * np.log(mass(best) / everything)
            left = [model for model in left if model not in best]
    return total


@given(data=rankings())
@settings(max_examples=25, deadline=None)
def test_strict_rankings_agree_with_choix_to_a_millionth_of_a_point(data: Rankings) -> None:
    data = Rankings(data.models, data.ranks, np.ones(len(data.ranks)))
    orders = [tuple(int(model) for model in np.argsort(ranks)[(ranks == 0).sum() :]) for ranks in data.ranks]
    theirs = choix.ilsr_rankings(len(data.models), orders, alpha=0.0, max_iter=10_000, tol=1e-13)
    fitted = fit_plackett_luce(data)

    assert dict(fitted.parameters) == {}
    assert 173.7 * fitted.theta == pytest.approx(173.7 * (theirs - theirs.mean()), abs=1e-6)
    assert fitted.log_likelihood == pytest.approx(choix.log_likelihood_rankings(orders, fitted.theta), abs=1e-9)


@given(data=rankings(most_tied=2, number=8, largest=4))
@settings(max_examples=8, deadline=None)
def test_with_ties_it_is_a_maximum_with_the_curvature_that_bread_says(data: Rankings) -> None:
    fitted = fit_plackett_luce(data)
    assume(min(fitted.parameters.values(), default=0.0) > 0.0)
    size, sizes = len(data.models), [int(name.removeprefix("delta_")) for name in fitted.parameters]

    def likelihood(position: np.ndarray) -> Any:
        delta = dict(zip(sizes, np.exp(position[size:]), strict=True))
        return log_likelihood(data, position[:size], {1: 1.0, **delta})

    found = np.append(fitted.theta, np.log(list(fitted.parameters.values())))
    assert fitted.gradient_norm < 1e-8
    assert fitted.log_likelihood == pytest.approx(likelihood(found), abs=1e-8)
    if np.abs(found).max() < 8.0:  # beyond, the naive likelihood is too flat for plain Newton
        exact = refined(likelihood, found + 0.01 * np.cos(np.arange(len(found))))
        assert fitted.ratings - 1000.0 == pytest.approx(
            POINTS_PER_LOGIT * (exact[:size] - exact[:size].mean()), abs=1e-6, rel=0.0
        )
        assert found[size:] == pytest.approx(exact[size:], abs=1e-8)
    assert gradient(likelihood, found) == pytest.approx(0.0, abs=1e-6)
    centred = np.eye(len(found))
    centred[:size, :size] -= 1.0 / size
    expected = np.linalg.pinv(centred @ information(likelihood, found) @ centred, rcond=1e-7)
    assert fitted.bread == pytest.approx(expected, rel=1e-4, abs=1e-4 * np.abs(expected).max())


def test_no_other_strengths_make_rankings_with_ties_as_likely() -> None:
    data = Rankings.from_groups(
        [[["a"], ["b", "c"]], [["b"], ["a"], ["c"]], [["c", "a", "b"]], [["c"], ["a"]], [["a", "b"], ["c"]]]
    )
    fitted = fit_plackett_luce(data)

    def loss(x: np.ndarray) -> Any:
        return -log_likelihood(data, x[:3], {1: 1.0, 2: np.exp(x[3]), 3: np.exp(x[4])})

    elsewhere = minimize(loss, np.zeros(5), method="BFGS", options={"gtol": 1e-7})
    assert fitted.log_likelihood == pytest.approx(-elsewhere.fun, abs=1e-9)
    exact = refined(lambda x: -loss(x), elsewhere.x)
    assert fitted.ratings - 1000.0 == pytest.approx(
        POINTS_PER_LOGIT * (exact[:3] - exact[:3].mean()), abs=1e-6, rel=0.0
    )
    assert np.log(list(fitted.parameters.values())) == pytest.approx(exact[3:], abs=1e-8)


@given(arena=arenas(largest=5))
@settings(max_examples=15, deadline=None)
def test_two_models_at_a_time_it_is_davidsons_model(arena: tuple[CodedVotes, np.ndarray, np.random.Generator]) -> None:
    votes = arena[0]
    ranks = np.zeros((len(votes.winner), len(votes.models)), dtype=np.int64)
    row = np.arange(len(ranks))
    ranks[row, votes.model_a] = np.where(votes.winner == 1, 2, 1)
    ranks[row, votes.model_b] = np.where(votes.winner == 0, 2, 1)
    data, counts = Rankings(votes.models, ranks, np.ones(len(ranks))), PairCounts.from_coded_votes(votes)
    try:
        davidson = fit_davidson(counts)
    except NotRankableError:
        with pytest.raises(NotRankableError):
            fit_plackett_luce(data)
        return
    fitted = fit_plackett_luce(data)

    assert fitted.theta == pytest.approx(davidson.theta, abs=1e-8)
    assert fitted.log_likelihood == pytest.approx(davidson.log_likelihood, abs=1e-9)
    assert fitted.covariance(data) == pytest.approx(sandwich_covariance(counts, davidson), rel=1e-6, abs=1e-8)
    if davidson.parameters["nu"]:
        assert fitted.parameters["delta_2"] == pytest.approx(davidson.parameters["nu"], rel=1e-8)
        assert fitted.bread == pytest.approx(davidson.bread, rel=1e-6, abs=1e-8)


@given(data=rankings(most_tied=2, number=20))
@settings(max_examples=10, deadline=None)
def test_scores_of_rankings_add_up_to_nothing_and_their_products_to_the_sandwich(data: Rankings) -> None:
    fitted = fit_plackett_luce(data)
    size = len(data.models)
    scores = fitted.ranking_scores.toarray() * data.weights[:, None]
    voters = np.arange(len(scores)) % 4
    by_voter = np.array([scores[voters == voter].sum(axis=0) for voter in range(4)])

    assert scores.sum(axis=0) == pytest.approx(0.0, abs=1e-8)
    for rows, covariance in ((scores, fitted.covariance(data)), (by_voter, fitted.covariance(data, voters))):
        expected = fitted.bread @ rows.T @ rows @ fitted.bread
        assert covariance == pytest.approx(expected[:size, :size], rel=1e-7, abs=1e-10)


def test_a_size_of_tie_that_nobody_used_has_weight_exactly_0() -> None:
    data = Rankings.from_groups([[["a", "b", "c"]], [["a"], ["b"], ["c"]], [["c"], ["b"], ["a"]]])
    fitted = fit_plackett_luce(data)

    assert list(fitted.parameters) == ["delta_2", "delta_3"]
    assert fitted.parameters["delta_2"] == 0.0
    assert fitted.parameters["delta_3"] > 0.0
    assert not fitted.bread[3].any()
    assert fitted.bread.shape == (5, 5)


def test_what_is_not_shown_says_nothing() -> None:
    pairs = [[["a"], ["b"]], [["b"], ["a"]], [["b"], ["c"]], [["c"], ["a"]], [["a"], ["b"]]]
    fitted = fit_plackett_luce(Rankings.from_groups(pairs))
    counts = PairCounts(("a", "b", "c"), [[0, 2, 0], [1, 0, 1], [1, 0, 0]], *np.zeros((2, 3, 3)))

    assert fitted.theta == pytest.approx(fit_bradley_terry(counts).theta, abs=1e-10)


def test_a_weight_is_as_good_as_repeating_a_ranking() -> None:
    some = [[["a"], ["b"], ["c"]], [["c"], ["b"], ["a"]], [["b", "a"], ["c"]]]
    weighted = fit_plackett_luce(Rankings.from_groups(some, weights=[2.0, 1.0, 0.0]))
    repeated = fit_plackett_luce(Rankings.from_groups([some[0], some[0], some[1]]))

    assert weighted.theta == pytest.approx(repeated.theta, abs=1e-10)
    assert dict(weighted.parameters) == {}


@pytest.mark.parametrize(
    ("groups", "reason"),
    [
        ([[["a"], ["b"], ["c"]]], "do not connect"),
        ([[["a", "b"], ["c"]]], "do not connect"),
        ([[["a", "b", "c"]]], "no estimate"),
        ([[["a", "b"]], [["b", "c"]], [["a"], ["c"]]], "no estimate"),
    ],
)
def test_rankings_without_an_estimate_end_in_an_explanation(groups: list[list[list[str]]], reason: str) -> None:
    with pytest.raises(NotRankableError, match=reason):
        fit_plackett_luce(Rankings.from_groups(groups))


def test_ties_too_large_to_compute_with_are_refused() -> None:
    everybody = [f"model-{index}" for index in range(40)]
    orders = [
        [[name] for name in everybody],
        [[name] for name in reversed(everybody)],
        [everybody[:20], everybody[20:]],
    ]
    with pytest.raises(ValueError, match="more than can be computed with"):
        fit_plackett_luce(Rankings.from_groups(orders))


def test_long_strict_rankings_of_many_models_are_no_trouble() -> None:
    rng = np.random.default_rng(0)
    theta = np.linspace(-2.0, 2.0, 30)
    ranks = np.argsort(np.argsort(-(theta + rng.gumbel(size=(200, 30))), axis=1), axis=1) + 1
    fitted = fit_plackett_luce(Rankings(names(30), ranks, np.ones(200)))

    assert fitted.gradient_norm < 1e-8
    errors = np.sqrt(np.diagonal(fitted.covariance(Rankings(names(30), ranks, np.ones(200)))))
    assert np.abs((fitted.theta - theta) / errors).max() < 4.0
    assert np.abs((fitted.theta - theta) / errors).mean() > 0.4


@pytest.mark.parametrize(
    ("ranks", "weights", "problem"),
    [
        ([[1, 2], [1, 0]], [1, 1], "row 2: the ranking ranks fewer than two models"),
        ([[1, -2]], [1], "row 1: the ranking has a rank below 0"),
        ([[1, 2]], [np.nan], "row 1: the ranking has a weight"),
    ],
)
def test_a_row_that_is_not_a_ranking_is_named(ranks: list[list[int]], weights: list[float], problem: str) -> None:
    with pytest.raises(InvalidVotesError, match=problem):
        Rankings(("a", "b"), np.array(ranks), np.array(weights))


def test_a_model_may_stand_in_a_ranking_once() -> None:
    with pytest.raises(InvalidVotesError, match="row 2: model 'a' is ranked twice"):
        Rankings.from_groups([[["a"], ["b"]], [["a"], ["b", "a"]]])
