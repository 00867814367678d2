"""Krippendorff's alpha and Cohen's kappa, against published values and plain loops."""

import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ratings.agreement import cohen_kappa, krippendorff_alpha, preferences
from app.ratings.votes import CodedVotes
from tests.ratings.simulated import DATA, llmfao, needs_data

# The example of Krippendorff (2011), Computing Krippendorff's Alpha-Reliability: four observers, twelve units.
EXAMPLE = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]
ratings = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=40)


def columns(rows: list[tuple[int, int, int]]) -> list[np.ndarray]:
    return list(np.array(rows, dtype=np.int64).reshape(-1, 3).T)


def slow_alpha(rows: list[tuple[int, int, int]], ordinal: bool) -> float:
    """All ordered pairs of values within a unit, and all among them."""
    latest = {(unit, voter): value for unit, voter, value in rows}
    by_unit: dict[int, list[int]] = {}
    for (unit, _), value in latest.items():
        by_unit.setdefault(unit, []).append(value)
    units = [values for values in by_unit.values() if len(values) > 1]
    pool = [value for values in units for value in values]

    def distance(c: int, k: int) -> float:
        if not ordinal:
            return float(c != k)
        low, high = min(c, k), max(c, k)
        between = sum(low <= value <= high for value in pool) - (pool.count(c) + pool.count(k)) / 2
        return between**2 if c != k else 0.0

    observed = sum(sum(distance(*pair) for pair in permutations(values, 2)) / (len(values) - 1) for values in units)
    expected = sum(distance(*pair) for pair in permutations(pool, 2))
    return 1.0 - (len(pool) - 1) * observed / expected if expected else float("nan")


@pytest.mark.parametrize(("level", "published"), [("nominal", 0.743), ("ordinal", 0.815)])
def test_alpha_of_krippendorffs_own_example(level: str, published: float) -> None:
    rows = [
        (unit, voter, value)
        for voter, line in enumerate(EXAMPLE)
        for unit, value in enumerate(line)
        if value is not None
    ]
    result = krippendorff_alpha(*columns(rows), level=level)
    assert result.value == pytest.approx(published, abs=5e-4)
    assert (result.units, result.values) == (11, 40)
    assert result.lower < result.value < result.upper


@settings(max_examples=100, deadline=None)
@given(ratings, st.booleans())
def test_alpha_agrees_with_its_definition(rows: list[tuple[int, int, int]], ordinal: bool) -> None:
    level = "ordinal" if ordinal else "nominal"
    ours = krippendorff_alpha(*columns(rows), level=level, replicates=10)
    assert ours.value == pytest.approx(slow_alpha(rows, ordinal), nan_ok=True)


def test_perfect_agreement_is_one_and_without_variation_there_is_none_to_speak_of() -> None:
    units, voters = np.repeat(np.arange(10), 2), np.tile([0, 1], 10)
    assert krippendorff_alpha(units, voters, units % 3).value == 1.0
    assert np.isnan(krippendorff_alpha(units, voters, np.zeros(20, dtype=np.int64)).value)
    assert np.isnan(cohen_kappa(np.zeros(5, dtype=np.int64), np.zeros(5, dtype=np.int64)).lower)


def test_the_interval_over_units_covers_the_agreement_that_votes_were_made_with() -> None:
    rng, covered = np.random.default_rng(6), 0
    for seed in range(200):
        first = rng.integers(3, size=150)
        # A copy with probability 0.5, else chance: kappa and alpha are 0.5.
        second = np.where(rng.random(150) < 0.5, first, rng.integers(3, size=150))
        units, values = np.tile(np.arange(150), 2), np.concatenate([first, second])
        alpha = krippendorff_alpha(units, np.repeat([0, 1], 150), values, replicates=300, seed=seed)
        kappa = cohen_kappa(first, second, replicates=300, seed=seed)
        covered += (alpha.lower <= 0.5 <= alpha.upper) + (kappa.lower <= 0.5 <= kappa.upper)
    assert 0.91 < covered / 400 < 0.985


def test_preferences_do_not_depend_on_who_stood_first() -> None:
    votes = CodedVotes(("x", "y"), np.array([0, 1, 0, 1, 0, 1]), np.array([1, 0] * 3), np.array([0, 1, 1, 0, 2, 3]))
    assert preferences(votes, np.zeros(6, dtype=np.int64)).tolist() == [0, 0, 2, 2, 1, 1]
    assert preferences(votes).tolist() == [0, 2, 2, 0, 1, 1]


def test_arrays_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="same length"):
        krippendorff_alpha(np.arange(3), np.arange(3), np.arange(2))
    with pytest.raises(ValueError, match="same length"):
        cohen_kappa(np.arange(3), np.arange(2))


@needs_data
def test_alpha_of_llmfao() -> None:
    votes, workers, pairs = llmfao()
    nominal = krippendorff_alpha(pairs, workers, preferences(votes))
    ordinal = krippendorff_alpha(pairs, workers, preferences(votes), level="ordinal")
    assert round(nominal.value, 5) == 0.29060
    assert round(ordinal.value, 5) == 0.28755
    assert nominal.units == 998 + 658 + 358 + 110
    assert nominal.lower < nominal.value < nominal.upper


@needs_data
def test_alpha_and_kappas_of_pandalm() -> None:
    rows = json.loads((Path(DATA) / "pandalm" / "testset-v1.json").read_text(encoding="utf-8"))
    labels = np.array([[row[f"annotator{person}"] for person in (1, 2, 3)] for row in rows])
    units, people = np.repeat(np.arange(len(rows)), 3), np.tile(np.arange(3), len(rows))
    assert krippendorff_alpha(units, people, labels.ravel()).value == pytest.approx(0.86422, abs=5e-6)
    kappas = [cohen_kappa(labels[:, one], labels[:, other]) for one, other in ((0, 1), (0, 2), (1, 2))]
    assert [round(kappa.value, 4) for kappa in kappas] == [0.8520, 0.8789, 0.8617]
    assert all(kappa.lower < kappa.value < kappa.upper for kappa in kappas)
