"""What a board says in words."""

import pytest

from app.leaderboards.compute import compute_board
from app.leaderboards.schemas import EntryOut
from app.leaderboards.words import gaps, headline, kind_notes, names
from tests.leaderboards.votes import counted, ring


def first_line(results: list[tuple[str, str, str]], *, models: tuple[str, ...] = ()) -> str:
    board = compute_board(counted(results, models=models))
    return headline([EntryOut.model_validate(entry) for entry in board.entries], board.details)


@pytest.mark.parametrize(
    ("results", "line"),
    [
        (ring(["a", "b"]), "Of 2 models, 2 could be first (95 %): a and b."),
        (ring(["a", "b", "c"]), "Of 3 models, 3 could be first (95 %): a, b and c."),
        (ring(list("abcde")), "Of 5 models, 5 could be first (95 %)."),
        (
            [("a", "b", "model_a")] * 60 + [("b", "a", "model_a")] * 3,
            "Of 2 models, only a could be first (95 %).",
        ),
        (
            [*ring(["a", "b"]), ("c", "a", "model_a")],
            "Of 2 connected models, 2 could be first (95 %): a and b. 1 cannot be ranked yet.",
        ),
        (
            [("a", "b", "model_a")],
            "No ranking exists yet: no two models have each won or tied against the other, not even through others.",
        ),
        ([], "No vote counts at the moment: all that were cast have been taken back or set aside."),
    ],
)
def test_the_first_line_says_who_could_be_first(results: list[tuple[str, str, str]], line: str) -> None:
    assert first_line(results, models=("a", "b")) == line


def test_models_without_votes_do_not_count_in_the_first_line() -> None:
    assert first_line(ring(["a", "b"]), models=("unseen",)).startswith("Of 2 models")


def test_a_gap_is_told_as_the_vote_that_would_close_it() -> None:
    board = compute_board(counted([*ring(["a", "b", "c"]), ("a", "d", "model_a")]))
    assert gaps(board.details.missing) == ["d has yet to beat, or tie with, one of a, b and c."]


def test_a_long_list_of_gaps_is_cut_and_says_so() -> None:
    results = [("top", f"m{number:02}", "model_a") for number in range(30)]
    lines = gaps(compute_board(counted(results)).details.missing)
    assert len(lines) == 9
    assert lines[-1] == "And 22 more of this kind."


def test_simulated_votes_are_named_as_such_and_human_ones_need_no_word() -> None:
    simulated = compute_board(counted(ring(["a", "b"]), kind="simulated")).details
    human = compute_board(counted(ring(["a", "b"]))).details
    assert "not by people" in kind_notes(simulated)[0]
    assert kind_notes(human) == []
    mixed = human.model_copy(update={"votes_by_kind": {"human": 2, "simulated": 1204}})
    assert kind_notes(mixed) == ["Kept apart and never mixed with these: 1,204 votes by simulated annotators."]


def test_long_lists_of_names_are_cut_where_that_makes_them_shorter() -> None:
    assert names(["a"]) == "a"
    assert names(["a", "b", "c", "d"]) == "a, b, c and d"
    assert names(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
