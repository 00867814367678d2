"""How often a voter who meets the same item again says the same."""

from dataclasses import dataclass

import numpy as np

from app.ratings.arrays import IntArray
from app.ratings.uncertainty import Z_95


@dataclass(frozen=True)
class SelfConsistency:
    """Agreement of voters with themselves.

    share:      share of repeated items to which a voter always gave the same value; NaN where none was repeated
    lower:      95 % Wilson score interval of the share (Wilson 1927); NaN likewise
    upper:      alike
    consistent: repeated items with one value only
    repeated:   items that the same voter judged twice or more; each voter's count on their own
    """

    share: float
    lower: float
    upper: float
    consistent: int
    repeated: int


def self_consistency(units: IntArray, voters: IntArray, values: IntArray) -> SelfConsistency:
    """Over all voters, from (N,) integers: voter v gave value x to unit u."""
    if not units.shape == voters.shape == values.shape or units.ndim != 1:
        raise ValueError("units, voters and values must be sequences of the same length")
    # Sorted, what a voter said of a unit stands together.
    order = np.lexsort((values, units, voters))
    unit, voter, value = units[order], voters[order], values[order]
    starts = np.ones(len(unit), dtype=bool)
    starts[1:] = (unit[1:] != unit[:-1]) | (voter[1:] != voter[:-1])
    first = np.flatnonzero(starts)
    last = np.append(first, len(unit))[1:] - 1
    repeated = last > first
    consistent = repeated & (value[last] == value[first])
    return _with_interval(int(consistent.sum()), int(repeated.sum()))


def _with_interval(consistent: int, repeated: int) -> SelfConsistency:
    if not repeated:
        return SelfConsistency(np.nan, np.nan, np.nan, 0, 0)
    share, z = consistent / repeated, Z_95
    shrink = 1.0 + z**2 / repeated
    centre = (share + z**2 / (2.0 * repeated)) / shrink
    half = z / shrink * float(np.sqrt(share * (1.0 - share) / repeated + z**2 / (4.0 * repeated**2)))
    return SelfConsistency(share, max(0.0, centre - half), min(1.0, centre + half), consistent, repeated)
