"""Pairs in proportion to the weights that the arena gives its models."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from app.ratings.arrays import FloatArray
from app.sampling.checks import within
from app.sampling.policy import Exploring
from app.sampling.pool import Pool


@dataclass(frozen=True)
class Weighted(Exploring):
    """The chance of a pair is in proportion to the product of the two weights.

    minimum_exposure: a model with fewer battles than this is new; 0 for no boost
    boost:            by what a new model's weight is multiplied before its first battle, 1 to 1000. The factor falls
                      to 1 in a straight line as its battles near the minimum, so that no model's chance ever jumps
    """

    name: ClassVar[str] = "weighted"
    minimum_exposure: float = 100.0
    boost: float = 4.0

    def __post_init__(self) -> None:
        super().__post_init__()
        within("minimum_exposure", self.minimum_exposure, least=0.0, most=1e9)
        within("boost", self.boost, least=1.0, most=1000.0)

    def preferences(self, pool: Pool) -> FloatArray:
        missing = np.zeros(len(pool.models))
        if self.minimum_exposure > 0.0:
            missing = np.maximum(1.0 - pool.exposure / self.minimum_exposure, 0.0)
        # Only proportions matter, and products of weights near the largest float would overflow.
        weights = pool.weights / pool.weights[pool.is_open].max() * (1.0 + (self.boost - 1.0) * missing)
        product: FloatArray = weights[pool.first] * weights[pool.second]
        return product
