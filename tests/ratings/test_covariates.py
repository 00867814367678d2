import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from app.ratings import covariate_likelihood
from app.ratings.arrays import FloatArray
from app.ratings.bradley_terry import fit_bradley_terry
from app.ratings.clustered import clustered_covariance
from app.ratings.connectivity import NotRankableError
from app.ratings.counts import PairCounts
from app.ratings.covariate_effects import covariate_covariance, covariate_effects
from app.ratings.covariates import fit_covariates, style_columns
from app.ratings.scale import POINTS_PER_LOGIT
from app.ratings.uncertainty import sandwich_covariance
from app.ratings.votes import CodedVotes, InvalidVotesError
from tests.ratings.simulated import connected_votes, names

POINTS = np.array([1.0, 0.0, 0.5, 0.5])


def columns_of(values: FloatArray) -> dict[str, FloatArray]:
    return {f"x{index}": column for index, column in enumerate(values.T)}


def design(votes: CodedVotes, values: FloatArray) -> FloatArray:
    """(V, M + F): one column for each model and each covariate."""
    rows = np.arange(len(votes.winner))
    strengths = np.zeros((len(rows), len(votes.models)))
    strengths[rows, votes.model_a], strengths[rows, votes.model_b] = 1.0, -1.0
    return np.column_stack([strengths, values.astype(np.float32).astype(np.float64)])


def simulated(seed: int, size: int = 5, number: int = 400, columns: int = 2) -> tuple[CodedVotes, FloatArray]:
    rng = np.random.default_rng(seed)
    votes, _ = connected_votes(rng, size, number)
    return votes, rng.normal(size=(len(votes.winner), columns))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 6), st.integers(1, 3))
def test_it_agrees_with_a_generalised_linear_model_with_robust_errors(seed: int, size: int, columns: int) -> None:
    votes, values = simulated(seed, size, 200, columns)
    fit = fit_covariates(votes, columns_of(values))
    # The last model is the reference; what differs are only the centre of the strengths and its uncertainty.
    kept = np.delete(np.arange(size + columns), size - 1)
    model = sm.GLM(POINTS[votes.winner], design(votes, values)[:, kept], family=sm.families.Binomial())
    oracle = model.fit(cov_type="HC0", tol=1e-14, tol_criterion="params", maxiter=100)
    theta = np.append(oracle.params[: size - 1], 0.0)
    centre = np.eye(size) - 1.0 / size
    expand = np.zeros((size + columns, size + columns - 1))
    expand[kept, np.arange(size + columns - 1)] = 1.0
    expand[:size] = centre @ expand[:size]
    np.testing.assert_allclose(fit.ratings, 1000.0 + POINTS_PER_LOGIT * (theta - theta.mean()), rtol=0, atol=1e-6)
    np.testing.assert_allclose(fit.beta, oracle.params[size - 1 :], rtol=0, atol=1e-8)
    np.testing.assert_allclose(covariate_covariance(fit), expand @ oracle.cov_params() @ expand.T, rtol=1e-6, atol=1e-9)
    assert fit.gradient_norm < 1e-8


def test_weights_count_a_vote_so_often_and_are_squared_in_its_uncertainty() -> None:
    votes, values = simulated(3)
    rng = np.random.default_rng(4)
    weights = rng.uniform(0.2, 3.0, len(votes.winner))
    fit = fit_covariates(votes, columns_of(values), weights=weights)
    columns, y = design(votes, values), POINTS[votes.winner]

    def loss(position: FloatArray) -> tuple[float, FloatArray]:
        logits = columns @ position
        value = -(weights * (y * log_expit(logits) + (1.0 - y) * log_expit(-logits))).sum()
        return float(value), -columns.T @ (weights * (y - expit(logits)))

    found = minimize(loss, np.zeros(7), jac=True, method="BFGS", options={"gtol": 1e-7}).x
    np.testing.assert_allclose(fit.theta, found[:5] - found[:5].mean(), atol=1e-6)
    np.testing.assert_allclose(fit.beta, found[5:], atol=1e-6)
    assert fit.log_likelihood == pytest.approx(-loss(np.append(fit.theta, fit.beta))[0], rel=1e-12)
    chance = expit(columns @ np.append(fit.theta, fit.beta))
    bread = np.linalg.pinv((columns * (weights * chance * (1.0 - chance))[:, None]).T @ columns)
    scores = columns * (weights * (y - chance))[:, None]
    np.testing.assert_allclose(fit.bread, bread, atol=1e-10)
    np.testing.assert_allclose(covariate_covariance(fit), bread @ scores.T @ scores @ bread, atol=1e-10)


