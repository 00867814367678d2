"""The bench of sampling, small: the requirement, and that its figures mean what they say."""

import dataclasses

import numpy as np
import pytest

from app.sampling import Uniform, VarianceReducing
from bench.sampling.measure import UNIFORM, boards, compare
from bench.sampling.optimum import best_share
from bench.sampling.report import BEGIN, END, inserted, markdown
from bench.sampling.run import run
from bench.sampling.scenarios import GROWN, Scenario

OURS = "variance-reducing"
TWO = {UNIFORM: Uniform(), OURS: VarianceReducing()}
# Intervals twice as wide as the bench's take a quarter of its votes.
SMALL = dataclasses.replace(GROWN, width=200.0)


def test_variance_reducing_needs_at_most_70_percent_of_uniforms_votes_and_ends_at_the_same_board() -> None:
    compared = compare(SMALL, 6, TWO)
    assert compared.share(OURS)[0] <= 0.7
    assert compared.lowest(OURS) >= 0.1 * (1.0 - 1e-12)
    found = {name: boards(compared, name) for name in TWO}
    assert all(board.width <= 200.0 for board in found.values())
    # 120 ratings of each: the share inside has a standard error of two percent or so.
    assert all(0.89 < board.covered[0] < 1.0 for board in found.values())
    assert found[OURS].agreeing > 0.89
    assert found[OURS].meeting > 0.98


def test_a_new_model_is_known_after_a_fraction_of_uniforms_votes() -> None:
    scenario = Scenario("one new", width=150.0, veterans=19, established=20, watched=19)
    assert compare(scenario, 3, TWO).share(OURS)[0] < 0.3


def test_no_policy_could_save_much_where_all_models_arrive_at_once_and_are_about_as_strong() -> None:
    assert best_share(Scenario("at once", spread=1.0)) == pytest.approx(1.0, abs=1e-3)
    assert 0.9 < best_share(Scenario("at once", spread=150.0)) < 0.97
    assert best_share(Scenario("at once", spread=400.0, nu=0.0)) < 0.7


def test_the_same_seed_gives_the_same_votes() -> None:
    scenario = Scenario("at once", width=400.0)
    first, second = (run(scenario, VarianceReducing(), seed=8) for _ in range(2))
    other = run(scenario, VarianceReducing(), seed=9)
    assert first.votes == second.votes
    assert np.array_equal(first.board.ratings, second.board.ratings)
    assert not np.array_equal(first.board.ratings, other.board.ratings)


def test_the_tables_go_between_their_markers_only() -> None:
    compared = compare(dataclasses.replace(SMALL, width=600.0), 1)
    table = markdown([compared], {name: boards(compared, name) for name in TWO}, (1, 1), 3.0)
    page = inserted(f"before\n{BEGIN}\nold\n{END}\nafter\n", table)
    assert page.startswith("before\n")
    assert page.endswith("after\n")
    assert "old" not in page
    assert GROWN.name in page
    with pytest.raises(ValueError, match="sampling: begin"):
        inserted("a page without markers", table)
