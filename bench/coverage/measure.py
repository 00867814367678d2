"""How often intervals and ranges of places hold what they claim."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from app.ratings import (
    WINNERS,
    CodedVotes,
    NotRankableError,
    PairCounts,
    RankRanges,
    RatingIntervals,
    rating_intervals,
    sandwich_covariance,
    simultaneous_rank_ranges,
)
from app.ratings.arrays import FloatArray
from app.ratings.bootstrap import bootstrap_voters, bootstrap_votes
from app.ratings.clustered import clustered_covariance
from app.ratings.estimators import fit
from app.ratings.fit import PairwiseFit
from app.ratings.ranks import bootstrap_rank_ranges
from app.ratings.scale import ratings_from_theta
from app.ratings.uncertainty import strengths_covariance
from app.ratings.votes import BOTH_BAD, MODEL_A, MODEL_B, TIE
from bench.coverage.worlds import Drawn, Generator, Scenario

# Draws behind the ranges of places: a fifth of what boards take, as thousands of boards are made here.
RANK_DRAWS = 2000
REPLICATES = 100
# What `preferendum rank --intervals bootstrap` takes.
SHIPPED_REPLICATES = 1000


@dataclass(frozen=True, eq=False)
class Arena:
    """One arena as estimated: its votes as counts, sums of squared weights, and the fit."""

    drawn: Drawn
    counts: PairCounts
    squared: PairCounts | None
    found: PairwiseFit
    shared: bool


Kind = Callable[[Arena], tuple[RatingIntervals, RankRanges]]


def _from_covariance(arena: Arena, covariance: FloatArray) -> tuple[RatingIntervals, RankRanges]:
    models, theta = arena.found.models, arena.found.theta
    ranges = simultaneous_rank_ranges(models, theta, covariance, draws=RANK_DRAWS)
    return rating_intervals(models, theta, covariance), ranges


def _fisher(arena: Arena) -> tuple[RatingIntervals, RankRanges]:
    # bread times its inverse times bread: the Hessian alone
    hessian = np.linalg.pinv(arena.found.bread).astype(np.float64)
    return _from_covariance(arena, strengths_covariance(arena.found, hessian))


def _sandwich(arena: Arena) -> tuple[RatingIntervals, RankRanges]:
    return _from_covariance(arena, sandwich_covariance(arena.counts, arena.found, arena.squared))


def _corrected(arena: Arena) -> tuple[RatingIntervals, RankRanges]:
    covariance = sandwich_covariance(arena.counts, arena.found, arena.squared, correction="HC2")
    return _from_covariance(arena, covariance)


def _clustered(arena: Arena, *, small_sample: bool) -> tuple[RatingIntervals, RankRanges]:
    drawn = arena.drawn
    covariance = clustered_covariance(drawn.votes, drawn.voters, arena.found, drawn.weights, small_sample=small_sample)
    return _from_covariance(arena, covariance)


def _bootstrap(arena: Arena, replicates: int) -> tuple[RatingIntervals, RankRanges]:
    found, drawn = arena.found, arena.drawn

    def again(counts: PairCounts) -> PairwiseFit:
        return fit(counts, found.method, start=found.theta)

    refit = None if found.method == "bradley-terry" else again
    if arena.shared:
        resampled = bootstrap_voters(
            drawn.votes, drawn.voters, found, drawn.weights, replicates=replicates, refit=refit
        )
    else:
        resampled = bootstrap_votes(arena.counts, found, arena.squared, replicates=replicates, refit=refit)
    return resampled.intervals(), bootstrap_rank_ranges(found.models, found.ratings, resampled.replicates)


KINDS: Mapping[str, Kind] = {
    "Fisher": _fisher,
    "sandwich": _sandwich,
    "HC2": _corrected,
    "clustered, plain": lambda arena: _clustered(arena, small_sample=False),
    "clustered": lambda arena: _clustered(arena, small_sample=True),
    "bootstrap 100": lambda arena: _bootstrap(arena, REPLICATES),
}
# A thousand fits for each arena take too long to be measured everywhere, and with a model of ties over a second.
SHIPPED_KINDS: Mapping[str, Kind] = {name: KINDS[name] for name in ("sandwich", "clustered", "bootstrap 100")} | {
    "bootstrap 1,000": lambda arena: _bootstrap(arena, SHIPPED_REPLICATES)
}


@dataclass
class Coverage:
    """What was seen of one kind of interval in one scenario, one number for each arena.

    rating: the share of the looked-at ratings inside their intervals
    width:  the mean half width, in points
    ranks:  whether every range of places held the true place
    """

    rating: list[float] = field(default_factory=list)
    width: list[float] = field(default_factory=list)
    ranks: list[bool] = field(default_factory=list)


@dataclass(frozen=True)
class Measured:
    """A scenario with the coverage of each kind. skipped: arenas whose votes allowed no estimate, drawn anew."""

    scenario: Scenario
    kinds: Mapping[str, Coverage]
    skipped: int


def measure(scenario: Scenario, arenas: int, seed: int, measured: Mapping[str, Kind] = KINDS) -> Measured:
    """Coverage over `arenas` simulated arenas. The same seed gives the same numbers."""
    truth = ratings_from_theta(scenario.truth)
    places = 1 + (truth[None, :] > truth[:, None]).sum(axis=1)
    watched = list(scenario.watched or range(len(truth)))
    kinds = {name: Coverage() for name in measured}
    skipped = 0
    for rng in (np.random.default_rng([seed, number]) for number in range(arenas)):
        arena, tries = _estimated(scenario, rng)
        skipped += tries
        for name, kind in measured.items():
            intervals, ranges = kind(arena)
            inside = (intervals.rating_lower <= truth) & (truth <= intervals.rating_upper)
            kinds[name].rating.append(float(inside[watched].mean()))
            half = (intervals.rating_upper - intervals.rating_lower)[watched] / 2.0
            kinds[name].width.append(float(half.mean()))
            kinds[name].ranks.append(bool(((ranges.rank_upper <= places) & (places <= ranges.rank_lower)).all()))
    return Measured(scenario, kinds, skipped)


def _estimated(scenario: Scenario, rng: Generator) -> tuple[Arena, int]:
    """The next arena that can be ranked, and how many before it could not."""
    tries = 0
    while True:
        drawn = scenario.draw(rng)
        weights = drawn.weights
        counts = PairCounts.from_coded_votes(drawn.votes) if weights is None else _weighted(drawn.votes, weights)
        squared = None if weights is None else _weighted(drawn.votes, weights**2)
        try:
            return Arena(drawn, counts, squared, fit(counts, scenario.method), scenario.kind == "clustered"), tries
        except NotRankableError:
            tries += 1


def _weighted(votes: CodedVotes, weights: FloatArray) -> PairCounts:
    """Sums of weights per pair and winner."""
    sums = np.zeros((len(votes.models), len(votes.models), len(WINNERS)))
    np.add.at(sums, (votes.model_a, votes.model_b, votes.winner), weights)
    wins = sums[:, :, MODEL_A] + sums[:, :, MODEL_B].T
    ties, both_bad = sums[:, :, TIE], sums[:, :, BOTH_BAD]
    return PairCounts(models=votes.models, wins=wins, ties=ties + ties.T, both_bad=both_bad + both_bad.T)
