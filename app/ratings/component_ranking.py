"""Rankings where the votes do not connect all models: one for each part that they do connect."""

from dataclasses import dataclass

from app.ratings.arrays import FloatArray
from app.ratings.bradley_terry import BradleyTerryFit, fit_bradley_terry
from app.ratings.connectivity import Connectivity, find_connectivity
from app.ratings.counts import PairCounts
from app.ratings.ranks import RankRanges, pointwise_rank_ranges, simultaneous_rank_ranges
from app.ratings.uncertainty import RatingIntervals, rating_intervals, sandwich_covariance


@dataclass(frozen=True, eq=False)
class ComponentRanking:
    """The ranking inside one component; its ratings have their own mean of 1000.

    Neither ratings nor ranks may be compared with those of another component: the votes do not say.

    counts:             the votes among its models; those across components are not in it, and would not
                        change its estimate
    fit:                the Bradley-Terry fit
    covariance:         (M, M) sandwich covariance of fit.theta, in squared logits
    intervals:          ratings with pointwise 95 % intervals
    pointwise_ranks:    each range at 95 % on its own
    simultaneous_ranks: all ranges at once at 95 %
    """

    counts: PairCounts
    fit: BradleyTerryFit
    covariance: FloatArray
    intervals: RatingIntervals
    pointwise_ranks: RankRanges
    simultaneous_ranks: RankRanges


def rank_components(
    counts: PairCounts, *, connectivity: Connectivity | None = None, seed: int = 0
) -> tuple[ComponentRanking, ...]:
    """A ranking inside each component of two or more models, in the order of Connectivity.components.

    Where the votes connect all models this is a single ranking of them all; where nobody can be compared
    with anybody it is empty. `seed` is that of the simulation behind the simultaneous ranks.
    """
    parts = (connectivity or find_connectivity(counts)).components
    return tuple(_rank(counts.restricted_to(part), seed) for part in parts if len(part) > 1)


def _rank(counts: PairCounts, seed: int) -> ComponentRanking:
    fit = fit_bradley_terry(counts)
    covariance = sandwich_covariance(counts, fit)
    intervals = rating_intervals(fit.models, fit.theta, covariance)
    return ComponentRanking(
        counts=counts,
        fit=fit,
        covariance=covariance,
        intervals=intervals,
        pointwise_ranks=pointwise_rank_ranges(intervals),
        simultaneous_ranks=simultaneous_rank_ranges(fit.models, fit.theta, covariance, seed=seed),
    )
