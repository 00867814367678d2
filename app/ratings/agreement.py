"""How far voters agree with each other beyond chance, each figure with a bootstrap interval over units.

A unit is what several voters judged, such as one pair of outputs in fixed order. Values are integer codes; for
"ordinal" their order is that of the codes.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.ratings.arrays import FloatArray, IntArray
from app.ratings.votes import MODEL_A, MODEL_B, CodedVotes

Level = Literal["nominal", "ordinal"]

# Resampled units that are held in memory at once.
DRAWS_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Agreement:
    """An agreement coefficient: 1 is perfect, 0 what chance gives; NaN where all values are the same.

    value:  the coefficient
    lower:  2.5 % point over resampled units; NaN where no resample has a value
    upper:  97.5 % point
    units:  units with two values or more: those that count
    values: values on these units
    """

    value: float
    lower: float
    upper: float
    units: int
    values: int


def preferences(votes: CodedVotes, first: IntArray | None = None) -> IntArray:
    """(V,): 0 where the first model won, 2 where the other did, 1 for a tie or a "both bad": values in their order.

    `first` (V,) is the model that counts as the first of the vote's item, whichever stood first on the page; None
    for model_a, where an item always comes in the same order. All votes on an item must agree in it. Which of the
    two it is changes alpha a little, as chance agreement depends on how often each value occurs.
    """
    winning_side = MODEL_A if first is None else np.where(first == votes.model_a, MODEL_A, MODEL_B)
    first_won = votes.winner == winning_side
    decisive = (votes.winner == MODEL_A) | (votes.winner == MODEL_B)
    return np.where(decisive, np.where(first_won, 0, 2), 1).astype(np.int64)


def krippendorff_alpha(
    units: IntArray,
    voters: IntArray,
    values: IntArray,
    *,
    level: Level = "nominal",
    replicates: int = 1000,
    seed: int = 0,
) -> Agreement:
    """Krippendorff's alpha = 1 - observed / expected disagreement (Krippendorff 2019, Content Analysis, ch. 12).

    units, voters, values (N,): voter v gave value x to unit u; any number of voters a unit. Of several values of
    one voter on one unit only the last counts: agreeing with oneself is another matter. Ordinal disagreement of
    two values is the square of the number of values from one to the other, its ends counted half.

    The interval resamples units with their values. Raises ValueError for arrays of unequal length.
    """
    _check_lengths(units, voters, values)
    last = _last_of_each(units, voters)
    table = _value_table(units[last], values[last])
    per_unit = table.sum(axis=1)
    table, per_unit = table[per_unit > 1.0], per_unit[per_unit > 1.0]
    kinds = table.shape[1]
    coincidences = table[:, :, None] * table[:, None, :]
    coincidences[:, np.arange(kinds), np.arange(kinds)] -= table
    coincidences /= (per_unit - 1.0)[:, None, None]
    flat = coincidences.reshape(len(table), kinds * kinds)
    value = _alpha(flat.sum(axis=0)[None, :], kinds, level)[0]
    resampled = _resample(flat, replicates, seed)
    return _agreement(value, _alpha(resampled, kinds, level), len(table), int(per_unit.sum()))


def cohen_kappa(first: IntArray, second: IntArray, *, replicates: int = 1000, seed: int = 0) -> Agreement:
    """Cohen's kappa of two voters who both judged each of N units: first, second (N,) are their values.

    (observed - expected) / (1 - expected) agreement, unweighted (Cohen 1960). The interval resamples units.
    """
    _check_lengths(first, second)
    _, codes = np.unique(np.concatenate([first, second]), return_inverse=True)
    kinds = int(codes.max(initial=-1)) + 1
    cell = codes[: len(first)] * kinds + codes[len(first) :]
    table = np.bincount(cell, minlength=kinds * kinds).astype(np.float64)
    total = len(first)
    draws = np.random.default_rng(seed).multinomial(total, table / max(total, 1), size=replicates if total else 0)
    return _agreement(_kappa(table[None, :], kinds)[0], _kappa(draws.astype(np.float64), kinds), total, 2 * total)


def _check_lengths(*arrays: IntArray) -> None:
    if any(array.ndim != 1 or array.shape != arrays[0].shape for array in arrays):
        raise ValueError("units, voters and values must be sequences of the same length")


def _last_of_each(units: IntArray, voters: IntArray) -> IntArray:
    """Positions of the last entry of each unit and voter."""
    order = np.lexsort((np.arange(len(units)), voters, units))
    last = np.ones(len(order), dtype=bool)
    last[:-1] = (np.diff(units[order]) != 0) | (np.diff(voters[order]) != 0)
    return order[last]


def _value_table(units: IntArray, values: IntArray) -> FloatArray:
    """(U, C): how many voters gave each unit each value."""
    known_units, unit = np.unique(units, return_inverse=True)
    known_values, value = np.unique(values, return_inverse=True)
    size = len(known_values)
    table = np.bincount(unit * size + value, minlength=len(known_units) * size)
    return table.reshape(len(known_units), size).astype(np.float64)


def _alpha(coincidences: FloatArray, kinds: int, level: Level) -> FloatArray:
    """(R,) from coincidence matrices (R, C * C), written flat."""
    observed = coincidences.reshape(-1, kinds, kinds)
    totals = observed.sum(axis=2)
    n = totals.sum(axis=1)
    distance = _distances(totals, level)
    disagreement = (observed * distance).sum(axis=(1, 2))
    expected = (totals[:, :, None] * totals[:, None, :] * distance).sum(axis=(1, 2))
    ratio = np.divide((n - 1.0) * disagreement, expected, out=np.full(len(n), np.nan), where=expected > 0.0)
    alpha: FloatArray = 1.0 - ratio
    return alpha


def _distances(totals: FloatArray, level: Level) -> FloatArray:
    """(R, C, C) squared distances between values of which there are totals (R, C)."""
    kinds = totals.shape[1]
    if level == "nominal":
        return np.broadcast_to(1.0 - np.eye(kinds), (len(totals), kinds, kinds))
    middle = np.cumsum(totals, axis=1) - totals / 2.0
    squares: FloatArray = (middle[:, :, None] - middle[:, None, :]) ** 2
    return squares


def _kappa(tables: FloatArray, kinds: int) -> FloatArray:
    """(R,) from tables (R, C * C), written flat."""
    tables = tables.reshape(-1, kinds, kinds)
    n = tables.sum(axis=(1, 2))
    same = np.trace(tables, axis1=1, axis2=2) * n
    chance = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1)
    room = n * n - chance
    kappa: FloatArray = np.divide(same - chance, room, out=np.full(len(n), np.nan), where=room > 0.0)
    return kappa


def _resample(rows: FloatArray, replicates: int, seed: int) -> FloatArray:
    """(R, K): sums of rows (U, K) drawn with replacement."""
    rng = np.random.default_rng(seed)
    units = len(rows)
    if not units:
        return np.zeros((0, rows.shape[1]))
    at_once = max(1, DRAWS_AT_ONCE // units)
    parts = []
    for start in range(0, replicates, at_once):
        size = min(at_once, replicates - start)
        drawn = rng.integers(units, size=(size, units)) + np.arange(size)[:, None] * units
        parts.append(np.bincount(drawn.ravel(), minlength=size * units).reshape(size, units) @ rows)
    return np.concatenate(parts) if parts else np.zeros((0, rows.shape[1]))


def _agreement(value: float, replicates: FloatArray, units: int, values: int) -> Agreement:
    known = replicates[np.isfinite(replicates)]
    lower, upper = np.quantile(known, [0.025, 0.975]) if known.size else (np.nan, np.nan)
    return Agreement(value=float(value), lower=float(lower), upper=float(upper), units=units, values=values)
