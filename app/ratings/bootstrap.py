"""Bootstrap: how ratings vary when the votes, or the voters, are drawn anew.

Each vote gets a random weight of mean and variance 1 (`vote_weights`), which are those of how often it comes up when
votes are drawn with replacement; but it is never zero, so that every resample can be ranked. Each voter, with all its
votes, comes Poisson(1) times: with few voters that holds the truth more often (docs/decisions/0012).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.ratings.arrays import FloatArray, IntArray, read_only_floats
from app.ratings.bradley_terry import fit_bradley_terry
from app.ratings.connectivity import NotRankableError
from app.ratings.count_cells import CountCells, count_cells
from app.ratings.counts import PairCounts
from app.ratings.fit import PairwiseFit
from app.ratings.resampling import Refit, refit_bradley_terry
from app.ratings.scale import CENTRE, POINTS_PER_LOGIT
from app.ratings.uncertainty import RatingIntervals
from app.ratings.vote_weights import weighed_cells
from app.ratings.voter_table import voter_table
from app.ratings.votes import CodedVotes

# Random numbers of a kind that are held in memory at once.
NUMBERS_AT_ONCE = 2_500_000


@dataclass(frozen=True, eq=False)
class BootstrapRatings:
    """Ratings under resampled votes or voters.

    models:     names in the order of the arrays
    ratings:    (M,) of the votes as they are, in points
    replicates: (R, M) of the resamples, each with mean 1000
    unrankable: resamples of voters left out because their votes did not connect all models; intervals are then
                conditional on the rest, and too narrow if there are many
    """

    models: tuple[str, ...]
    ratings: FloatArray
    replicates: FloatArray
    unrankable: int

    def intervals(self, level: float = 0.95) -> RatingIntervals:
        """Percentile intervals; standard errors are those of the replicates."""
        if not 0.0 < level < 1.0:
            raise ValueError(f"level is {level}, but must lie between 0 and 1")
        tail = (1.0 - level) / 2.0
        lower, upper = np.quantile(self.replicates, [tail, 1.0 - tail], axis=0)
        return RatingIntervals(
            models=self.models,
            ratings=self.ratings,
            standard_errors=read_only_floats(self.replicates.std(axis=0, ddof=1)),
            rating_lower=read_only_floats(lower),
            rating_upper=read_only_floats(upper),
        )

    def covariance(self) -> FloatArray:
        """(M, M) covariance of theta in squared logits, as for simultaneous_rank_ranges."""
        return read_only_floats(np.cov(self.replicates / POINTS_PER_LOGIT, rowvar=False))


def bootstrap_votes(
    counts: PairCounts,
    fit: PairwiseFit,
    squared: PairCounts | None = None,
    *,
    replicates: int = 1000,
    seed: int = 0,
    refit: Refit | None = None,
) -> BootstrapRatings:
    """Ratings under `replicates` resamples of votes that are independent of each other.

    `squared` counts each vote with the square of its weight, None where all are one: a cell is then drawn as the
    number of equally heavy votes that has its sum and its variance. `refit` fits resampled counts; None for
    Bradley-Terry, all at once. The same input and seed give the same replicates. Raises ValueError for a fit of
    other models, or of another method without `refit`, and when fewer than two resamples can be ranked.
    """
    if counts.models != fit.models:
        raise ValueError("the fit is not of the models in these votes")
    if refit is None:
        counts, squared = _half_wins(counts), squared and _half_wins(squared)
    cells, n = count_cells(counts)
    weighed = weighed_cells(n, None if squared is None else cells.values(squared))
    rng = np.random.default_rng(seed)

    def draw(size: int) -> FloatArray:
        return weighed.draw(rng, size)

    return _bootstrap(fit, cells, draw, _sizes(replicates, max(len(n), len(weighed.masks))), refit)


def bootstrap_voters(
    votes: CodedVotes,
    voters: IntArray,
    fit: PairwiseFit,
    weights: FloatArray | None = None,
    *,
    replicates: int = 1000,
    seed: int = 0,
    refit: Refit | None = None,
) -> BootstrapRatings:
    """Ratings under resamples of voters, each with all its votes; otherwise as `bootstrap_votes`.

    voters (V,) are codes from 0; weights (V,) those of the votes in the fit, None for ones.
    """
    if votes.models != fit.models:
        raise ValueError("the fit is not of the models in these votes")
    cast = voter_table(votes, voters, weights)
    table = cast.table.tocsr()
    rng = np.random.default_rng(seed)

    def draw(size: int) -> FloatArray:
        return np.asarray(table @ rng.poisson(1.0, (table.shape[1], size)).astype(np.float64))

    return _bootstrap(fit, cast.cells, draw, _sizes(replicates, max(table.shape)), refit)


def _half_wins(counts: PairCounts) -> PairCounts:
    """The same with a "both bad" as a tie: to Bradley-Terry they are one, and one draw is faster than two."""
    level = counts.ties + counts.both_bad
    return PairCounts(models=counts.models, wins=counts.wins, ties=level, both_bad=np.zeros_like(level))


def _sizes(replicates: int, numbers: int) -> list[int]:
    """How many replicates are drawn at once, each from so many random numbers: theirs must fit into memory."""
    at_once = max(1, NUMBERS_AT_ONCE // max(1, numbers))
    return [min(at_once, replicates - start) for start in range(0, replicates, at_once)]


def _bootstrap(
    fit: PairwiseFit,
    cells: CountCells,
    draw: Callable[[int], FloatArray],
    sizes: list[int],
    refit: Refit | None,
) -> BootstrapRatings:
    if refit is None and fit.method != "bradley-terry":
        raise ValueError(f"a bootstrap of {fit.method} needs its refit")
    theta = np.concatenate([_estimates(cells, draw(size), fit, refit) for size in sizes], axis=1).T
    if len(theta) < 2:
        raise ValueError(f"of {sum(sizes)} resamples {len(theta)} can be ranked: too few for an interval")
    centred = theta - theta.mean(axis=1, keepdims=True)
    return BootstrapRatings(
        models=fit.models,
        ratings=fit.ratings,
        replicates=read_only_floats(CENTRE + POINTS_PER_LOGIT * centred),
        unrankable=sum(sizes) - len(theta),
    )


def _estimates(cells: CountCells, draws: FloatArray, fit: PairwiseFit, refit: Refit | None) -> FloatArray:
    """(M, K): the estimates of those resamples (C, R) that have one."""
    if refit is None:
        theta, missed = refit_bradley_terry(cells, draws, fit)
    else:
        theta, missed = np.empty((len(fit.models), draws.shape[1])), np.arange(draws.shape[1])
    estimator = refit or fit_bradley_terry
    kept = np.ones(draws.shape[1], dtype=bool)
    for replicate in missed:
        try:
            theta[:, replicate] = estimator(cells.counts(fit.models, draws[:, replicate])).theta
        except (NotRankableError, ArithmeticError):
            kept[replicate] = False
    return theta[:, kept]
