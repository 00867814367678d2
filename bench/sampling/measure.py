"""Votes that each policy needs, and whether what comes of them is the same board."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from app.ratings.scale import ratings_from_theta
from app.ratings.uncertainty import Z_95
from app.sampling import Anchor, Policy, Uniform, VarianceReducing, Weighted
from bench.sampling.run import Run, run
from bench.sampling.scenarios import Scenario
from bench.sampling.section_four import PairVariance

UNIFORM = "uniform"
POLICIES: Mapping[str, Policy] = MappingProxyType(
    {
        UNIFORM: Uniform(),
        "weighted": Weighted(),
        "anchor": Anchor(),
        "pair by pair": PairVariance(),
        "variance-reducing, sharpness 1": VarianceReducing(sharpness=1.0),
        "variance-reducing": VarianceReducing(),
        "variance-reducing, sharpness 16": VarianceReducing(sharpness=16.0),
    }
)


@dataclass(frozen=True, eq=False)
class Compared:
    """A scenario with the runs of each policy, one a seed, in the order of seeds."""

    scenario: Scenario
    runs: Mapping[str, Sequence[Run]]

    def votes(self, policy: str) -> float:
        """The mean number needed."""
        return float(np.mean([run.votes for run in self.runs[policy]]))

    def share(self, policy: str) -> tuple[float, float]:
        """The votes needed as a share of those under uniform, and two standard errors of that, by the delta method."""
        ours, theirs = (
            np.array([run.votes for run in self.runs[name]], dtype=np.float64) for name in (policy, UNIFORM)
        )
        share = ours.mean() / theirs.mean()
        residuals = (ours - share * theirs) / theirs.mean()
        return float(share), 2.0 * float(residuals.std()) / float(np.sqrt(len(ours)))

    def lowest(self, policy: str) -> float:
        """The smallest chance that any open pair ever had, times the number of open pairs."""
        return min(run.lowest for run in self.runs[policy])


def compare(scenario: Scenario, seeds: int, policies: Mapping[str, Policy] = POLICIES) -> Compared:
    """Every policy on the same seeds."""
    return Compared(
        scenario, {name: [run(scenario, policy, seed) for seed in range(seeds)] for name, policy in policies.items()}
    )


@dataclass(frozen=True)
class Boards:
    """What the boards of one policy are like at the end, in shares of all models and seeds.

    covered:  the share of true ratings inside their intervals, and two standard errors of it
    agreeing: the share of ratings that differ from those of uniform by no more than the interval of the difference
    meeting:  the share of intervals that meet those of uniform
    width:    mean width in points; weighted: the same with inverse propensities as weights
    """

    covered: tuple[float, float]
    agreeing: float
    meeting: float
    width: float
    weighted: float


def boards(compared: Compared, policy: str) -> Boards:
    """The boards of a policy against the truth and against uniform's, which saw other votes."""
    truth = ratings_from_theta(compared.scenario.theta)
    mine = [run.board for run in compared.runs[policy]]
    others = [run.board for run in compared.runs[UNIFORM]]
    inside = [((board.rating_lower <= truth) & (truth <= board.rating_upper)).mean() for board in mine]
    agreeing, meeting = [], []
    for ours, theirs in zip(mine, others, strict=True):
        apart = np.abs(ours.ratings - theirs.ratings)
        agreeing.append((apart <= Z_95 * np.hypot(ours.standard_errors, theirs.standard_errors)).mean())
        meeting.append((apart <= Z_95 * (ours.standard_errors + theirs.standard_errors)).mean())
    return Boards(
        covered=(float(np.mean(inside)), 2.0 * float(np.std(inside)) / float(np.sqrt(len(inside)))),
        agreeing=float(np.mean(agreeing)),
        meeting=float(np.mean(meeting)),
        width=float(np.mean([(board.rating_upper - board.rating_lower).mean() for board in mine])),
        weighted=float(np.mean([run.weighted for run in compared.runs[policy]])),
    )
