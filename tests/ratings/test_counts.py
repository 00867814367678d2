import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ratings import tally
from app.ratings.counts import PairCounts
from app.ratings.votes import WINNERS, InvalidVotesError
from tests.ratings.simulated import arenas, connected_votes, weighted_counts


def same(found: PairCounts, expected: PairCounts) -> None:
    assert found.models == expected.models
    for name in ("wins", "ties", "both_bad"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-12)


@given(arenas())
def test_votes_are_counted_as_one_by_one(arena: tuple) -> None:
    votes, _, rng = arena
    weights = rng.uniform(0.0, 3.0, len(votes.winner))
    same(PairCounts.from_coded_votes(votes), weighted_counts(votes, np.ones(len(weights))))
    same(PairCounts.from_coded_votes(votes, weights), weighted_counts(votes, weights))


@pytest.mark.parametrize("kind", ["list", "object", "text", "arrow", "series", "category"])
def test_words_of_every_kind_give_the_same_counts(kind: str) -> None:
    votes, _ = connected_votes(np.random.default_rng(1), 6, 500)
    models = np.array(votes.models, dtype=object)
    columns = (models[votes.model_a], models[votes.model_b], np.array(WINNERS, dtype=object)[votes.winner])
    turned = {
        "list": lambda column: column.tolist(),
        "object": lambda column: column,
        "text": lambda column: column.astype(str),
        "arrow": pa.array,
        "series": pd.Series,
        "category": pd.Categorical,
    }[kind]
    weights = np.random.default_rng(2).uniform(0.0, 2.0, len(votes.winner))
    found = PairCounts.from_votes(*(turned(column) for column in columns), weights=weights)
    same(found, PairCounts.from_coded_votes(votes, weights))


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.int32, np.int64])
def test_categories_may_be_in_any_order_and_of_any_width(dtype: type) -> None:
    votes, _ = connected_votes(np.random.default_rng(3), 5, 300)
    backwards = votes.models[::-1]
    words = ("both_bad", "model_b", "model_a", "tie")
    winner = np.array([words.index(word) for word in WINNERS])[votes.winner]
    found = PairCounts.from_categories(
        (4 - votes.model_a).astype(dtype),
        (4 - votes.model_b).astype(dtype),
        winner.astype(dtype),
        models=backwards,
        winners=words,
    )
    same(found, PairCounts.from_coded_votes(votes))


def test_categories_of_which_some_winners_never_occur_are_enough() -> None:
    codes = np.array([0, 1], dtype=np.int8)
    found = PairCounts.from_categories(
        codes, codes[::-1], codes, models=["owl", "elk", "yak"], winners=["tie", "model_a"]
    )
    assert found.models == ("elk", "owl", "yak")
    assert found.ties[0, 1] == found.ties[1, 0] == 1.0
    assert found.wins[0, 1] == 1.0
    assert found.total_votes == 2.0


@pytest.mark.parametrize(
    ("position", "codes", "problem"),
    [
        (0, [0, 1, 2, 3], "row 3: model_a 2 is not a code from 0 to 1"),
        (1, [1, 0, -1, 0], "row 3: model_b -1 is not a code from 0 to 1"),
        (2, [0, 0, 9, 0], "row 3: winner 9 is not a code from 0 to 3"),
        (1, [1, 0, 0, 0], "row 3: model 0 is compared with itself"),
    ],
)
@pytest.mark.parametrize("block", [1, 1 << 16])
def test_codes_that_stand_for_nothing_are_refused_with_their_row(
    position: int, codes: list[int], problem: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally, "SMALLEST_BLOCK", block)
    columns = [[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 2, 3]]
    columns[position] = codes
    with pytest.raises(InvalidVotesError, match=problem) as caught:
        PairCounts.from_categories(*(np.array(column, dtype=np.int16) for column in columns), models=["elk", "owl"])
    assert caught.value.row == 3


def test_blocks_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    votes, _ = connected_votes(np.random.default_rng(5), 3, 500)
    weights = np.random.default_rng(6).uniform(0.0, 2.0, len(votes.winner))
    whole = PairCounts.from_coded_votes(votes), PairCounts.from_coded_votes(votes, weights)
    monkeypatch.setattr(tally, "SMALLEST_BLOCK", 7)
    same(PairCounts.from_coded_votes(votes), whole[0])
    same(PairCounts.from_coded_votes(votes, weights), whole[1])


