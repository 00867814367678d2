"""Every pair alike."""

from dataclasses import dataclass
from typing import ClassVar

from app.ratings.arrays import FloatArray
from app.sampling.policy import Policy
from app.sampling.pool import Pool


@dataclass(frozen=True)
class Uniform(Policy):
    """Every pair of open models has the same chance."""

    name: ClassVar[str] = "uniform"

    def probabilities(self, pool: Pool) -> FloatArray:
        even: FloatArray = pool.open_pairs / pool.open_pairs.sum()
        return even
