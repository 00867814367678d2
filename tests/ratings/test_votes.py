import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ratings.votes import WINNERS, CodedVotes, InvalidVotesError

NAMES = st.sampled_from(["owl", "elk", "yak", "ant"])


@given(st.lists(st.tuples(NAMES, NAMES, st.sampled_from(WINNERS)).filter(lambda vote: vote[0] != vote[1])))
def test_names_come_back_from_their_codes(rows: list[tuple[str, str, str]]) -> None:
    columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], []]
    votes = CodedVotes.from_names(*columns, models=["zebu"])
    assert votes.models == tuple(sorted({"zebu", *columns[0], *columns[1]}))
    assert [votes.models[code] for code in votes.model_a] == columns[0]
    assert [votes.models[code] for code in votes.model_b] == columns[1]
    assert [WINNERS[code] for code in votes.winner] == columns[2]


@pytest.mark.parametrize("arrow", [True, False])
@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (("owl", "owl", "tie"), "model 'owl' is compared with itself"),
        (("owl", "", "tie"), "'' is not the name of a model"),
        ((None, "elk", "tie"), "None is not the name of a model"),
        (("owl", "elk", "draw"), "winner 'draw' is not one of model_a, model_b, tie, both_bad"),
        (("owl", "elk", None), "winner None is not one of"),
    ],
)
def test_the_first_row_that_is_no_vote_is_named(row: tuple[str, str, str], problem: str, arrow: bool) -> None:
    good = [("owl", "elk", "tie"), ("elk", "owl", "model_b")]
    columns = [list(column) for column in zip(*good, row, *good, ("yak", "yak", "what"), strict=True)]
    with pytest.raises(InvalidVotesError, match=rf"^row 3: {problem}") as caught:
        CodedVotes.from_names(*([pa.array(column) for column in columns] if arrow else columns))
    assert caught.value.row == 3


@pytest.mark.parametrize("name", [7, float("nan"), b"owl"])
def test_a_name_that_is_no_text_is_refused(name: object) -> None:
    with pytest.raises(InvalidVotesError, match=r"^row 2: .* is not the name of a model"):
        CodedVotes.from_names(["owl", name], ["elk", "elk"], ["tie", "tie"])


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="2 first models, 1 second models and 1 winners"):
        CodedVotes.from_names(["owl", "elk"], ["elk"], ["tie"])


@pytest.mark.parametrize(
    ("codes", "problem"),
    [
        (([0, 2], [1, 0], [0, 0]), "row 2: model_a 2 is not a code from 0 to 1"),
        (([0, 1], [1, 0], [0, -1]), "row 2: winner -1 is not a code from 0 to 3"),
        (([0, 1], [1, 1], [0, 0]), "row 2: model 'owl' is compared with itself"),
    ],
)
def test_codes_that_stand_for_nothing_are_refused_with_their_row(codes: tuple[list[int], ...], problem: str) -> None:
    with pytest.raises(InvalidVotesError, match=problem):
        CodedVotes(("elk", "owl"), *(np.array(column) for column in codes))


def test_names_that_do_not_ascend_are_refused() -> None:
    with pytest.raises(ValueError, match="different and sorted"):
        CodedVotes(("owl", "elk"), np.array([0]), np.array([1]), np.array([0]))


def test_nobody_can_write_to_votes() -> None:
    votes = CodedVotes.from_names(["owl"], ["elk"], ["tie"])
    with pytest.raises(ValueError, match="read-only"):
        votes.winner[0] = 1
