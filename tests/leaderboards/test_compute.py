"""From counted votes to a board."""

import hashlib
import json
import struct
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.leaderboards import compute
from app.leaderboards.compute import compute_board, hash_votes
from app.leaderboards.ranking import BY_VOTE, CLUSTERED, WIDENED
from app.leaderboards.schemas import BoardDetails
from app.leaderboards.slices import SliceDefinition
from app.ratings import WINNERS, IllConditionedError
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

    monkeypatch.setattr(compute, "rank", refuse)
    board = compute_board(counted(ring(["a", "b", "c"])))

    assert board.details.unresolved
    assert all(entry.rating is None for entry in board.entries)


def test_equal_models_share_a_place() -> None:
    board = compute_board(counted([*ring(["a", "b", "c"], rounds=40), ("d", "a", "model_b"), ("d", "a", "model_a")]))

    assert {entry.rank for entry in board.entries} == {1}


def test_the_hash_is_of_the_counts_and_of_nothing_else() -> None:
    results = [("é", "b", "tie"), ("b", "é", "model_a"), ("é", "b", "model_b")]
    board = compute_board(counted(results, models=["a", "unseen"]))
    # b is 0 and é is 1: b won twice, and once it was a tie.
    written_out = '["b","é"]\n'.encode() + struct.pack("<6q", 0, 1, 2, 0, 1, 0)

    assert board.input_hash == hashlib.sha256(written_out).hexdigest()
    assert compute_board(counted(results[::-1])).input_hash == board.input_hash
    assert compute_board(counted(results[:2])).input_hash != board.input_hash


def test_the_hash_of_single_votes_is_of_their_order_and_voters_too() -> None:
    results = [("é", "b", "tie"), ("b", "é", "model_a")]
    votes = counted(results, models=["a", "unseen"], voters=[0, 1]).single
    # b is 0 and é is 1: (1 * 2 + 0) * 4 + 2, then (0 * 2 + 1) * 4 + 0; then the two voters.
    written_out = '["b","é"]\n'.encode() + struct.pack("<4i", 10, 4, 0, 1)

    assert hash_votes(votes) == hashlib.sha256(written_out).hexdigest()
    assert hash_votes(counted(results[::-1], voters=[0, 1]).single) != hash_votes(votes)
    assert hash_votes(counted(results).single) != hash_votes(votes), "here one person cast both"


@pytest.mark.parametrize("method", ["davidson", "rao-kupper", "four-outcomes"])
def test_every_method_ranks_the_same_votes_and_predicts_their_win_rates(method: str) -> None:
    results = [*[("a", "b", "model_a")] * 12, *[("a", "b", "model_b")] * 6, *[("a", "b", "tie")] * 4]
    results += [*[("c", "b", "model_b")] * 10, *[("c", "b", "model_a")] * 8, *[("b", "c", "both_bad")] * 4]
    results += [*[("a", "c", "model_a")] * 14, *[("c", "a", "model_a")] * 5, *[("c", "a", "tie")] * 4]
    board = compute_board(counted(results), method)

    assert board.method == method
    assert board.entries[0].model == "a"
    assert board.details.parameters
    for (_, _, wins_a, wins_b, ties, both_bad), rate in zip(board.details.pairs, board.details.predicted, strict=True):
        observed = (wins_a + (ties + both_bad) / 2) / (wins_a + wins_b + ties + both_bad)
        assert rate == pytest.approx(observed, abs=0.05)


def test_a_slice_with_too_few_votes_shows_no_ranking() -> None:
    definition = SliceDefinition(minimum_votes=7)
    few, enough = ring(["a", "b", "c"], 2), [*ring(["a", "b", "c"], 2), ("a", "b", "tie")]

    assert compute_board(replace(counted(few), definition=definition)).details.minimum_votes == 7
    assert all(entry.rating is None for entry in compute_board(replace(counted(few), definition=definition)).entries)
    board = compute_board(replace(counted(enough), definition=definition))
    assert board.details.minimum_votes is None
    assert all(entry.rating is not None for entry in board.entries)


