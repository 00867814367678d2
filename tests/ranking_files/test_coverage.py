"""The bench of coverage, small: it can tell an interval that holds from one that does not."""

import numpy as np
import pytest

from bench.coverage.measure import SHIPPED_KINDS, measure
from bench.coverage.report import BEGIN, BOOTSTRAP_MARKERS, END, bootstrap_markdown, inserted, markdown, percent
from bench.coverage.scenarios import scenarios
from bench.coverage.worlds import THETA, UNIFORM, limit, pair_outcomes

NAMED = {(scenario.name, scenario.method): scenario for scenario in scenarios()}


def test_votes_that_share_a_taste_need_clustered_intervals() -> None:
    kinds = measure(NAMED["clustered: 120 voters", "bradley-terry"], arenas=60, seed=3).kinds
    assert percent(kinds["sandwich"].rating)[0] < 92.0
    assert 92.0 < percent(kinds["clustered"].rating)[0] < 98.0
    assert np.mean(kinds["clustered"].width) > 1.15 * np.mean(kinds["sandwich"].width)


def test_ties_as_half_wins_make_fisher_information_too_wide() -> None:
    kinds = measure(NAMED["ties", "bradley-terry"], arenas=60, seed=3).kinds
    assert np.mean(kinds["Fisher"].width) > 1.15 * np.mean(kinds["sandwich"].width)
    assert percent(kinds["Fisher"].rating)[0] > percent(kinds["sandwich"].rating)[0]


def test_the_same_seed_gives_the_same_coverage() -> None:
    scenario = NAMED["adaptive, model wrong, weighted", "bradley-terry"]
    first, second = (measure(scenario, arenas=3, seed=8).kinds["sandwich"] for _ in range(2))
    assert first == second
    assert first != measure(scenario, arenas=3, seed=9).kinds["sandwich"]


def test_the_bootstrap_that_ships_is_measured_beside_the_others_and_mends_what_a_hundred_rounds_lack() -> None:
    measured = measure(NAMED["ties", "bradley-terry"], arenas=40, seed=3, measured=SHIPPED_KINDS)
    few, shipped = (percent(measured.kinds[kind].rating)[0] for kind in ("bootstrap 100", "bootstrap 1,000"))
    assert 92.0 < shipped < 98.0
    assert shipped > few
    page = inserted("\n".join(BOOTSTRAP_MARKERS), bootstrap_markdown([measured], 40), BOOTSTRAP_MARKERS)
    assert f"| {shipped:.1f} ±" in page


def test_where_the_model_is_true_infinitely_many_votes_give_the_truth() -> None:
    differences = THETA[:, None] - THETA[None, :]
    assert limit(pair_outcomes(differences, 0.0), UNIFORM, "bradley-terry") == pytest.approx(
        THETA - THETA.mean(), abs=1e-9
    )
    assert limit(pair_outcomes(differences, 1.0), UNIFORM, "davidson") == pytest.approx(THETA - THETA.mean(), abs=1e-9)
    assert limit(pair_outcomes(differences, 1.0), UNIFORM, "bradley-terry") != pytest.approx(THETA, abs=0.05)


def test_the_table_goes_between_its_markers_and_can_be_replaced() -> None:
    table = markdown([measure(NAMED["balanced", "bradley-terry"], arenas=3, seed=1)], 3, 1.0)
    once = inserted(f"before\n{BEGIN}\nthe table of last year\n{END}\nafter", table)
    assert once == inserted(once, table)
    assert once.startswith("before\n")
    assert once.endswith("\nafter")
    assert "| balanced | bradley-terry |" in once
    assert "last year" not in once
    with pytest.raises(ValueError, match="coverage: begin"):
        inserted("nothing here", table)
