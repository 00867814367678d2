import json
from pathlib import Path

import evalica
import numpy as np
import pytest
from hypothesis import given, settings

from app.ratings import elo as elo_module
from app.ratings.elo import elo_history, online_elo, permuted_elo
from app.ratings.votes import CodedVotes
from tests.ratings.simulated import DATA, arenas, connected_votes, llmfao, names, needs_data

GENAI_ELO = {
    "PlayGroundV2": 1127.107974356074,
    "PixArtAlpha": 1078.8763475472317,
    "SDXL": 1024.0055668239413,
    "SDXLTurbo": 978.989041493218,
    "OpenJourney": 925.5364459018888,
    "LCM": 865.4846238776489,
}


def genai_battles() -> CodedVotes:
    """The anonymous battles of text-to-image models, in the order in which they were cast."""
    battles = json.loads((Path(DATA) / "genai_arena" / "clean_battle_20240220.json").read_text(encoding="utf-8"))
    kept = [battle for battle in battles if battle["anony"] and battle["model_a"].endswith("_generation")]
    kept.sort(key=lambda battle: battle["tstamp"])
    winners = {"tie (bothbad)": "both_bad"}
    return CodedVotes.from_names(
        [battle["model_a"].split("_")[1] for battle in kept],
        [battle["model_b"].split("_")[1] for battle in kept],
        [winners.get(battle["winner"], battle["winner"]) for battle in kept],
    )


@needs_data
def test_it_reproduces_what_genai_arena_computed_from_its_battles() -> None:
    elo = online_elo(genai_battles())
    assert dict(zip(elo.models, elo.ratings.tolist(), strict=True)) == pytest.approx(GENAI_ELO, abs=1e-9)


@needs_data
def test_which_model_comes_first_on_llmfao_depends_on_the_order_of_its_votes() -> None:
    votes = llmfao()[0]
    averaged = permuted_elo(votes, orders=20, seed=1)
    assert np.count_nonzero(averaged.first) > 1
    assert averaged.deviations.max() > 3.0


@given(arena=arenas())
@settings(max_examples=25, deadline=None)
def test_it_is_evalicas_elo(arena: tuple[CodedVotes, np.ndarray, np.random.Generator]) -> None:
    votes, _, rng = arena
    k = float(rng.uniform(1.0, 40.0))
    winner = (evalica.Winner.X, evalica.Winner.Y, evalica.Winner.Draw, evalica.Winner.Draw)
    theirs = evalica.elo(
        [votes.models[code] for code in votes.model_a],
        [votes.models[code] for code in votes.model_b],
        [winner[code] for code in votes.winner],
        initial=1000.0,
        base=10.0,
        scale=400.0,
        k=k,
    ).scores
    expected = theirs.loc[list(votes.models)].to_numpy()
    assert online_elo(votes, k=k).ratings == pytest.approx(expected, abs=1e-9, rel=0.0)


def played(votes: CodedVotes, order: np.ndarray, k: float) -> list[float]:
    """Elo from its definition, one vote after the other."""
    ratings = [1000.0] * len(votes.models)
    for vote in order:
        a, b = int(votes.model_a[vote]), int(votes.model_b[vote])
        expected = 1.0 / (1.0 + 10.0 ** ((ratings[b] - ratings[a]) / 400.0))
        score = (1.0, 0.0, 0.5, 0.5)[int(votes.winner[vote])]
        ratings[a] += k * (score - expected)
        ratings[b] += k * ((1.0 - score) - (1.0 - expected))
    return ratings


def test_one_vote_moves_both_models_by_as_much() -> None:
    votes = CodedVotes.from_names(["owl"], ["elk"], ["model_a"])
    assert online_elo(votes, k=32.0).ratings.tolist() == [984.0, 1016.0]


def test_a_tie_and_both_bad_move_the_stronger_one_down() -> None:
    for level in ("tie", "both_bad"):
        votes = CodedVotes.from_names(["owl", "owl"], ["elk", "elk"], ["model_a", level])
        elk, owl = online_elo(votes, k=32.0).ratings.tolist()
        assert 1000.0 < owl < 1016.0
        assert elk + owl == pytest.approx(2000.0)


def test_a_history_ends_where_the_ratings_do_and_is_read_after_every_so_many_votes() -> None:
    votes, _ = connected_votes(np.random.default_rng(1), 5, 95)
    history = elo_history(votes, every=30)
    assert history.votes.tolist() == [30, 60, 90, 100]
    np.testing.assert_array_equal(history.ratings[-1], online_elo(votes).ratings)
    first = CodedVotes(votes.models, votes.model_a[:60], votes.model_b[:60], votes.winner[:60])
    np.testing.assert_array_equal(history.ratings[1], online_elo(first).ratings)


def test_a_history_of_no_votes_is_empty() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    history = elo_history(CodedVotes(names(2), nothing, nothing, nothing), every=10)
    assert history.votes.tolist() == []
    assert history.ratings.shape == (0, 2)


def test_the_mean_over_orders_is_that_of_playing_each_order_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elo_module, "STEPS_AT_ONCE", 7)
    votes, _ = connected_votes(np.random.default_rng(2), 6, 200)
    averaged = permuted_elo(votes, orders=5, k=16.0, seed=9)
    rng = np.random.default_rng(9)
    each = [played(votes, rng.permutation(len(votes.winner)), 16.0) for _ in range(5)]
    np.testing.assert_allclose(averaged.ratings, np.mean(each, axis=0), rtol=0, atol=1e-9)
    np.testing.assert_allclose(averaged.deviations, np.std(each, axis=0, ddof=1), rtol=0, atol=1e-9)
    np.testing.assert_allclose(averaged.lowest, np.min(each, axis=0), rtol=0, atol=1e-9)
    np.testing.assert_allclose(averaged.highest, np.max(each, axis=0), rtol=0, atol=1e-9)
    np.testing.assert_allclose(averaged.first, np.bincount(np.argmax(each, axis=1), minlength=6) / 5)


def test_the_same_seed_gives_the_same_orders_and_another_seed_others() -> None:
    votes, _ = connected_votes(np.random.default_rng(3), 4, 100)
    one, again, other = (permuted_elo(votes, orders=3, seed=seed).ratings for seed in (5, 5, 6))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("k", [0.0, -4.0, 401.0, float("nan")])
def test_a_step_that_makes_no_sense_is_refused(k: float) -> None:
    votes = CodedVotes.from_names(["owl"], ["elk"], ["tie"])
    with pytest.raises(ValueError, match="k is"):
        permuted_elo(votes, k=k)


def test_a_mean_over_no_orders_and_a_history_of_every_no_votes_are_refused() -> None:
    votes = CodedVotes.from_names(["owl"], ["elk"], ["tie"])
    with pytest.raises(ValueError, match="no mean"):
        permuted_elo(votes, orders=0)
    with pytest.raises(ValueError, match="not after 0"):
        elo_history(votes, every=0)
