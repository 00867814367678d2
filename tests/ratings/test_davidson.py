import evalica
import numpy as np
import pytest
from hypothesis import assume, given, settings

from app.ratings.bradley_terry import fit_bradley_terry
from app.ratings.connectivity import NotRankableError
from app.ratings.counts import PairCounts
from app.ratings.davidson import fit_davidson
from app.ratings.scale import POINTS_PER_LOGIT
from app.ratings.uncertainty import sandwich_covariance
from app.ratings.votes import CodedVotes
from tests.ratings.naive_models import complex_log_likelihood, exact_gradient
from tests.ratings.simulated import arenas

# Davidson (1970): brands i and j of chocolate pudding, preferences for i, for j, and for neither.
PUDDINGS = """
1 2 19 22 16    1 3 16 19 12    2 3 19 19 10    1 4 18 23 13    2 4 23 19  9
3 4 19 20 15    1 5 13 19 18    2 5 16 20 12    3 5 16 15 17    4 5 17 14 16
1 6 18 21 12    2 6 22 20 12    3 6 13 18 10    4 6 14 19 18    5 6 11 21 12
"""


def puddings() -> PairCounts:
    wins, ties = np.zeros((6, 6)), np.zeros((6, 6))
    for i, j, for_i, for_j, for_neither in np.array(PUDDINGS.split(), dtype=np.int64).reshape(-1, 5):
        wins[i - 1, j - 1], wins[j - 1, i - 1] = for_i, for_j
        ties[i - 1, j - 1] = ties[j - 1, i - 1] = for_neither
    return PairCounts(tuple("123456"), wins, ties, np.zeros((6, 6)))


def test_the_puddings_of_davidson() -> None:
    fitted = fit_davidson(puddings())

    pi = np.exp(fitted.theta)
    assert pi / pi.sum() == pytest.approx([0.139, 0.173, 0.162, 0.165, 0.159, 0.202], abs=5e-4)
    assert fitted.parameters["nu"] == pytest.approx(0.747, abs=5e-4)
    assert fitted.log_likelihood == pytest.approx(-809.7095, abs=5e-5)


@given(arena=arenas(largest=6))
@settings(max_examples=25, deadline=None)
def test_strengths_agree_with_evalicas_newman_whose_tie_is_twice_nu(
    arena: tuple[CodedVotes, np.ndarray, np.random.Generator],
) -> None:
    votes = arena[0]
    counts = PairCounts.from_coded_votes(votes)
    try:
        fitted = fit_davidson(counts)
    except NotRankableError:
        return
    if not fitted.parameters["nu"]:
        return
    draw = (evalica.Winner.X, evalica.Winner.Y, evalica.Winner.Draw, evalica.Winner.Draw)
    theirs = evalica.newman(
        [votes.models[code] for code in votes.model_a],
        [votes.models[code] for code in votes.model_b],
        [draw[code] for code in votes.winner],
        tolerance=1e-13,
        limit=1_000_000,
    )

    logs = np.log(theirs.scores.loc[list(votes.models)].to_numpy())
    # Newman's iteration stops when scores no longer move, which may be before nu is right. Where the slopes of the
    # likelihood have vanished too, the oracle is exact.
    reached = np.append(logs - logs.mean(), np.log(2.0 * theirs.v))
    slopes = exact_gradient(lambda at: complex_log_likelihood("davidson", counts, at), reached)
    assume(np.abs(slopes).max() < 1e-10)
    assert fitted.ratings - 1000.0 == pytest.approx(POINTS_PER_LOGIT * reached[:-1], abs=1e-6, rel=0.0)
    assert fitted.parameters["nu"] == pytest.approx(2.0 * theirs.v, rel=1e-8)


def test_without_ties_nu_is_exactly_0_and_ratings_are_those_of_bradley_terry() -> None:
    wins = [[0, 5, 2], [3, 0, 4], [1, 6, 0]]
    counts = PairCounts(("a", "b", "c"), wins, *np.zeros((2, 3, 3)))
    fitted, plain = fit_davidson(counts), fit_bradley_terry(counts)

    assert dict(fitted.parameters) == {"nu": 0.0}
    assert fitted.theta == pytest.approx(plain.theta, abs=1e-15)
    assert fitted.log_likelihood == plain.log_likelihood
    assert sandwich_covariance(counts, fitted) == pytest.approx(sandwich_covariance(counts, plain), abs=1e-12)
    assert not fitted.bread[3].any()
    assert np.all(np.isfinite(fitted.vote_scores))


def test_a_single_tie_among_many_votes_is_continuous_with_none() -> None:
    wins, ties = np.array([[0, 5, 2], [3, 0, 4], [1, 6, 0]]), np.zeros((3, 3))
    ties[0, 1] = ties[1, 0] = 1e-6
    nearly = fit_davidson(PairCounts(("a", "b", "c"), wins, ties, np.zeros((3, 3))))
    without = fit_davidson(PairCounts(("a", "b", "c"), wins, np.zeros((3, 3)), np.zeros((3, 3))))

    assert 0.0 < nearly.parameters["nu"] < 1e-6
    assert nearly.theta == pytest.approx(without.theta, abs=1e-6)
    assert nearly.vote_scores == pytest.approx(without.vote_scores, abs=1e-5)
    assert nearly.bread[:3, :3] == pytest.approx(without.bread[:3, :3], abs=1e-5)


def test_votes_that_are_all_ties_have_no_estimate() -> None:
    ties = np.array([[0, 4], [4, 0]])
    with pytest.raises(NotRankableError, match="all votes are ties"):
        fit_davidson(PairCounts(("a", "b"), np.zeros((2, 2)), ties, np.zeros((2, 2))))
