"""The usual formula for the next pair, to compare with: it looks at each pair by itself."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from app.ratings.arrays import FloatArray
from app.sampling.policy import Exploring
from app.sampling.pool import Pool


@dataclass(frozen=True)
class PairVariance(Exploring):
    """P(a, b) in proportion to sqrt(S / n) - sqrt(S / (n + 1)), by how much one vote sharpens the pair's own win rate.

    S is the variance of one vote on the pair, p (1 - p), and n its votes, one more than it has, as with none the
    formula is infinite. Chiang et al. (2024), Chatbot Arena.
    """

    name: ClassVar[str] = "pair-variance"

    def preferences(self, pool: Pool) -> FloatArray:
        one = pool.provisional.information[pool.first, pool.second]
        votes = pool.votes[pool.first, pool.second] + 1.0
        gains: FloatArray = np.sqrt(one / votes) - np.sqrt(one / (votes + 1.0))
        return gains
