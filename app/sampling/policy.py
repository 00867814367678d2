"""What a policy is: a chance for every pair, and a draw that keeps the chance it was made with."""

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from app.ratings.arrays import FloatArray
from app.sampling.checks import within
from app.sampling.pool import Pool


@dataclass(frozen=True)
class Draw:
    """A drawn pair. Which of the two stands on which side is not decided here.

    propensity: the probability with which this pair was drawn, above 0
    policy:     the name of the policy
    """

    first: str
    second: str
    propensity: float
    policy: str


@dataclass(frozen=True)
class Policy(ABC):
    """A way to choose pairs. Its fields are its settings."""

    name: ClassVar[str]

    @abstractmethod
    def probabilities(self, pool: Pool) -> FloatArray:
        """(P,): the probability of every pair, in the pool's order; they sum to 1, and closed pairs have 0.

        Raises NoPairError when fewer than two models are open.
        """

    def draw(self, pool: Pool, rng: np.random.Generator) -> Draw:
        """A pair. Where a person must not foresee it, seed `rng` from `secrets` for each draw. Raises NoPairError."""
        probabilities = self.probabilities(pool)
        pair = int(rng.choice(len(probabilities), p=probabilities))
        first, second = int(pool.first[pair]), int(pool.second[pair])
        return Draw(pool.models[first], pool.models[second], float(probabilities[pair]), self.name)

    def to_document(self) -> dict[str, Any]:
        """The settings as JSON, which `policy_from` reads."""
        return {"policy": self.name, **asdict(self)}


@dataclass(frozen=True)
class Exploring(Policy):
    """A policy that prefers some pairs and never stops drawing the others.

    floor: the share of all draws, above 0 and at most 1, that is spread evenly over the open pairs. So no pair has a
           smaller chance than `floor` divided by their number, no inverse propensity is larger than the inverse of
           that, and a wrong first impression is put right
    """

    floor: float = 0.1

    def __post_init__(self) -> None:
        within("floor", self.floor, above=0.0, most=1.0)

    @abstractmethod
    def preferences(self, pool: Pool) -> FloatArray:
        """(P,): not negative, in proportion to how often each pair should be drawn; those of closed pairs are ignored.

        At least one open pair's must be above 0.
        """

    def probabilities(self, pool: Pool) -> FloatArray:
        open_pairs = pool.open_pairs
        preferences = np.where(open_pairs, self.preferences(pool), 0.0)
        even = open_pairs / open_pairs.sum()
        mixed: FloatArray = (1.0 - self.floor) * (preferences / preferences.sum()) + self.floor * even
        return mixed