def test_exchanging_the_models_of_some_votes_changes_nothing() -> None:
    votes, values = simulated(5)
    turned = np.random.default_rng(6).random(len(votes.winner)) < 0.5
    exchanged = CodedVotes(
        votes.models,
        np.where(turned, votes.model_b, votes.model_a),
        np.where(turned, votes.model_a, votes.model_b),
        np.where(turned, np.array([1, 0, 2, 3])[votes.winner], votes.winner),
    )
    one = fit_covariates(votes, columns_of(values))
    other = fit_covariates(exchanged, columns_of(np.where(turned[:, None], -values, values)))
    np.testing.assert_allclose(other.ratings, one.ratings, rtol=0, atol=1e-9)
    np.testing.assert_allclose(covariate_covariance(other), covariate_covariance(one), rtol=1e-9, atol=1e-15)


def test_without_covariates_that_matter_it_is_bradley_terry() -> None:
    votes, _ = simulated(7)
    number = len(votes.winner)
    twice = CodedVotes(votes.models, *(np.tile(part, 2) for part in (votes.model_a, votes.model_b, votes.winner)))
    # Each vote comes with a covariate and with its opposite, so its effect is nothing.
    values = np.random.default_rng(8).normal(size=(number, 1))
    fit = fit_covariates(twice, columns_of(np.concatenate([values, -values])))
    counts = PairCounts.from_coded_votes(twice)
    plain = fit_bradley_terry(counts)
    assert abs(fit.beta[0]) < 1e-9
    np.testing.assert_allclose(fit.ratings, plain.ratings, rtol=0, atol=1e-6)
    assert fit.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-9)
    np.testing.assert_allclose(
        covariate_covariance(fit)[:5, :5], sandwich_covariance(counts, plain), rtol=1e-6, atol=1e-12
    )


def test_a_constant_column_is_the_position_effect() -> None:
    rng = np.random.default_rng(9)
    a = rng.integers(6, size=20_000)
    b = (a + rng.integers(1, 6, size=len(a))) % 6
    theta, first = np.linspace(-1.0, 1.0, 6), 0.25
    winner = np.where(rng.random(len(a)) < expit(theta[a] - theta[b] + first), 0, 1)
    fit = fit_covariates(CodedVotes(names(6), a, b, winner), {"position": np.ones(len(a))})
    effect = covariate_effects(fit, covariate_covariance(fit))["position"]
    assert effect.lower < first < effect.upper
    assert effect.upper - effect.lower == pytest.approx(2 * 1.959964 * effect.standard_error)
    assert effect.standard_error < 0.02
    assert effect.points == pytest.approx(POINTS_PER_LOGIT * fit.beta[0])
    assert effect.points_upper - effect.points_lower == pytest.approx(2 * 1.959964 * effect.points_standard_error)


