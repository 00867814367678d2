import numpy as np
import pytest

from app.ratings.categories import count_by_category, count_categories
from app.ratings.counts import PairCounts
from app.ratings.votes import CodedVotes, InvalidVotesError
from tests.ratings.simulated import connected_votes, weighted_counts


def part_of(votes: CodedVotes, kept: np.ndarray) -> CodedVotes:
    return CodedVotes(votes.models, votes.model_a[kept], votes.model_b[kept], votes.winner[kept])


def same(found: PairCounts, expected: PairCounts) -> None:
    assert found.models == expected.models
    for name in ("wins", "ties", "both_bad"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-12)


def test_categories_that_overlap_are_counted_as_each_by_itself() -> None:
    rng = np.random.default_rng(1)
    votes, _ = connected_votes(rng, 6, 300)
    members = {name: rng.random(len(votes.winner)) < share for name, share in (("code", 0.3), ("long", 0.7))}
    members["nothing"] = np.zeros(len(votes.winner), dtype=bool)
    found = count_categories(votes, members)
    assert list(found) == ["code", "long", "nothing"]
    for name, inside in members.items():
        same(found[name], PairCounts.from_coded_votes(part_of(votes, inside)))


def test_categories_that_exclude_each_other_are_counted_as_each_by_itself() -> None:
    rng = np.random.default_rng(2)
    votes, _ = connected_votes(rng, 5, 300)
    codes = rng.integers(3, size=len(votes.winner)).astype(np.int8)
    found = count_by_category(votes, codes, ["en", "de", "fr"])
    for code, name in enumerate(["en", "de", "fr"]):
        same(found[name], PairCounts.from_coded_votes(part_of(votes, codes == code)))


def test_weights_are_summed_in_each_category() -> None:
    rng = np.random.default_rng(3)
    votes, _ = connected_votes(rng, 5, 300)
    weights = rng.uniform(0.0, 2.0, len(votes.winner))
    codes = rng.integers(2, size=len(votes.winner))
    members = {"en": codes == 0, "de": codes == 1}
    by_code, by_member = (
        count_by_category(votes, codes, ["en", "de"], weights=weights),
        count_categories(votes, members, weights=weights),
    )
    for name, inside in members.items():
        expected = weighted_counts(part_of(votes, inside), weights[inside])
        same(by_code[name], expected)
        same(by_member[name], expected)


def test_what_does_not_fit_the_votes_is_refused() -> None:
    votes, _ = connected_votes(np.random.default_rng(4), 3, 10)
    number = len(votes.winner)
    with pytest.raises(ValueError, match="'code' must be 13 booleans"):
        count_categories(votes, {"code": np.ones(number)})
    with pytest.raises(ValueError, match="'code' must be 13 booleans"):
        count_categories(votes, {"code": np.ones(4, dtype=bool)})
    with pytest.raises(ValueError, match="between 0 and 1"):
        count_by_category(votes, np.full(number, 2), ["en", "de"])
    with pytest.raises(ValueError, match="13 integers"):
        count_by_category(votes, np.zeros(number), ["en", "de"])
    with pytest.raises(InvalidVotesError, match="row 1: weight nan"):
        count_by_category(votes, np.zeros(number, dtype=int), ["en"], weights=np.full(number, np.nan))
