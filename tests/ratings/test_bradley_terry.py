import json
import math
from pathlib import Path

import choix
import evalica
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from app.ratings.bradley_terry import fit_bradley_terry, win_probabilities
from app.ratings.connectivity import NotRankableError
from app.ratings.counts import PairCounts
from app.ratings.laplacian import IllConditionedError
from app.ratings.votes import CodedVotes
from tests.ratings.simulated import DATA, arenas, llmfao, names, needs_data

EVALICA_WINNERS = (evalica.Winner.X, evalica.Winner.Y, evalica.Winner.Draw, evalica.Winner.Draw)
GENAI_WINNERS = {"model_a": "model_a", "model_b": "model_b", "tie": "tie", "tie (bothbad)": "both_bad"}


def test_the_four_player_example_of_the_encyclopaedia() -> None:
    wins = [[0, 2, 0, 1], [3, 0, 5, 0], [0, 3, 0, 1], [4, 0, 3, 0]]
    fitted = fit_bradley_terry(PairCounts(("A", "B", "C", "D"), wins, np.zeros((4, 4)), np.zeros((4, 4))))

    assert np.exp(fitted.theta) == pytest.approx([0.640, 1.043, 0.660, 2.270], abs=5e-4)


@pytest.mark.parametrize(("wins", "odds"), [(3, 3.0), (1000, 1000.0)])
def test_two_models_differ_by_the_odds_of_their_votes(wins: int, odds: float) -> None:
    nothing = np.zeros((2, 2))
    fitted = fit_bradley_terry(PairCounts(("a", "b"), [[0, wins], [1, 0]], nothing, nothing))

    assert fitted.ratings[0] - fitted.ratings[1] == pytest.approx(400.0 * math.log10(odds), abs=1e-9)
    assert fitted.win_probabilities()[0, 1] == pytest.approx(odds / (1.0 + odds), abs=1e-12)
    assert fitted.log_likelihood == pytest.approx(wins * math.log(odds / (1 + odds)) - math.log(1 + odds), rel=1e-12)


@given(arena=arenas(largest=8))
@settings(max_examples=40, deadline=None)
def test_ratings_agree_with_evalica_to_a_millionth_of_a_point(
    arena: tuple[CodedVotes, np.ndarray, np.random.Generator],
) -> None:
    votes, _, rng = arena
    weights = rng.uniform(0.2, 3.0, len(votes.winner))
    theirs = evalica.bradley_terry(
        [votes.models[code] for code in votes.model_a],
        [votes.models[code] for code in votes.model_b],
        [EVALICA_WINNERS[code] for code in votes.winner],
        weights=weights.tolist(),
        tolerance=1e-15,
        limit=1_000_000,
    )
    slots = np.zeros((len(votes.models), len(votes.models), 4))
    np.add.at(slots, (votes.model_a, votes.model_b, votes.winner), weights)
    fitted = fit_bradley_terry(
        PairCounts(
            votes.models,
            slots[:, :, 0] + slots[:, :, 1].T,
            slots[:, :, 2] + slots[:, :, 2].T,
            slots[:, :, 3] + slots[:, :, 3].T,
        )
    )

    logs = np.log(theirs.scores.loc[list(votes.models)].to_numpy())
    expected = 1000.0 + 400.0 / math.log(10.0) * (logs - logs.mean())
    assert fitted.ratings == pytest.approx(expected, abs=1e-6)


@given(arena=arenas(largest=8))
@settings(max_examples=25, deadline=None)
def test_ratings_agree_with_choix_to_a_millionth_of_a_point(
    arena: tuple[CodedVotes, np.ndarray, np.random.Generator],
) -> None:
    counts = PairCounts.from_coded_votes(arena[0])
    theirs = choix.ilsr_pairwise_dense(counts.points, alpha=0.0, max_iter=10_000, tol=1e-13)

    assert fit_bradley_terry(counts).theta * 400.0 / math.log(10.0) == pytest.approx(
        (theirs - theirs.mean()) * 400.0 / math.log(10.0), abs=1e-6
    )


@needs_data
def test_who_comes_first_on_llmfao() -> None:
    fitted = fit_bradley_terry(PairCounts.from_coded_votes(llmfao()[0]))

    first = [fitted.models[index] for index in np.argsort(-fitted.ratings)[:3]]
    assert first == ["GPT 4", "Platypus-2 Instruct (70B)", "command"]


