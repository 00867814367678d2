"""From counted votes to a board."""

import hashlib
import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.leaderboards import compute
from app.leaderboards.compute import compute_board, hash_votes
from app.leaderboards.schemas import BoardDetails
from app.ratings import WINNERS, CodedVotes, IllConditionedError
from tests.leaderboards.votes import counted, ring

NAMES = ("a", "b", "c", "d", "é")
RESULTS = st.lists(
    st.tuples(st.permutations(NAMES), st.sampled_from(WINNERS)).map(lambda drawn: (*drawn[0][:2], drawn[1])),
    max_size=40,
)


def by_model(board: compute.Board) -> dict[str, compute.Entry]:
    return {entry.model: entry for entry in board.entries}


@given(RESULTS)
def test_every_model_has_one_line_and_every_vote_is_in_two_of_them(results: list[tuple[str, str, str]]) -> None:
    board = compute_board(counted(results, models=NAMES))

    assert sorted(entry.model for entry in board.entries) == sorted(NAMES)
    assert sum(entry.votes for entry in board.entries) == 2 * len(results)
    assert sum(sum(pair[2:]) for pair in board.details.pairs) == len(results)
    assert BoardDetails.model_validate_json(board.details.model_dump_json()) == board.details
    for entry in board.entries:
        numbers = (entry.rating, entry.rating_lower, entry.rating_upper, entry.rank, entry.rank_lower, entry.rank_upper)
        assert all(number is None for number in numbers) or all(number is not None for number in numbers)
        assert (entry.win_rate is None) == (entry.elo is None) == (entry.votes == 0)
        if entry.rating is not None:
            assert entry.rank_upper <= entry.rank <= entry.rank_lower
            assert entry.rating_lower <= entry.rating <= entry.rating_upper


def test_only_the_largest_connected_set_is_ranked_and_the_others_are_told_what_is_missing() -> None:
    results = [*ring(["a", "b", "c"]), ("a", "loser", "model_a"), ("champion", "a", "model_a")]
    board = compute_board(counted(results, models=["unseen"]))
    lines = by_model(board)

    assert [entry.model for entry in board.entries[:3]] == ["a", "b", "c"]
    assert [entry.rating is None for entry in board.entries] == [False, False, False, True, True, True]
    assert lines["champion"].win_rate == 1.0
    assert lines["champion"].elo == pytest.approx(1002, abs=0.1)
    assert lines["unseen"].votes == 0
    assert sorted(map(sorted, board.details.components)) == [["a", "b", "c"], ["champion"], ["loser"]]
    assert any(gap.winners == ["loser"] for gap in board.details.missing)


def test_a_first_vote_ranks_nobody_but_is_shown() -> None:
    board = compute_board(counted([("a", "b", "model_a")]))

    assert [entry.model for entry in board.entries] == ["a", "b"]
    assert all(entry.rating is None for entry in board.entries)
    assert [entry.win_rate for entry in board.entries] == [1.0, 0.0]


def test_an_arena_without_votes_has_an_empty_board() -> None:
    board = compute_board(counted([], models=["a", "b"]))

    assert board.votes == 0
    assert board.details.pairs == []
    assert [entry.rating for entry in board.entries] == [None, None]


def test_a_board_beyond_float64_says_so_instead_of_failing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise IllConditionedError("too faint")

    monkeypatch.setattr(compute, "rank_components", refuse)
    board = compute_board(counted(ring(["a", "b", "c"])))

    assert board.details.unresolved
    assert all(entry.rating is None for entry in board.entries)


def test_equal_models_share_a_place() -> None:
    board = compute_board(counted([*ring(["a", "b", "c"], rounds=40), ("d", "a", "model_b"), ("d", "a", "model_a")]))

    assert {entry.rank for entry in board.entries} == {1}


def test_the_hash_is_of_the_votes_in_order_and_of_nothing_else() -> None:
    votes = CodedVotes.from_names(["é", "b"], ["b", "é"], ["tie", "model_a"], models=["a", "unseen"])
    # b is 0 and é is 1: (1 * 2 + 0) * 4 + 2, then (0 * 2 + 1) * 4 + 0.
    written_out = '["b","é"]\n'.encode() + struct.pack("<2i", 10, 4)

    assert hash_votes(votes) == hashlib.sha256(written_out).hexdigest()
    turned = CodedVotes.from_names(["b", "é"], ["é", "b"], ["model_a", "tie"])
    assert hash_votes(turned) != hash_votes(votes)


def test_settings_tell_whose_votes_were_counted() -> None:
    human, simulated = (compute_board(counted(ring(["a", "b"]), kind=kind)) for kind in ("human", "simulated"))

    assert human.input_hash == simulated.input_hash
    assert human.settings["annotator_kinds"] == ["human"]
    assert simulated.settings["annotator_kinds"] == ["simulated"]
    assert json.loads(json.dumps(human.settings)) == human.settings
