"""What holds for every method: its fit is a maximum, and its bread and scores are what they say."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from app.ratings.connectivity import NotRankableError
from app.ratings.counts import PairCounts
from app.ratings.estimators import METHODS, fit
from app.ratings.fit import PairwiseFit
from app.ratings.scale import POINTS_PER_LOGIT
from tests.ratings.naive_models import (
    complex_log_likelihood,
    gradient,
    information,
    log_likelihood,
    outcome_probabilities,
    position_of,
    refined,
    vote_log_likelihood,
)
from tests.ratings.simulated import arenas, names, weighted_counts

methods = pytest.mark.parametrize("method", list(METHODS))
WITH_TIES = [method for method in METHODS if method != "bradley-terry"]


@st.composite
def rankable_counts(draw: st.DrawFn, method: str) -> PairCounts:
    """Weighted votes with all four winners, for which this method has an estimate inside its bounds."""
    votes, _, rng = draw(arenas(largest=5))
    assume(set(votes.winner.tolist()) == {0, 1, 2, 3})
    weights = rng.uniform(0.5, 2.0, len(votes.winner)) if draw(st.booleans()) else np.ones(len(votes.winner))
    counts = weighted_counts(votes, weights)
    try:
        fitted = fit(counts, method)
    except NotRankableError:
        assume(False)
    # Central differences are of no use where strengths are all but infinite.
    assume(np.abs(fitted.theta).max() < 5.0)
    assume(np.all(np.abs(position(fitted)) < 8.0))
    return counts


def position(fitted: PairwiseFit) -> np.ndarray:
    return np.concatenate([fitted.theta, position_of(fitted.parameters)])


@methods
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_no_other_strengths_make_the_votes_as_likely(method: str, data: st.DataObject) -> None:
    counts = data.draw(rankable_counts(method))
    fitted = fit(counts, method)
    found = position(fitted)

    assert fitted.log_likelihood == pytest.approx(log_likelihood(method, counts, found), abs=1e-8)
    elsewhere = minimize(lambda at: -log_likelihood(method, counts, at), np.zeros_like(found), method="BFGS")
    assert -elsewhere.fun <= fitted.log_likelihood + 1e-9
    shift = elsewhere.x[: len(fitted.theta)].mean()
    if method == "four-outcomes":
        elsewhere.x[len(fitted.theta)] += shift
    elsewhere.x[: len(fitted.theta)] -= shift
    # The optimiser stops at a gradient of 1e-5, which in a flat direction is some way off; Newton goes the rest.
    assert elsewhere.x == pytest.approx(found, abs=5e-3)
    size = len(fitted.theta)
    exact = refined(lambda at: complex_log_likelihood(method, counts, at), elsewhere.x)
    if method == "four-outcomes":
        exact[size] += exact[:size].mean()
    exact[:size] -= exact[:size].mean()
    assert fitted.ratings - 1000.0 == pytest.approx(POINTS_PER_LOGIT * exact[:size], abs=1e-6, rel=0.0)
    assert found[size:] == pytest.approx(exact[size:], abs=1e-8)


@methods
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_the_gradient_vanishes_to_1e_8_votes(method: str, data: st.DataObject) -> None:
    counts = data.draw(rankable_counts(method))
    fitted = fit(counts, method)

    assert fitted.gradient_norm < 1e-8
    assert score_of_all_votes(counts, fitted) == pytest.approx(0.0, abs=1e-8)
    assert gradient(lambda at: log_likelihood(method, counts, at), position(fitted)) == pytest.approx(0.0, abs=1e-6)


def score_of_all_votes(counts: PairCounts, fitted: PairwiseFit) -> np.ndarray:
    """(P,): the scores of single votes, added up by hand."""
    size = len(counts.models)
    total = np.zeros(len(fitted.bread))
    for i in range(size):
        for j in range(size):
            cells = counts.wins[i, j], 0.0, counts.ties[i, j] / 2.0, counts.both_bad[i, j] / 2.0
            for n, score in zip(cells, fitted.vote_scores[i, j], strict=True):
                total[i] += n * score[0]
                total[j] += n * score[1]
                total[size:] += n * score[2:]
    return total


@methods
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_scores_are_the_slopes_of_the_likelihood_of_one_vote(method: str, data: st.DataObject) -> None:
    counts = data.draw(rankable_counts(method))
    fitted = fit(counts, method)
    size = len(counts.models)
    parameters = position_of(fitted.parameters)

    assert fitted.vote_scores.shape == (size, size, 4, 2 + len(parameters))
    for i in range(size):
        assert np.all(fitted.vote_scores[i, i] == 0.0)
        for j in set(range(size)) - {i}:
            at = np.concatenate([fitted.theta[[i, j]], parameters])
            for winner in range(4):
                expected = gradient(lambda x, winner=winner: vote_log_likelihood(method, winner, x), at)
                assert fitted.vote_scores[i, j, winner] == pytest.approx(expected, abs=1e-6)


@methods
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_bread_inverts_the_curvature_of_the_likelihood_where_strengths_sum_to_zero(
    method: str, data: st.DataObject
) -> None:
    counts = data.draw(rankable_counts(method))
    fitted = fit(counts, method)
    size, number = len(counts.models), len(fitted.bread)
    curvature = information(lambda at: log_likelihood(method, counts, at), position(fitted))
    centred = np.eye(number)
    centred[:size, :size] -= 1.0 / size

    expected = np.linalg.pinv(centred @ curvature @ centred, rcond=1e-7)
    assert fitted.bread == pytest.approx(expected, rel=1e-3, abs=1e-3 * np.abs(expected).max())
    assert fitted.bread[:size].sum(axis=0) == pytest.approx(0.0, abs=1e-9 * np.abs(expected).max())
    assert np.array_equal(fitted.bread, fitted.bread.T) or fitted.bread == pytest.approx(fitted.bread.T, rel=1e-9)


@methods
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_the_order_of_models_changes_nothing(method: str, data: st.DataObject) -> None:
    counts = data.draw(rankable_counts(method))
    order = np.array(data.draw(st.permutations(range(len(counts.models)))))
    block = np.ix_(order, order)
    turned = PairCounts(counts.models, counts.wins[block], counts.ties[block], counts.both_bad[block])

    one, other = fit(counts, method), fit(turned, method)
    assert other.theta == pytest.approx(one.theta[order], abs=1e-8)
    assert other.vote_scores == pytest.approx(one.vote_scores[block], abs=1e-8)
    assert dict(other.parameters) == pytest.approx(dict(one.parameters), rel=1e-8)


@methods
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_the_winner_is_the_same_whichever_model_stood_first(method: str, data: st.DataObject) -> None:
    counts = data.draw(rankable_counts(method))
    scores = fit(counts, method).vote_scores
    swapped = scores.transpose(1, 0, 2, 3)[:, :, [1, 0, 2, 3]]

    assert swapped[..., [1, 0]] == pytest.approx(scores[..., :2], abs=1e-12)
    assert swapped[..., 2:] == pytest.approx(scores[..., 2:], abs=1e-12)


@methods
@given(data=st.data(), factor=st.sampled_from([1e-9, 0.5, 2.0, 1e6]))
@settings(max_examples=15, deadline=None)
def test_only_the_proportions_of_weights_matter_to_ratings(method: str, data: st.DataObject, factor: float) -> None:
    counts = data.draw(rankable_counts(method))
    scaled = PairCounts(counts.models, factor * counts.wins, factor * counts.ties, factor * counts.both_bad)

    one, other = fit(counts, method), fit(scaled, method)
    assert other.ratings == pytest.approx(one.ratings, abs=1e-6)
    assert dict(other.parameters) == pytest.approx(dict(one.parameters), rel=1e-6)
    assert other.log_likelihood == pytest.approx(factor * one.log_likelihood, rel=1e-9)
    assert factor * other.bread == pytest.approx(one.bread, rel=1e-5, abs=1e-9 * np.abs(one.bread).max())


@methods
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_a_start_saves_steps_and_does_not_change_the_result(method: str, data: st.DataObject) -> None:
    counts = data.draw(rankable_counts(method))
    cold = fit(counts, method)
    warm = fit(counts, method, start=cold.theta + 3.0)

    assert warm.theta == pytest.approx(cold.theta, abs=1e-9)
    assert warm.iterations <= cold.iterations + 1
    assert fit(counts, method, start=np.linspace(-2.0, 2.0, len(cold.theta))).theta == pytest.approx(
        cold.theta, abs=1e-8
    )


@pytest.mark.parametrize("method", WITH_TIES)
def test_many_votes_of_a_known_arena_give_back_what_made_them(method: str) -> None:
    theta = np.array([-1.2, -0.3, 0.0, 0.4, 1.1])
    parameters = {"davidson": {"nu": 0.6}, "rao-kupper": {"kappa": 1.7}, "four-outcomes": {"level": 0.8, "kappa": 1.5}}
    wins, ties, both_bad = np.zeros((3, 5, 5))
    for i in range(5):
        for j in range(i):
            chances = outcome_probabilities(method, math.exp(theta[i]), math.exp(theta[j]), parameters[method])
            wins[i, j], wins[j, i], ties[i, j] = chances[:3]
            both_bad[i, j] = chances[3] if method == "four-outcomes" else 0.0
    fitted = fit(PairCounts(names(5), wins, ties + ties.T, both_bad + both_bad.T), method)

    assert fitted.theta == pytest.approx(theta, abs=1e-9)
    assert dict(fitted.parameters) == pytest.approx(parameters[method], abs=1e-9)


@pytest.mark.parametrize("method", ["bradley-terry", "davidson", "rao-kupper"])
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_both_bad_counts_as_a_tie_where_a_method_has_no_outcome_for_it(method: str, data: st.DataObject) -> None:
    counts = data.draw(rankable_counts(method))
    nothing = np.zeros_like(counts.ties)
    as_ties = PairCounts(counts.models, counts.wins, counts.ties + counts.both_bad, nothing)

    assert fit(as_ties, method).theta == pytest.approx(fit(counts, method).theta, abs=1e-12)


@methods
@pytest.mark.parametrize("votes", [1e3, 1e7, 1e11])
def test_newton_ends_however_many_votes_there_are_and_however_rare_an_outcome_is(method: str, votes: float) -> None:
    size = 6
    rng = np.random.default_rng(3)
    wins = np.floor(votes * rng.uniform(0.1, 1.0, (size, size)))
    np.fill_diagonal(wins, 0.0)
    one_pair = np.zeros((size, size))
    one_pair[0, 1] = one_pair[1, 0] = 1.0
    fitted = fit(PairCounts(names(size), wins, one_pair, one_pair), method)

    assert np.all(np.isfinite(fitted.theta))
    # A component of the gradient is a sum of terms as large as the votes of a model, each known to 1.1e-16 of itself.
    # Over 1e11 votes a pair that is some 1e-4 votes: float64 has no theta at which the sum is nearer to zero. So the
    # bound is 1e-8 votes as long as they are few enough for that, and else rounding, relative to the votes.
    assert fitted.gradient_norm < max(1e-8, 1e-14 * wins.sum())


@methods
def test_results_cannot_be_written_to(method: str) -> None:
    fitted = fit(PairCounts(("a", "b"), [[0, 3], [2, 0]], [[0, 1], [1, 0]], [[0, 1], [1, 0]]), method)

    for array in (fitted.theta, fitted.ratings, fitted.bread, fitted.vote_scores):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0.0
    with pytest.raises(TypeError):
        fitted.parameters["nu"] = 1.0  # type: ignore[index] # that it cannot be assigned to is what is tested
    assert (fitted.method, fitted.models) == (method, ("a", "b"))


@methods
@pytest.mark.parametrize(
    ("wins", "reason"),
    [
        ([[0, 1, 0], [0, 0, 1], [0, 0, 0]], "do not connect all models"),
        ([[0, 1, 0], [1, 0, 0], [0, 0, 0]], "the model c has no votes"),
        ([[0, 0, 0], [0, 0, 0], [0, 0, 0]], r"the models \(a, b, c\) have no votes"),
    ],
)
def test_votes_that_cannot_be_ranked_end_in_an_explanation(method: str, wins: list[list[int]], reason: str) -> None:
    nothing = np.zeros((3, 3))
    with pytest.raises(NotRankableError, match=reason) as caught:
        fit(PairCounts(("a", "b", "c"), wins, nothing, nothing), method)
    assert not caught.value.connectivity.is_rankable


def test_an_unknown_method_is_named_with_those_that_exist() -> None:
    counts = PairCounts(("a", "b"), [[0, 1], [1, 0]], np.zeros((2, 2)), np.zeros((2, 2)))
    with pytest.raises(ValueError, match="'elo' is not one of bradley-terry, davidson, rao-kupper, four-outcomes"):
        fit(counts, "elo")


@methods
@pytest.mark.parametrize(("start", "problem"), [([0.0], "must hold 2 strengths"), ([0.0, math.nan], "NaN or infinity")])
def test_a_start_of_other_models_is_refused(method: str, start: list[float], problem: str) -> None:
    counts = PairCounts(("a", "b"), [[0, 3], [2, 0]], [[0, 1], [1, 0]], [[0, 1], [1, 0]])
    with pytest.raises(ValueError, match=problem):
        fit(counts, method, start=np.array(start))