@needs_data
def test_with_the_penalty_that_genai_arena_used_its_data_give_the_ratings_that_it_published() -> None:
    """L2 with C = 1, logits in units of ln 10, on votes of which each stands twice.

    This checks the data, and what the penalty does: by decision our estimator has none, as a number that a penalty made
    up must not be shown. So the penalised maximum is found by SciPy, on our counts and win probabilities. The last line
    is about our own estimate.
    """
    battles = json.loads((Path(DATA) / "genai_arena" / "clean_battle_20240220.json").read_text(encoding="utf-8"))
    rows = [battle for battle in battles if battle["anony"] and battle["model_a"].endswith("_generation")]
    counts = PairCounts.from_votes(
        [row["model_a"].split("_")[1] for row in rows],
        [row["model_b"].split("_")[1] for row in rows],
        [GENAI_WINNERS[row["winner"]] for row in rows],
    )
    fitted = fit_bradley_terry(counts)

    def penalised(theta: np.ndarray) -> float:
        return float(
            (theta**2).sum() / math.log(10.0) ** 2 / 2 - 2 * (counts.points * np.log(win_probabilities(theta))).sum()
        )

    def slope(theta: np.ndarray) -> np.ndarray:
        p = win_probabilities(theta)
        return theta / math.log(10.0) ** 2 - 2.0 * (counts.points * p.T - counts.points.T * p).sum(axis=1)

    found = minimize(penalised, fitted.theta, jac=slope, method="BFGS", options={"gtol": 1e-9}).x
    ratings = dict(zip(counts.models, 1000.0 + 400.0 / math.log(10.0) * found, strict=True))
    published = {
        "PlayGroundV2": 1151.154,
        "PixArtAlpha": 1078.342,
        "SDXL": 1027.190,
        "SDXLTurbo": 972.160,
        "OpenJourney": 921.386,
        "LCM": 849.767,
    }
    assert ratings == pytest.approx(published, abs=5e-4)
    # Without the penalty, the ends are a little farther out.
    assert fitted.ratings.max() - 1151.154 == pytest.approx(0.18, abs=0.1)


@pytest.mark.parametrize("votes", [10.0, 1e9, 1e14])
def test_one_sided_pairs_converge_however_many_votes_they_have(votes: float) -> None:
    wins = np.zeros((30, 30))
    for i in range(29):
        wins[i, i + 1] = votes
        wins[i + 1, i] = 1.0
    nothing = np.zeros_like(wins)
    fitted = fit_bradley_terry(PairCounts(names(30), wins, nothing, nothing))

    assert -np.diff(fitted.theta) == pytest.approx(np.log(votes), rel=1e-6)


def test_equal_models_of_unequal_exposure_have_equal_ratings() -> None:
    ties = np.array([[0, 1, 0], [1, 0, 500], [0, 500, 0]])
    fitted = fit_bradley_terry(PairCounts(("a", "b", "c"), np.zeros((3, 3)), ties, np.zeros((3, 3))))

    assert fitted.ratings == pytest.approx(1000.0, abs=1e-9)
    assert fitted.iterations == 0


def test_a_model_that_only_lost_is_not_given_a_rating() -> None:
    with pytest.raises(NotRankableError) as caught:
        fit_bradley_terry(PairCounts(("a", "b", "c"), [[0, 2, 1], [1, 0, 1], [0, 0, 0]], *np.zeros((2, 3, 3))))
    assert caught.value.connectivity.components == (("a", "b"), ("c",))
    assert [(gap.winners, gap.losers) for gap in caught.value.connectivity.missing] == [(("c",), ("a", "b"))]


def test_votes_that_connect_two_halves_too_faintly_for_float64_are_refused() -> None:
    wins = np.array([[0.0, 1e9, 0, 0], [1e9, 0, 1e-12, 0], [0, 1e-12, 0, 1e9], [0, 0, 1e9, 0]])
    with pytest.raises(IllConditionedError):
        fit_bradley_terry(PairCounts(names(4), wins, np.zeros((4, 4)), np.zeros((4, 4))))


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=10, deadline=None)
def test_a_fit_that_starts_from_the_last_one_takes_two_or_three_steps(seed: int) -> None:
    rng = np.random.default_rng(seed)
    wins = rng.poisson(200.0, (20, 20)).astype(np.float64)
    np.fill_diagonal(wins, 0.0)
    nothing = np.zeros_like(wins)
    last = fit_bradley_terry(PairCounts(names(20), wins, nothing, nothing))
    wins[rng.integers(0, 10), rng.integers(10, 20)] += 20.0
    counts = PairCounts(names(20), wins, nothing, nothing)

    warm, cold = fit_bradley_terry(counts, start=last.theta), fit_bradley_terry(counts)
    assert warm.theta == pytest.approx(cold.theta, abs=1e-10)
    assert warm.iterations <= 3