def test_intervals_are_clustered_where_voters_are_enough_to_tell_how_they_differ() -> None:
    results = [("a", "b", "model_a")] * 60 + [("a", "b", "model_b")] * 60
    each_alone = compute_board(counted(results, voters=range(120)))
    loyal = compute_board(counted(results, voters=[number // 6 for number in range(120)]))
    few = compute_board(counted(results, voters=[number % 9 for number in range(120)]))

    def width(board: compute.Board) -> float:
        return board.entries[0].rating_upper - board.entries[0].rating_lower

    assert each_alone.settings["intervals"] == loyal.settings["intervals"] == CLUSTERED
    assert few.settings["intervals"] == BY_VOTE
    assert width(loyal) > 2 * width(each_alone), "six votes of one person, all alike, are worth about one"
    assert width(few) == pytest.approx(width(each_alone), rel=0.05)


def test_a_count_without_single_votes_widens_intervals_as_the_last_look_did() -> None:
    results = [("a", "b", "model_a")] * 60 + [("a", "b", "model_b")] * 60
    looked = compute_board(counted(results, voters=[number // 6 for number in range(120)]))
    earlier = looked.details.single_votes
    later = compute_board(replace(counted(results), single=None, earlier=earlier))

    assert later.settings["intervals"] == WIDENED
    for one, other in zip(looked.entries, later.entries, strict=True):
        assert other.rating_lower == pytest.approx(one.rating_lower)
        assert other.elo == one.elo
    assert later.details.single_votes == earlier


def test_settings_tell_whose_votes_were_counted() -> None:
    human, simulated = (compute_board(counted(ring(["a", "b"]), kind=kind)) for kind in ("human", "simulated"))

    assert human.input_hash == simulated.input_hash
    assert human.settings["annotator_kinds"] == ["human"]
    assert simulated.settings["annotator_kinds"] == ["simulated"]
    assert json.loads(json.dumps(human.settings)) == human.settings


def test_a_board_with_style_controlled_ranks_models_as_if_they_wrote_alike() -> None:
    """a wins only because it writes longer: at equal length the models are equal."""
    results = [("a", "b", "model_a")] * 40 + [("a", "b", "model_b")] * 20 + [("b", "a", "model_a")] * 20
    results += [("a", "b", "model_a")] * 20 + [("b", "a", "model_a")] * 10
    longer = [300.0] * 60 + [100.0] * 50
    shorter = [100.0] * 60 + [100.0] * 50
    lengths_a = np.array([longer[i] if results[i][0] == "a" else shorter[i] for i in range(110)])
    lengths_b = np.array([longer[i] if results[i][0] == "b" else shorter[i] for i in range(110)])
    none = np.zeros(110)
    styles = tuple(np.stack([lengths, none, none, none], axis=1) for lengths in (lengths_a, lengths_b))
    counts = replace(counted(results, voters=range(110)), styles=styles)
    plain, controlled = compute_board(counts), compute_board(counts, "style-controlled")

    def lead(board: compute.Board) -> float:
        ratings = {entry.model: entry.rating for entry in board.entries}
        return ratings["a"] - ratings["b"]

    assert lead(plain) > 0
    assert lead(controlled) < lead(plain)
    assert controlled.details.style_effects["length"].points > 0
    assert set(controlled.details.style_dropped) == {"headers", "lists", "bold"}
    assert controlled.input_hash == plain.input_hash
    assert controlled.settings["intervals"] == CLUSTERED


def test_a_method_without_an_estimate_ends_in_an_explanation() -> None:
    board = compute_board(counted([*ring(["a", "b", "c"], 5), ("a", "b", "tie")]), "four-outcomes")

    assert all(entry.rating is None for entry in board.entries)
    assert board.details.unresolved
    assert "both bad" in (board.details.unresolved_reason or "")
