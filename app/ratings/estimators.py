"""Every estimator from pair counts, by name."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from app.ratings import bradley_terry, davidson, four_outcomes, rao_kupper
from app.ratings.arrays import FloatArray
from app.ratings.counts import PairCounts
from app.ratings.fit import PairwiseFit


class Estimator(Protocol):
    """Fits a model to counts, from a guess of theta (M,) where one is given."""

    def __call__(self, counts: PairCounts, *, start: FloatArray | None = None) -> PairwiseFit: ...


METHODS: Mapping[str, Estimator] = MappingProxyType(
    {
        bradley_terry.METHOD: bradley_terry.fit_bradley_terry,
        davidson.METHOD: davidson.fit_davidson,
        rao_kupper.METHOD: rao_kupper.fit_rao_kupper,
        four_outcomes.METHOD: four_outcomes.fit_four_outcomes,
    }
)


def fit(counts: PairCounts, method: str, start: FloatArray | None = None) -> PairwiseFit:
    """The maximum of the likelihood of this method, one of METHODS.

    Raises ValueError for another method, NotRankableError (a ValueError) where no estimate exists, and
    ArithmeticError where float64 does not reach it.
    """
    estimator = METHODS.get(method)
    if estimator is None:
        raise ValueError(f"method {method!r} is not one of {', '.join(METHODS)}")
    return estimator(counts, start=start)
