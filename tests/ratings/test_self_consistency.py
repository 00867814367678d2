"""Voters and themselves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from app.ratings.self_consistency import self_consistency


def consistency(rows: list[tuple[int, int, int]]) -> object:
    return self_consistency(*np.array(rows, dtype=np.int64).reshape(-1, 3).T)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 2)), max_size=40))
def test_an_item_is_consistent_if_all_that_a_voter_said_of_it_is_the_same(rows: list[tuple[int, int, int]]) -> None:
    said: dict[tuple[int, int], list[int]] = {}
    for unit, voter, value in rows:
        said.setdefault((unit, voter), []).append(value)
    repeated = [values for values in said.values() if len(values) > 1]
    result = consistency(rows)
    assert result.repeated == len(repeated)
    assert result.consistent == sum(len(set(values)) == 1 for values in repeated)
    if repeated:
        wilson = proportion_confint(result.consistent, result.repeated, method="wilson")
        assert (result.lower, result.upper) == pytest.approx(wilson, abs=1e-6)
        assert result.share == result.consistent / result.repeated


def test_different_voters_do_not_repeat_each_other() -> None:
    result = consistency([(1, 1, 0), (1, 2, 1), (2, 1, 0)])
    assert result.repeated == 0
    assert np.isnan([result.share, result.lower, result.upper]).all()


def test_arrays_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="same length"):
        self_consistency(np.arange(3), np.arange(3), np.arange(2))