@pytest.mark.parametrize("weight", [-1.0, np.nan, np.inf])
def test_a_weight_that_cannot_be_is_refused_with_its_row(weight: float) -> None:
    with pytest.raises(InvalidVotesError, match="row 2: weight"):
        PairCounts.from_votes(["owl", "owl"], ["elk", "elk"], ["tie", "tie"], weights=[1.0, weight])


def test_weights_of_other_votes_are_refused() -> None:
    with pytest.raises(ValueError, match="one number for each of 1 votes"):
        PairCounts.from_votes(["owl"], ["elk"], ["tie"], weights=[1.0, 1.0])


@pytest.mark.parametrize(
    ("models", "winners"), [(["owl", "owl"], WINNERS), (["owl", "elk"], ["tie", "tie"]), (["owl", "elk"], ["draw"])]
)
def test_categories_that_are_not_different_or_no_winners_are_refused(models: list[str], winners: list[str]) -> None:
    nothing = np.zeros(0, dtype=np.int8)
    with pytest.raises(ValueError, match="the categories must be different"):
        PairCounts.from_categories(nothing, nothing, nothing, models=models, winners=winners)


def test_codes_that_are_no_integers_are_refused() -> None:
    with pytest.raises(ValueError, match="winner must be as many integers as model_a"):
        PairCounts.from_categories(np.array([0]), np.array([1]), np.array([0.0]), models=["elk", "owl"])


@given(st.permutations(range(40)), st.integers(0, 2**40 - 1))
def test_the_same_rows_in_any_order_and_orientation_give_the_same_bits(order: list[int], turned: int) -> None:
    rng = np.random.default_rng(7)
    rows = [
        (f"m{a}", f"m{(a + step) % 5}", WINNERS[winner], float(n))
        for a, step, winner, n in zip(
            rng.integers(5, size=40), rng.integers(1, 5, size=40), rng.integers(4, size=40), rng.random(40), strict=True
        )
    ]
    other = {"model_a": "model_b", "model_b": "model_a"}
    again = [
        (b, a, other.get(winner, winner), n) if turned >> index & 1 else (a, b, winner, n)
        for index, (a, b, winner, n) in enumerate(rows[index] for index in order)
    ]
    one, two = PairCounts.from_rows(rows), PairCounts.from_rows(again)
    np.testing.assert_allclose(one.wins, two.wins, rtol=1e-15)
    np.testing.assert_allclose(one.ties, two.ties, rtol=1e-15)


@pytest.mark.parametrize("n", [float("nan"), float("inf"), -1.0])
def test_a_count_that_cannot_be_is_refused_with_its_row(n: float) -> None:
    with pytest.raises(InvalidVotesError, match="row 2: n is"):
        PairCounts.from_rows([("owl", "elk", "tie", 1.0), ("owl", "elk", "tie", n)])


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -1.0])
def test_matrices_that_cannot_be_are_refused(wrong: float) -> None:
    nothing = np.zeros((2, 2))
    with pytest.raises(ValueError, match="wins holds"):
        PairCounts(("elk", "owl"), np.array([[0.0, wrong], [1.0, 0.0]]), nothing, nothing)
    with pytest.raises(ValueError, match="compares a model with itself"):
        PairCounts(("elk", "owl"), np.eye(2), nothing, nothing)
    with pytest.raises(ValueError, match="ties must be symmetric"):
        PairCounts(("elk", "owl"), nothing, np.array([[0.0, 1.0], [0.0, 0.0]]), nothing)
    with pytest.raises(ValueError, match="must have shape"):
        PairCounts(("elk", "owl"), nothing, nothing, np.zeros((3, 3)))


def test_a_restriction_keeps_the_votes_among_the_named_models() -> None:
    counts = PairCounts.from_rows(
        [("owl", "elk", "tie", 2), ("owl", "yak", "model_a", 3), ("elk", "yak", "both_bad", 1)]
    )
    kept = counts.restricted_to(["yak", "owl"])
    assert kept.models == ("owl", "yak")
    assert (kept.wins[0, 1], kept.total_votes) == (3.0, 3.0)
    with pytest.raises(ValueError, match="no such model in the counts: gnu"):
        counts.restricted_to(["gnu"])
