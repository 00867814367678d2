import numpy as np
import pytest
from statsmodels.miscmodels.ordinal_model import OrderedModel

from app.ratings.bradley_terry import fit_bradley_terry
from app.ratings.connectivity import NotRankableError
from app.ratings.counts import PairCounts
from app.ratings.rao_kupper import fit_rao_kupper
from app.ratings.uncertainty import sandwich_covariance
from tests.ratings.simulated import names


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_ordered_logit_of_statsmodels_when_votes_are_seen_from_both_sides(seed: int) -> None:
    """Seen from both sides, the two thresholds of an ordered logit must be opposite: plus and minus log kappa."""
    rng = np.random.default_rng(seed)
    size, number = 4, 60
    a = rng.integers(size, size=number)
    b = (a + rng.integers(1, size, size=number)) % size
    outcome = rng.integers(3, size=number)
    wins, ties = np.zeros((size, size)), np.zeros((size, size))
    np.add.at(wins, (a[outcome == 2], b[outcome == 2]), 1.0)
    np.add.at(wins, (b[outcome == 0], a[outcome == 0]), 1.0)
    np.add.at(ties, (a[outcome == 1], b[outcome == 1]), 1.0)
    fitted = fit_rao_kupper(PairCounts(names(size), wins, ties + ties.T, np.zeros((size, size))))

    design = (np.eye(size)[a] - np.eye(size)[b])[:, 1:]
    both_sides = OrderedModel(np.concatenate([outcome, 2 - outcome]), np.vstack([design, -design]), distr="logit")
    # It says that it did not converge where numerical slopes do not quite vanish; the numbers tell.
    theirs = both_sides.fit(method="bfgs", disp=False, gtol=1e-8, maxiter=500, warn_convergence=False)
    lower, upper = both_sides.transform_threshold_params(theirs.params)[1:3]

    assert -lower == pytest.approx(upper, abs=1e-5)
    assert np.log(fitted.parameters["kappa"]) == pytest.approx(upper, abs=1e-5)
    assert fitted.theta[1:] - fitted.theta[0] == pytest.approx(theirs.params[: size - 1], abs=1e-5)
    assert 2.0 * fitted.log_likelihood == pytest.approx(theirs.llf, abs=1e-8)


def test_equal_models_tie_as_often_as_kappa_says() -> None:
    wins = np.array([[0, 3], [3, 0]])
    fitted = fit_rao_kupper(PairCounts(("a", "b"), wins, np.array([[0, 4], [4, 0]]), np.zeros((2, 2))))

    # (kappa - 1) / (kappa + 1) of the votes are ties.
    assert fitted.parameters["kappa"] == pytest.approx(7.0 / 3.0, rel=1e-12)
    assert fitted.theta == pytest.approx(0.0, abs=1e-12)


def test_without_ties_kappa_is_exactly_1_and_ratings_are_those_of_bradley_terry() -> None:
    counts = PairCounts(("a", "b", "c"), [[0, 5, 2], [3, 0, 4], [1, 6, 0]], *np.zeros((2, 3, 3)))
    fitted, plain = fit_rao_kupper(counts), fit_bradley_terry(counts)

    assert dict(fitted.parameters) == {"kappa": 1.0}
    assert fitted.theta == pytest.approx(plain.theta, abs=1e-15)
    assert fitted.log_likelihood == plain.log_likelihood
    assert sandwich_covariance(counts, fitted) == pytest.approx(sandwich_covariance(counts, plain), abs=1e-12)
    assert np.all(np.isfinite(fitted.vote_scores))


@pytest.mark.parametrize("weight", [1e-3, 1e-9, 1e-12])
def test_a_tie_of_little_weight_is_continuous_with_none(weight: float) -> None:
    wins, ties = np.array([[0, 5, 2], [3, 0, 4], [1, 6, 0]]), np.zeros((3, 3))
    ties[0, 1] = ties[1, 0] = weight
    nearly = fit_rao_kupper(PairCounts(("a", "b", "c"), wins, ties, np.zeros((3, 3))))
    without = fit_rao_kupper(PairCounts(("a", "b", "c"), wins, np.zeros((3, 3)), np.zeros((3, 3))))

    assert 1.0 < nearly.parameters["kappa"] < 1.0 + weight
    assert nearly.theta == pytest.approx(without.theta, abs=10.0 * weight + 1e-9)
    assert nearly.vote_scores == pytest.approx(without.vote_scores, abs=10.0 * weight + 1e-9)
    assert nearly.bread[:3, :3] == pytest.approx(without.bread[:3, :3], abs=10.0 * weight + 1e-6)


def test_votes_that_are_all_ties_have_no_estimate() -> None:
    with pytest.raises(NotRankableError, match="all votes are ties"):
        fit_rao_kupper(PairCounts(("a", "b"), np.zeros((2, 2)), np.array([[0, 4], [4, 0]]), np.zeros((2, 2))))
