"""The arenas that policies are compared in: 20 models, all there from the start or joining one after the other."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from app.ratings.arrays import FloatArray
from app.ratings.scale import POINTS_PER_LOGIT

SIZE = 20
# Between equal models 23 % of votes are ties.
NU = 0.6


@dataclass(frozen=True)
class Scenario:
    """A kind of arena.

    spread:      standard deviation of the ratings, in points; normally spread, in random order of arrival
    stages:      how many models are open; the next stage begins when the intervals are as narrow as wanted
    width:       which mean width of the 95 % intervals that is, in points
    nu:          Davidson's parameter of ties
    established: votes that each pair of the first `veterans` models has before anything is counted
    watched:     the one model whose interval has to be that narrow; None for the mean of all that are open
    """

    name: str
    spread: float = 150.0
    stages: tuple[int, ...] = (SIZE,)
    width: float = 100.0
    nu: float = NU
    veterans: int = 0
    established: int = 0
    watched: int | None = None

    @property
    def method(self) -> str:
        return "davidson" if self.nu else "bradley-terry"

    @property
    def theta(self) -> FloatArray:
        """(SIZE,) in logits, mean 0."""
        return spread_out(self.spread)


def spread_out(spread: float) -> FloatArray:
    """(SIZE,): strengths in logits, at evenly spaced quantiles of the normal distribution, in a fixed random order."""
    quantiles = ndtri((np.arange(SIZE) + 0.5) / SIZE)
    theta: FloatArray = quantiles / quantiles.std() * spread / POINTS_PER_LOGIT
    return theta[np.random.default_rng(5).permutation(SIZE)]


def joining(first: int) -> tuple[int, ...]:
    """Stages of an arena that opens with `first` models, and takes in the next whenever its board has settled."""
    return tuple(range(first, SIZE + 1))


GROWN = Scenario("opens with 10 models, the others join one by one", stages=joining(10))


def scenarios() -> tuple[Scenario, ...]:
    """All of them. GROWN is the one that the requirement is tested in."""
    return (
        GROWN,
        Scenario("the same, ratings spread by 100", spread=100.0, stages=joining(10)),
        Scenario("the same, ratings spread by 200", spread=200.0, stages=joining(10)),
        Scenario("the same, no ties", stages=joining(10), nu=0.0),
        Scenario("opens with 2 models, the others join one by one", stages=joining(2)),
        Scenario("5 new among 15 with 40 votes a pair", veterans=15, established=40),
        Scenario(
            "1 new among 19 with 40 votes a pair: its own interval", veterans=19, established=40, watched=SIZE - 1
        ),
        Scenario("all 20 at once, ratings spread by 100", spread=100.0),
        Scenario("all 20 at once, ratings spread by 150"),
        Scenario("all 20 at once, ratings spread by 200", spread=200.0),
        Scenario("all 20 at once, ratings spread by 300", spread=300.0),
        Scenario("all 20 at once, ratings spread by 300, no ties", spread=300.0, nu=0.0),
        Scenario("all 20 at once, ratings spread by 400, no ties", spread=400.0, nu=0.0),
    )
