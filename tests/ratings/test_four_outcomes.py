from itertools import product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.ratings.connectivity import NotRankableError
from app.ratings.counts import PairCounts
from app.ratings.four_outcomes import SMALLEST_KAPPA, fit_four_outcomes
from app.ratings.rao_kupper import fit_rao_kupper
from app.ratings.uncertainty import sandwich_covariance
from app.ratings.vote_information import outcome_probabilities
from tests.ratings.simulated import names

BOTH = np.array([[0, 1], [1, 0]])


def test_equal_models_have_the_level_and_kappa_that_give_the_observed_shares() -> None:
    """With pi = 2: 2 / (3 + 2 kappa) = 2 / 9 for kappa = 3, both bad 1 / 5, and 16 / 45 are ties."""
    fitted = fit_four_outcomes(PairCounts(("a", "b"), 10 * BOTH, 16 * BOTH, 9 * BOTH))

    assert np.exp(fitted.parameters["level"]) == pytest.approx(2.0, rel=1e-12)
    assert fitted.parameters["kappa"] == pytest.approx(3.0, rel=1e-12)
    assert outcome_probabilities(fitted)[0, 1] == pytest.approx([10 / 45, 10 / 45, 16 / 45, 9 / 45], abs=1e-9)


def test_strengths_are_centred_and_the_level_says_how_good_models_are_at_all() -> None:
    wins, ties = np.array([[0, 9, 8], [4, 0, 5], [3, 6, 0]]), 2.0 * (1 - np.eye(3))
    good = fit_four_outcomes(PairCounts(("a", "b", "c"), wins, ties, 1.0 - np.eye(3)))
    poor = fit_four_outcomes(PairCounts(("a", "b", "c"), wins, ties, 20.0 * (1.0 - np.eye(3))))

    assert good.theta.sum() == pytest.approx(0.0, abs=1e-12)
    assert good.ratings.mean() == pytest.approx(1000.0, abs=1e-9)
    assert good.parameters["level"] > poor.parameters["level"] + 2.0
    assert list(good.parameters) == ["level", "kappa"]


def test_a_model_of_which_both_bad_is_said_more_often_is_rated_lower() -> None:
    """The one thing that no other method can see: by wins and ties alone these three are equal."""
    wins, ties = 5.0 * (1 - np.eye(3)), 2.0 * (1 - np.eye(3))
    both_bad = np.array([[0, 1, 1], [1, 0, 9], [1, 9, 0]])
    counts = PairCounts(("a", "b", "c"), wins, ties, both_bad)

    assert fit_rao_kupper(counts).theta == pytest.approx(0.0, abs=1e-9)
    assert fit_four_outcomes(counts).ratings[0] > fit_four_outcomes(counts).ratings[1] + 50.0


def test_few_both_bad_votes_approach_rao_and_kupper() -> None:
    wins, ties = np.array([[0, 9, 8], [4, 0, 5], [3, 6, 0]]), 2.0 * (1 - np.eye(3))
    limit = fit_rao_kupper(PairCounts(("a", "b", "c"), wins, ties, np.zeros((3, 3))))
    close = fit_four_outcomes(PairCounts(("a", "b", "c"), wins, ties, 1e-7 * (1 - np.eye(3))))

    assert close.theta == pytest.approx(limit.theta, abs=1e-5)
    assert close.parameters["kappa"] == pytest.approx(limit.parameters["kappa"], abs=1e-5)
    assert close.parameters["level"] > 10.0


@pytest.mark.parametrize("tie_weight", [0.0, 1e-9])
def test_without_ties_kappa_sits_on_its_bound_and_counts_as_known(tie_weight: float) -> None:
    wins = np.array([[0, 9, 8], [4, 0, 5], [3, 6, 0]])
    ties = tie_weight * (1 - np.eye(3))
    counts = PairCounts(("a", "b", "c"), wins, ties, 3.0 * (1 - np.eye(3)))
    fitted = fit_four_outcomes(counts)

    assert fitted.parameters["kappa"] == SMALLEST_KAPPA
    assert fitted.gradient_norm < 1e-8
    assert not fitted.bread[4].any()
    assert fitted.bread[3, 3] > 0.0
    assert np.all(np.isfinite(fitted.vote_scores))
    # It predicts next to no ties, and its intervals are close to those of as good as no ties.
    assert outcome_probabilities(fitted)[0, 1, 2] == pytest.approx(0.0, abs=2e-6)
    rare = PairCounts(("a", "b", "c"), wins, 1e-4 * (1 - np.eye(3)), 3.0 * (1 - np.eye(3)))
    assert sandwich_covariance(counts, fitted) == pytest.approx(
        sandwich_covariance(rare, fit_four_outcomes(rare)), rel=1e-2
    )


