"""arena-rank, the engine of the largest public arena, on the same votes.

Both maximise the same likelihood, ours by Newton until the gradient is below 1e-8 votes, theirs by L-BFGS on the mean
over votes until that falls by less than 1e-9 of itself. So ratings agree as far as its stopping rule reaches. Its
intervals come from a sandwich whose Hessian has 1e-5 times the number of votes added to its diagonal. That shrinks the
interval of a model by about the share that the ridge has in the model's own information: little for the usual model,
a third for one with 300 of 3 million votes.
"""

from types import ModuleType

import numpy as np
import pytest
from scipy.special import expit

from app.ratings import CodedVotes, PairCounts, fit_bradley_terry, rating_intervals, sandwich_covariance

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(600)]

RARE_VOTES = 40


@pytest.fixture
def arena_rank() -> ModuleType:
    module: ModuleType = pytest.importorskip("arena_rank", reason="make oracle installs it")
    return module


def arena(number: int, *, with_a_rare_model: bool) -> CodedVotes:
    """Votes of all kinds on twelve models; the last is in RARE_VOTES of them, if it is there."""
    rng = np.random.default_rng(11)
    common = 11 if with_a_rare_model else 12
    theta = np.linspace(-0.9, 0.9, 12)[rng.permutation(12)]
    first, step = rng.integers(common, size=number), rng.integers(1, common, size=number)
    second = (first + step) % common
    if with_a_rare_model:
        second[:RARE_VOTES] = 11
    draw = rng.random(number)
    won = rng.random(number) < expit(theta[first] - theta[second])
    winner = np.where(draw < 0.2, 2, np.where(draw < 0.25, 3, np.where(won, 0, 1)))
    return CodedVotes(tuple(f"model-{place:02}" for place in range(12)), first, second, winner)


def theirs(votes: CodedVotes) -> dict[str, np.ndarray]:
    """Their ratings, centred at 1000, and half widths, in our order of models."""
    import pandas as pd  # noqa: PLC0415 (there only in the oracles' environment)
    from arena_rank.models.bradley_terry import BradleyTerry  # noqa: PLC0415
    from arena_rank.utils.data_utils import PairDataset  # noqa: PLC0415

    words = np.array(["model_a", "model_b", "tie", "both_bad"])
    names = np.array(votes.models)
    frame = pd.DataFrame(
        {"model_a": names[votes.model_a], "model_b": names[votes.model_b], "winner": words[votes.winner]}
    )
    dataset = PairDataset.from_pandas(frame)
    found = BradleyTerry(n_competitors=len(dataset.competitors)).compute_ratings_and_cis(dataset)
    order = np.argsort([str(name) for name in found["competitors"]])
    ratings, lower, upper = (
        np.asarray(found[key], dtype=np.float64)[order] for key in ("ratings", "rating_lower", "rating_upper")
    )
    return {"ratings": 1000.0 + ratings - ratings.mean(), "half": (upper - lower) / 2.0}


def ours(votes: CodedVotes) -> dict[str, np.ndarray]:
    counts = PairCounts.from_coded_votes(votes)
    fitted = fit_bradley_terry(counts)
    found = rating_intervals(fitted.models, fitted.theta, sandwich_covariance(counts, fitted))
    return {"ratings": found.ratings, "half": (found.rating_upper - found.rating_lower) / 2.0}


@pytest.mark.parametrize("with_a_rare_model", [False, True])
def test_ratings_agree(arena_rank: ModuleType, with_a_rare_model: bool) -> None:
    votes = arena(20_000, with_a_rare_model=with_a_rare_model)
    assert ours(votes)["ratings"] == pytest.approx(theirs(votes)["ratings"], abs=1e-3, rel=0.0)


def test_intervals_agree_to_a_percent_where_all_models_are_shown_alike(arena_rank: ModuleType) -> None:
    votes = arena(20_000, with_a_rare_model=False)
    assert ours(votes)["half"] == pytest.approx(theirs(votes)["half"], rel=0.01)


def test_its_ridge_makes_the_interval_of_a_rare_model_too_narrow(arena_rank: ModuleType) -> None:
    votes = arena(20_000, with_a_rare_model=True)
    ratio = theirs(votes)["half"] / ours(votes)["half"]
    assert ratio[:11] == pytest.approx(1.0, rel=0.01)
    assert ratio[11] < 0.99
