import re
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ratings.connectivity import NotRankableError, explanation, find_connectivity, missing_words
from app.ratings.counts import PairCounts
from tests.ratings.simulated import names

NAMED = st.tuples(st.integers(0, 5), st.integers(0, 5), st.sampled_from(["win", "tie", "both_bad"]))


def counts_of(size: int, votes: list[tuple[int, int, str]]) -> PairCounts:
    slots = {"win": np.zeros((size, size)), "tie": np.zeros((size, size)), "both_bad": np.zeros((size, size))}
    for i, j, kind in votes:
        if i != j:
            slots[kind][i, j] += 1.0
            if kind != "win":
                slots[kind][j, i] += 1.0
    return PairCounts(names(size), slots["win"], slots["tie"], slots["both_bad"])


@given(votes=st.lists(NAMED, max_size=14))
@settings(max_examples=100, deadline=None)
def test_it_is_rankable_exactly_when_nobody_stands_above_all_others(votes: list[tuple[int, int, str]]) -> None:
    """Ford's condition, tried on every division of the models into two groups."""
    counts = counts_of(6, votes)
    divided = any(
        not counts.points[np.ix_(group, sorted(set(range(6)) - set(group)))].any()
        for size in range(1, 6)
        for group in combinations(range(6), size)
    )

    assert find_connectivity(counts).is_rankable is not divided


@given(votes=st.lists(NAMED, min_size=1, max_size=10))
@settings(max_examples=100, deadline=None)
def test_the_wins_that_are_missing_make_all_models_with_votes_rankable(votes: list[tuple[int, int, str]]) -> None:
    counts = counts_of(6, votes)
    found = find_connectivity(counts)
    voted = sorted(set(counts.models) - set(found.without_votes))
    assert sorted(name for component in found.components for name in component) == voted

    wins = counts.wins.copy()
    place = {name: index for index, name in enumerate(counts.models)}
    for gap in found.missing:
        wins[place[gap.winners[0]], place[gap.losers[-1]]] += 1.0
    completed = PairCounts(counts.models, wins, counts.ties, counts.both_bad).restricted_to(voted)
    assert not voted or find_connectivity(completed).is_rankable


def test_parts_are_listed_with_most_models_first_then_most_votes() -> None:
    votes = [(0, 1, "tie"), (2, 3, "tie"), (2, 3, "both_bad"), (4, 0, "win")]
    found = find_connectivity(counts_of(6, votes))
    model = names(6)

    assert found.components == ((model[2], model[3]), (model[0], model[1]), (model[4],))
    assert found.without_votes == (model[5],)
    assert not found.is_rankable


def test_one_model_alone_or_none_cannot_be_ranked() -> None:
    assert not find_connectivity(counts_of(1, [])).is_rankable
    assert not find_connectivity(counts_of(0, [])).is_rankable


@pytest.mark.parametrize(
    ("size", "votes", "said", "missing"),
    [
        (
            3,
            [(0, 1, "tie")],
            "the model model-002 has no votes",
            ["model-002 both wins and loses, or ties, against one"],
        ),
        (
            4,
            [(0, 1, "tie")],
            r"the models \(model-002, model-003\) have no votes",
            ["model-002 both wins and loses", "model-003 both wins and loses"],
        ),
        (
            3,
            [(0, 1, "win")],
            r"2 groups .*: \(model-000\); \(model-001\); the model model-002 has no votes",
            ["model-001 beats, or ties with, model-000", "model-002 both wins and loses"],
        ),
        (2, [], r"the models \(model-000, model-001\) have no votes", ["against another"] * 2),
    ],
)
def test_models_without_votes_are_named_with_what_is_missing(
    size: int, votes: list[tuple[int, int, str]], said: str, missing: list[str]
) -> None:
    connectivity = find_connectivity(counts_of(size, votes))
    words = missing_words(connectivity)

    assert re.search(said, explanation(connectivity))
    assert "1 groups" not in explanation(connectivity)
    assert len(words) == len(missing)
    assert all(part in whole for part, whole in zip(missing, words, strict=True))


@pytest.mark.parametrize(
    ("reason", "message"),
    [(None, r"2 groups .*: \(model-000, model-001\); \(model-002\)$"), ("because", "^because$")],
)
def test_the_error_says_why_and_carries_what_is_connected(reason: str | None, message: str) -> None:
    connectivity = find_connectivity(counts_of(3, [(0, 1, "tie"), (1, 2, "win")]))
    with pytest.raises(NotRankableError, match=message) as caught:
        raise NotRankableError(connectivity, reason)
    assert caught.value.connectivity is connectivity