@pytest.mark.parametrize(
    ("wins", "ties", "both_bad", "reason"),
    [
        (10 * BOTH, BOTH, 0 * BOTH, "nothing bounds the absolute level"),
        (0 * BOTH, BOTH, BOTH, "nobody has won"),
        (0 * BOTH, 0 * BOTH, BOTH, "nobody has won"),
        ([[0, 3], [0, 0]], 0 * BOTH, BOTH, "no estimate in this method.*: b$"),
        ([[0, 3], [0, 0]], BOTH, BOTH, "nothing bounds the strengths"),
    ],
)
def test_what_leaves_a_parameter_unbounded_is_said(
    wins: np.ndarray, ties: np.ndarray, both_bad: np.ndarray, reason: str
) -> None:
    with pytest.raises(NotRankableError, match=reason):
        fit_four_outcomes(PairCounts(("a", "b"), wins, ties, both_bad))


def test_a_model_that_is_only_ever_bad_is_named() -> None:
    wins = np.array([[0, 4, 0], [3, 0, 0], [0, 0, 0]])
    both_bad = np.array([[0, 1, 2], [1, 0, 0], [2, 0, 0]])
    with pytest.raises(NotRankableError, match=r"no estimate in this method.*: c$"):
        fit_four_outcomes(PairCounts(("a", "b", "c"), wins, np.zeros((3, 3)), both_bad))


def test_models_that_nobody_compared_are_not_ranked_by_both_bad_alone() -> None:
    wins = np.zeros((4, 4))
    wins[0, 1] = wins[1, 0] = wins[2, 3] = wins[3, 2] = 3.0
    both_bad = np.where(wins > 0.0, 2.0, 0.0)
    with pytest.raises(NotRankableError, match=r"2 groups .*: \(a, b\); \(c, d\)$"):
        fit_four_outcomes(PairCounts(("a", "b", "c", "d"), wins, both_bad, both_bad))


def slopes_far_out(counts: PairCounts) -> np.ndarray:
    """(D,): how steeply the log-likelihood falls far out in every direction of log pi and log(kappa - 1) that matters.

    What bounds a direction are differences of whole numbers, so whole numbers are enough to try.
    """
    size = len(counts.models)
    still = [(*d, 0.0) for d in product((-1.0, 0.0, 1.0), repeat=size) if any(d)]
    growing = [(*d, 1.0) for d in product(np.arange(-size, size + 1.0), repeat=size)]
    directions = np.array(still + growing if counts.ties.any() else still)

    def log_likelihood(at: np.ndarray) -> np.ndarray:
        excess = at[:, size] if counts.ties.any() else np.full(len(at), -14.0)
        kappa = np.logaddexp(0.0, excess)
        total = np.zeros(len(at))
        for i in range(size):
            for j in range(size):
                a, b = at[:, i], at[:, j]
                good = np.logaddexp(0.0, np.logaddexp(a, b))
                first = np.logaddexp(np.logaddexp(a, kappa + b), 0.0)
                second = np.logaddexp(np.logaddexp(b, kappa + a), 0.0)
                rest = np.logaddexp(np.log(2.0), np.logaddexp(a, b) + np.logaddexp(np.log(2.0), excess))
                tie = excess + a + b + rest - good - first - second
                total += (
                    counts.wins[i, j] * (a - first) + (counts.ties[i, j] * tie - counts.both_bad[i, j] * good) / 2.0
                )
        return total

    return log_likelihood(41.0 * directions) - log_likelihood(40.0 * directions)


@given(
    size=st.integers(2, 3),
    votes=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.sampled_from("wwtb")), max_size=8),
)
@example(size=3, votes=[(0, 1, "w"), (0, 1, "t"), (1, 2, "w"), (1, 2, "t"), (1, 2, "b")])
@settings(max_examples=150, deadline=None)
def test_there_is_an_estimate_exactly_when_the_likelihood_falls_in_every_direction(
    size: int, votes: list[tuple[int, int, str]]
) -> None:
    slots = {kind: np.zeros((size, size)) for kind in "wtb"}
    for i, j, kind in votes:
        if i % size != j % size:
            slots[kind][i % size, j % size] += 1.0
            if kind != "w":
                slots[kind][j % size, i % size] += 1.0
    counts = PairCounts(names(size), slots["w"], slots["t"], slots["b"])
    try:
        fitted = fit_four_outcomes(counts)
    except NotRankableError as error:
        # Without "both bad", or a connection, an estimate is refused whatever the directions say.
        if error.connectivity.is_rankable:
            assert slopes_far_out(counts).max() > -1e-3
    else:
        assert slopes_far_out(counts).max() < -1e-3
        assert fitted.gradient_norm < 1e-8
