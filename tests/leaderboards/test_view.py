"""Rows, their order, the axis and the matrix."""

import pytest

from app.leaderboards.compute import compute_board
from app.leaderboards.pair_tables import count_matrix, residuals, win_rate_matrix
from app.leaderboards.schemas import EntryOut
from app.leaderboards.view import COLUMNS, BoardQuery, headings, rating_axis, select_rows
from tests.leaderboards.votes import counted, ring


def entry(model: str, **changes: object) -> EntryOut:
    numbers = {"rank": 1, "rank_upper": 1, "rank_lower": 3, "rating": 1000.0, "rating_lower": 900.0}
    numbers |= {"rating_upper": 1100.0, "votes": 5, "win_rate": 0.5, "elo": 1000.0}
    return EntryOut.model_validate({"model": model, **numbers, **changes})


ENTRIES = [
    entry("Beta", rank=1, rating=1200.0, votes=9, organisation="Zeta Labs"),
    entry("alpha", rank=2, rating=1100.0, votes=50, organisation=None),
    entry("gamma", rank=None, rating=None, rating_lower=None, rating_upper=None, votes=2, organisation="acme"),
]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("rank", ["Beta", "alpha", "gamma"]),
        ("-rank", ["alpha", "Beta", "gamma"]),
        ("model", ["alpha", "Beta", "gamma"]),
        ("-votes", ["alpha", "Beta", "gamma"]),
        ("votes", ["gamma", "Beta", "alpha"]),
        ("organisation", ["gamma", "Beta", "alpha"]),
        ("-organisation", ["Beta", "gamma", "alpha"]),
        ("rating", ["alpha", "Beta", "gamma"]),
    ],
)
def test_rows_come_in_the_order_asked_for_and_unknown_values_last(sort: str, order: list[str]) -> None:
    assert [row.model for row in select_rows(ENTRIES, BoardQuery(sort=sort))] == order


@pytest.mark.parametrize(
    ("q", "found"), [("BET", ["Beta"]), (" acme ", ["gamma"]), ("", ["Beta", "alpha", "gamma"]), ("%", [])]
)
def test_a_search_looks_into_names_and_organisations(q: str, found: list[str]) -> None:
    assert [row.model for row in select_rows(ENTRIES, BoardQuery(q=q))] == found


def test_a_heading_sorts_best_first_and_then_turns_round_and_keeps_the_search() -> None:
    links = {heading.column.key: heading.link for heading in headings(BoardQuery(q="a&b"))}
    assert links["votes"] == "?sort=-votes&q=a%26b"
    assert links["model"] == "?sort=model&q=a%26b"
    assert links["rank"] == "?sort=-rank&q=a%26b"
    turned = {heading.column.key: heading for heading in headings(BoardQuery(sort="-votes"))}
    assert turned["votes"].sorted == "descending"
    assert turned["votes"].link == "?sort=votes"
    assert turned["rank"].link == "?"
    assert len(links) == len(COLUMNS)


def test_all_intervals_fit_on_the_axis_with_round_ticks() -> None:
    axis = rating_axis([entry("a", rating_lower=843.2, rating_upper=1226.9), entry("b")])
    assert axis is not None
    assert axis.ticks == (900, 1000, 1100, 1200)
    assert (axis.x(843.2), axis.x(1226.9)) == ("6", "194")


def test_an_axis_without_width_is_given_some_and_one_without_ratings_is_none() -> None:
    flat = rating_axis([entry("a", rating_lower=1000.0, rating_upper=1000.0)])
    assert flat is not None
    assert flat.x(1000.0) == "100"
    assert rating_axis([ENTRIES[2]]) is None


def test_the_matrix_shows_win_rates_in_the_order_of_the_board() -> None:
    results = [("b", "a", "model_a")] * 3 + [("a", "b", "tie")] + ring(["a", "b", "c"])
    board = compute_board(counted(results, models=["unseen"]))
    entries = [EntryOut.model_validate(each) for each in board.entries]
    matrix = win_rate_matrix(entries, board.details)
    assert matrix is not None
    shares = {(row.model, other.model): cell for row in matrix for other, cell in zip(matrix, row.cells, strict=True)}
    assert [row.model for row in matrix] == [each.model for each in entries if each.votes]
    assert shares["b", "a"] == "70"
    assert shares["a", "b"] == "30"
    assert shares["a", "a"] == ""
    assert shares["c", "a"] == "100"


def test_a_matrix_too_large_for_a_page_is_left_out() -> None:
    board = compute_board(counted(ring([f"m{number:02}" for number in range(65)])))
    assert win_rate_matrix([EntryOut.model_validate(each) for each in board.entries], board.details) is None


def test_the_tables_over_pairs_count_votes_and_show_the_largest_surprise_first() -> None:
    board = compute_board(counted([*ring(["a", "b", "c"], 4), *[("a", "b", "model_b")] * 2]))
    entries = [EntryOut.model_validate(each) for each in board.entries]
    counts = count_matrix(entries, board.details)
    assert counts is not None
    by_name = {row.model: dict(zip([each.model for each in counts], row.cells, strict=True)) for row in counts}
    assert (by_name["a"]["b"], by_name["b"]["a"], by_name["c"]["a"], by_name["a"]["a"]) == ("6", "6", "4", "")

    found = residuals(board.details)
    assert {(one.model_a, one.model_b, one.votes) for one in found} == {("a", "b", 6), ("b", "c", 4), ("a", "c", 4)}
    assert [abs(one.difference) for one in found] == sorted((abs(one.difference) for one in found), reverse=True)
    pair = next(one for one in found if (one.model_a, one.model_b) == ("a", "b"))
    assert pair.observed == pytest.approx(100 * 4 / 6)