def test_intervals_of_a_rating_cover_what_the_votes_were_drawn_from() -> None:
    theta, beta = np.array([-0.8, -0.2, 0.3, 0.7]), np.array([0.6, -0.3])
    inside = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        a = rng.integers(4, size=600)
        b = (a + rng.integers(1, 4, size=600)) % 4
        values = rng.normal(size=(600, 2))
        winner = np.where(rng.random(600) < expit(theta[a] - theta[b] + values @ beta), 0, 1)
        fit = fit_covariates(CodedVotes(names(4), a, b, winner), columns_of(values))
        errors = np.sqrt(np.diagonal(covariate_covariance(fit)))
        misses = np.abs(np.append(fit.theta, fit.beta) - np.append(theta, beta))
        inside.extend(misses <= 1.959964 * errors)
    assert 0.93 < np.mean(inside) < 0.97


def test_with_voters_their_scores_are_summed_first() -> None:
    votes, values = simulated(10, number=900)
    voters = np.random.default_rng(11).integers(40, size=len(votes.winner))
    fit = fit_covariates(votes, columns_of(values))
    clustered = covariate_covariance(fit, voters)
    columns = design(votes, values)
    chance = expit(columns @ np.append(fit.theta, fit.beta))
    scores = np.zeros((40, 7))
    np.add.at(scores, voters, columns * (POINTS[votes.winner] - chance)[:, None])
    plain = fit.bread @ scores.T @ scores @ fit.bread
    # The correction for few voters widens each standard error by its own factor.
    scale = np.sqrt(np.diagonal(clustered) / np.diagonal(plain))
    assert np.all((scale > 1.0) & (scale < 1.15))
    np.testing.assert_allclose(clustered, plain * np.outer(scale, scale), rtol=1e-8, atol=1e-12)


def test_with_voters_but_no_effect_its_intervals_are_those_of_clustered_bradley_terry() -> None:
    votes, values = simulated(12)
    number = len(votes.winner)
    twice = CodedVotes(votes.models, *(np.tile(part, 2) for part in (votes.model_a, votes.model_b, votes.winner)))
    voters = np.tile(np.random.default_rng(13).integers(12, size=number), 2)
    fit = fit_covariates(twice, columns_of(np.concatenate([values, -values])))
    plain = fit_bradley_terry(PairCounts.from_coded_votes(twice))
    expected = clustered_covariance(twice, voters, plain)
    np.testing.assert_allclose(covariate_covariance(fit, voters)[:5, :5], expected, rtol=1e-5, atol=1e-9)


def test_a_single_voter_gives_no_clustered_intervals() -> None:
    votes, values = simulated(14)
    fit = fit_covariates(votes, columns_of(values))
    with pytest.raises(ValueError, match="a single voter says nothing"):
        covariate_covariance(fit, np.zeros(len(votes.winner), dtype=np.int64))


def test_votes_that_do_not_connect_all_models_are_explained() -> None:
    votes = CodedVotes(names(3), np.array([0, 1, 0]), np.array([1, 0, 2]), np.array([0, 0, 0]))
    with pytest.raises(NotRankableError, match="do not connect all models"):
        fit_covariates(votes, {"x": np.array([1.0, 0.5, 0.2])})


def test_a_covariate_that_predicts_every_vote_is_explained() -> None:
    votes, _ = simulated(15)
    decisive = votes.winner < 2
    kept = CodedVotes(votes.models, votes.model_a[decisive], votes.model_b[decisive], votes.winner[decisive])
    won = np.where(kept.winner == 0, 1.0, -1.0) * np.random.default_rng(16).uniform(0.5, 2.0, len(kept.winner))
    with pytest.raises(NotRankableError, match="predicted perfectly"):
        fit_covariates(kept, {"x": won})


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("nothing", "the same for both"), ("strengths", "from which models met"), ("another", "follows from seen and")],
)
def test_a_covariate_that_cannot_be_told_from_the_rest_is_left_out_and_says_why(kind: str, reason: str) -> None:
    votes, values = simulated(17)
    of_model = np.array([3.0, 1.0, 0.5, 0.25, 2.0])
    hidden = {
        "nothing": np.zeros(len(values)),
        "strengths": of_model[votes.model_a] - of_model[votes.model_b],
        "another": 2.0 * values[:, 0],
    }[kind]
    fit = fit_covariates(votes, {"seen": values[:, 0], "hidden": hidden})
    alone = fit_covariates(votes, {"seen": values[:, 0]})
    assert reason in fit.dropped["hidden"]
    assert fit.names == ("seen",)
    np.testing.assert_array_equal(fit.ratings, alone.ratings)


