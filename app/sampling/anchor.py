"""New models against anchors, whose strength is known."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from app.ratings.arrays import FloatArray
from app.ratings.scale import POINTS_PER_LOGIT
from app.sampling.checks import within
from app.sampling.policy import Exploring
from app.sampling.pool import BoolArray, Pool

# Opponents up to about this far apart count as level: 120 points are odds of two to one.
NEAR = 120.0 / POINTS_PER_LOGIT


@dataclass(frozen=True)
class Anchor(Exploring):
    """New models meet anchors of about their own strength; without new models every pair has the same chance.

    A model is new while it has fewer battles than `minimum_exposure` and is no anchor itself. Where no open model has
    the role of an anchor, those that are no longer new stand in; where all are new, every pair has the same chance.

    share: of the draws that the floor leaves, above 0 and at most 1, how many are of a new model with an anchor; each
           new model has as many. The rest goes to all pairs evenly, so that the board does not stand still meanwhile
    """

    name: ClassVar[str] = "anchor"
    minimum_exposure: float = 100.0
    share: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        within("minimum_exposure", self.minimum_exposure, least=0.0, most=1e9)
        within("share", self.share, above=0.0, most=1.0)

    def preferences(self, pool: Pool) -> FloatArray:
        open_pairs = pool.open_pairs
        even: FloatArray = open_pairs / open_pairs.sum()
        new, anchors = self._new_and_anchors(pool)
        if not (new.any() and anchors.any()):
            return even
        nearness = np.zeros((len(new), len(new)))
        nearness[np.ix_(new, anchors)] = _shares(_log_nearness(pool)[np.ix_(new, anchors)])
        met = (nearness + nearness.T)[pool.first, pool.second]
        preferences: FloatArray = self.share * (met / met.sum()) + (1.0 - self.share) * even
        return preferences

    def _new_and_anchors(self, pool: Pool) -> tuple[BoolArray, BoolArray]:
        """(M,) each."""
        anchors = pool.is_open & np.array([role == "anchor" for role in pool.roles], dtype=np.bool_)
        new = pool.is_open & ~anchors & (pool.exposure < self.minimum_exposure)
        return new, anchors if anchors.any() else pool.is_open & ~new


def _log_nearness(pool: Pool) -> FloatArray:
    """(M, M): how near two strengths are, as far as is known: -d^2 / 2 (NEAR^2 + variance of d).

    A model without votes is about as near to a weak anchor as to a strong one, so its first opponents are spread over
    the whole range; they close in on its strength as votes say what that is.
    """
    known = pool.provisional
    differences = known.theta[:, None] - known.theta[None, :]
    nearness: FloatArray = -(differences**2) / (2.0 * (NEAR**2 + known.difference_variances))
    return nearness


def _shares(logarithms: FloatArray) -> FloatArray:
    """The same shape: rows in proportion to the exponentials, that sum to 1."""
    # Relative to the largest, so that a model far from all anchors still has opponents.
    powers = np.exp(logarithms - logarithms.max(axis=1, keepdims=True))
    shares: FloatArray = powers / powers.sum(axis=1, keepdims=True)
    return shares
