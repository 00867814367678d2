"""One simulated arena under one policy, until its intervals are as narrow as wanted."""

from dataclasses import dataclass, field

import numpy as np

from app.ratings import NotRankableError, PairCounts, RatingIntervals, rating_intervals, sandwich_covariance
from app.ratings.arrays import FloatArray, IntArray
from app.ratings.estimators import fit
from app.sampling import Policy, Pool
from app.sampling.pool import Role
from bench.sampling.scenarios import SIZE, Scenario

ROLE: Role = "contestant"
MODELS = tuple(f"model {number:02}" for number in range(SIZE))
# Votes between one board and the next: the chances of pairs stay as they are meanwhile.
BATCH = 25
MOST = 200_000


@dataclass(eq=False)
class Votes:
    """Counts of the votes so far, as sums of weights: 1, the inverse propensity, and the square of that.

    wins, level: (3, M, M), as in Pool
    """

    wins: FloatArray = field(default_factory=lambda: np.zeros((3, SIZE, SIZE)))
    level: FloatArray = field(default_factory=lambda: np.zeros((3, SIZE, SIZE)))

    def add(self, a: IntArray, b: IntArray, winner: IntArray, weight: FloatArray) -> None:
        """winner (V,): 0 for a, 1 for b, 2 for neither."""
        for power in range(3):
            weights = weight**power
            for first, second, which in ((a, b, 0), (b, a, 1)):
                won = winner == which
                np.add.at(self.wins[power], (first[won], second[won]), weights[won])
                np.add.at(self.level[power], (first[winner == 2], second[winner == 2]), weights[winner == 2])

    def counts(self, power: int, models: int) -> PairCounts:
        """Of the first `models` models."""
        wins, level = self.wins[power, :models, :models], self.level[power, :models, :models]
        return PairCounts(MODELS[:models], wins, (level + level.T) / 2.0, np.zeros_like(level))


@dataclass(frozen=True, eq=False)
class Run:
    """What came of one arena.

    votes:    how many it took
    board:    the last board, of all models
    weighted: the mean width of the same board with inverse propensities as weights, in points
    lowest:   the smallest chance that any open pair ever had, times the number of open pairs
    """

    votes: int
    board: RatingIntervals
    weighted: float
    lowest: float


def run(scenario: Scenario, policy: Policy, seed: int) -> Run:
    """Draw, vote and refit until the last stage is as narrow as wanted. The same seed gives the same votes."""
    rng = np.random.default_rng([seed, SIZE])
    votes = Votes()
    _establish(scenario, votes, rng)
    cast, lowest, board = 0, np.inf, None
    for models in scenario.stages:
        board = None
        while board is None or _width(board, scenario.watched) > scenario.width:
            if cast >= MOST:
                raise ArithmeticError(f"{policy.name} is not there after {MOST} votes: {scenario.name}")
            lowest = min(lowest, _cast(scenario, policy, votes, models, rng))
            cast += BATCH
            board = _board(scenario, votes, models)
    assert board is not None
    weighted = _board(scenario, votes, SIZE, weighted=True)
    return Run(cast, board, np.nan if weighted is None else _width(weighted, None), lowest)


def _establish(scenario: Scenario, votes: Votes, rng: np.random.Generator) -> None:
    first, second = np.triu_indices(scenario.veterans, 1)
    a, b = np.repeat(first, scenario.established), np.repeat(second, scenario.established)
    votes.add(a, b, _winners(scenario, a, b, rng), np.ones(len(a)))


def _cast(scenario: Scenario, policy: Policy, votes: Votes, models: int, rng: np.random.Generator) -> float:
    """One batch of votes; the smallest chance of an open pair, times their number."""
    wins, level = votes.wins[0], votes.level[0]
    pool = Pool(
        models=MODELS,
        weights=np.ones(SIZE),
        roles=(ROLE,) * SIZE,
        exposure=(wins + wins.T + level).sum(axis=1),
        wins=wins,
        level=level,
        is_open=np.arange(SIZE) < models,
    )
    probabilities = policy.probabilities(pool)
    pair = rng.choice(len(probabilities), size=BATCH, p=probabilities)
    a, b = pool.first[pair], pool.second[pair]
    even = 1.0 / pool.open_pairs.sum()
    votes.add(a, b, _winners(scenario, a, b, rng), even / probabilities[pair])
    return float(probabilities[pool.open_pairs].min() / even)


def _winners(scenario: Scenario, a: IntArray, b: IntArray, rng: np.random.Generator) -> IntArray:
    half = (scenario.theta[a] - scenario.theta[b]) / 2.0
    first, second = np.exp(half), np.exp(-half)
    drawn = rng.random(len(a)) * (first + second + scenario.nu)
    return np.where(drawn < first, 0, np.where(drawn < first + second, 1, 2))


def _board(scenario: Scenario, votes: Votes, models: int, *, weighted: bool = False) -> RatingIntervals | None:
    """The board of the first `models` models; None while their votes allow none."""
    counts = votes.counts(int(weighted), models)
    try:
        found = fit(counts, scenario.method)
        covariance = sandwich_covariance(counts, found, votes.counts(2, models) if weighted else None)
    except (NotRankableError, ArithmeticError):
        return None
    return rating_intervals(found.models, found.theta, covariance)


def _width(board: RatingIntervals, watched: int | None) -> float:
    widths = board.rating_upper - board.rating_lower
    return float(widths.mean() if watched is None else widths[watched])