def test_without_any_covariate_left_it_is_bradley_terry_to_the_last_bit() -> None:
    votes, values = simulated(20)
    counts = PairCounts.from_coded_votes(votes)
    fit, plain = fit_covariates(votes, {"x": np.zeros(len(values))}), fit_bradley_terry(counts)
    np.testing.assert_array_equal(fit.ratings, plain.ratings)
    covariance = covariate_covariance(fit)
    np.testing.assert_allclose(covariance, sandwich_covariance(counts, plain), rtol=1e-9, atol=1e-15)


def test_a_weight_that_is_none_is_refused_with_its_row() -> None:
    votes, values = simulated(18)
    weights = np.ones(len(values))
    weights[6] = np.inf
    with pytest.raises(InvalidVotesError, match="row 7: weight inf"):
        fit_covariates(votes, columns_of(values), weights=weights)


@pytest.mark.parametrize("value", [np.nan, -np.inf, 1e300])
def test_a_value_that_is_no_finite_number_is_refused_with_its_row(value: float) -> None:
    votes, values = simulated(19)
    values[2, 1] = value
    with pytest.raises(InvalidVotesError, match="row 3: x1 is"):
        fit_covariates(votes, columns_of(values))


def test_covariates_of_other_votes_are_refused() -> None:
    votes, values = simulated(19)
    with pytest.raises(ValueError, match="x0 must be one number for each of 405 votes"):
        fit_covariates(votes, columns_of(values[1:]))


def test_more_rows_than_fit_into_a_block_give_what_one_block_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    votes, values = simulated(21, number=300)
    whole = fit_covariates(votes, columns_of(values))
    monkeypatch.setattr(covariate_likelihood, "ROWS_AT_ONCE", 7)
    parts = fit_covariates(votes, columns_of(values))
    np.testing.assert_allclose(parts.ratings, whole.ratings, rtol=0, atol=1e-9)
    np.testing.assert_allclose(parts.bread, whole.bread, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(parts.residuals, whole.residuals, atol=1e-12)


A = np.array([[300.0, 0.0], [100.0, 2.0], [50.0, 1.0]])
B = np.array([[100.0, 0.0], [100.0, 0.0], [150.0, 3.0]])
# (s_a - s_b) / (s_a + s_b), and 0 where both are 0.
LEADS = np.array([[0.5, 0.0], [0.0, 1.0], [-0.5, -0.5]])


def test_style_is_the_relative_difference_in_units_of_its_spread() -> None:
    columns = style_columns(A, B, ["length", "headers"])
    assert list(columns) == ["length", "headers"]
    expected = LEADS / np.sqrt((LEADS**2).mean(axis=0))
    np.testing.assert_allclose(np.column_stack(list(columns.values())), expected, rtol=1e-12)


def test_exchanging_the_answers_changes_the_sign_of_their_style() -> None:
    one, other = style_columns(A, B, ["length", "headers"]), style_columns(B, A, ["length", "headers"])
    for name, column in one.items():
        np.testing.assert_array_equal(other[name], -column)


def test_a_measure_in_which_no_answers_differ_stays_zero() -> None:
    assert style_columns([[1.0], [2.0]], [[1.0], [2.0]], ["bold"])["bold"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0])
def test_a_measure_that_cannot_be_is_refused_with_its_row(value: float) -> None:
    wrong = np.tile(B, (20_000, 1))
    wrong[50_000, 1] = value
    with pytest.raises(InvalidVotesError, match="row 50001: headers is") as caught:
        style_columns(np.tile(A, (20_000, 1)), wrong, ["length", "headers"])
    assert caught.value.row == 50_001
