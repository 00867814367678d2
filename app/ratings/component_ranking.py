"""Rankings where the votes do not connect all models: one for each part that they do connect."""

from collections.abc import Callable
from dataclasses import dataclass

from app.ratings.arrays import FloatArray
from app.ratings.bradley_terry import fit_bradley_terry
from app.ratings.connectivity import Connectivity, find_connectivity
from app.ratings.counts import PairCounts
from app.ratings.fit import PairwiseFit
from app.ratings.ranks import RankRanges, pointwise_rank_ranges, simultaneous_rank_ranges
from app.ratings.resampling import Refit
from app.ratings.uncertainty import RatingIntervals, rating_intervals, sandwich_covariance

# From the counts of one component and their fit, the (M, M) covariance of its theta.
Covariance = Callable[[PairCounts, PairwiseFit], FloatArray]


@dataclass(frozen=True, eq=False)
class ComponentRanking:
    """The ranking inside one component; its ratings have their own mean of 1000.

    Neither ratings nor ranks may be compared with those of another component: the votes do not say.

    counts:             the votes among its models; those across components are not in it, and would not
                        change a Bradley-Terry estimate
    fit:                of these counts
    covariance:         (M, M) covariance of fit.theta, in squared logits
    intervals:          ratings with pointwise 95 % intervals
    pointwise_ranks:    each range at 95 % on its own
    simultaneous_ranks: all ranges at once at 95 %
    """

    counts: PairCounts
    fit: PairwiseFit
    covariance: FloatArray
    intervals: RatingIntervals
    pointwise_ranks: RankRanges
    simultaneous_ranks: RankRanges


def rank_components(
    counts: PairCounts,
    *,
    connectivity: Connectivity | None = None,
    refit: Refit = fit_bradley_terry,
    covariance: Covariance = sandwich_covariance,
    seed: int = 0,
) -> tuple[ComponentRanking, ...]:
    """A ranking inside each component of two or more models, in the order of Connectivity.components.

    Where the votes connect all models this is a single ranking of them all; where nobody can be compared
    with anybody it is empty. `refit` is the estimator, `covariance` how its uncertainty is had, `seed` that of
    the simulation behind the simultaneous ranks.
    """
    parts = (connectivity or find_connectivity(counts)).components
    return tuple(
        rank_connected(counts.restricted_to(part), refit=refit, covariance=covariance, seed=seed)
        for part in parts
        if len(part) > 1
    )


def rank_connected(
    counts: PairCounts,
    *,
    refit: Refit = fit_bradley_terry,
    covariance: Covariance = sandwich_covariance,
    seed: int = 0,
) -> ComponentRanking:
    """The ranking of models that the votes all connect; otherwise as rank_components. Raises as `refit` does."""
    fit = refit(counts)
    spread = covariance(counts, fit)
    intervals = rating_intervals(fit.models, fit.theta, spread)
    return ComponentRanking(
        counts=counts,
        fit=fit,
        covariance=spread,
        intervals=intervals,
        pointwise_ranks=pointwise_rank_ranges(intervals),
        simultaneous_ranks=simultaneous_rank_ranges(fit.models, fit.theta, spread, seed=seed),
    )
