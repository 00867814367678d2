"""How sure is this? What a board says about itself, from the same votes. Pure."""

import math
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from app.leaderboards.analysis_schemas import (
    AgreementOut,
    Analysis,
    CyclesOut,
    InfluenceOut,
    NeededPairOut,
    OverturningOut,
    PositionOut,
    SelfConsistencyOut,
    StyleProfile,
)
from app.leaderboards.columnar import ColumnarVotes
from app.leaderboards.compute import CountedVotes, hash_counts
from app.leaderboards.position import position_effect
from app.leaderboards.ranking import Selected, select_votes
from app.ratings import NotRankableError, PairCounts, find_connectivity, fit_bradley_terry
from app.ratings.agreement import Agreement, Level, krippendorff_alpha, preferences
from app.ratings.arrays import FloatArray
from app.ratings.cycles import cyclic_votes
from app.ratings.influence import voter_influence
from app.ratings.needed_pairs import needed_pairs
from app.ratings.overturning import Overturning, votes_to_drop, votes_to_forge
from app.ratings.self_consistency import self_consistency

T = TypeVar("T")

NEEDED_PAIRS = 10
MOST_CHANGES_LISTED = 10

# A thousand resamples of a hundred thousand units would take minutes, and settle a digit that nobody reads.
DRAWS = 20_000_000


def analyse(counted: CountedVotes) -> Analysis:
    """All figures that these votes allow, by Bradley-Terry with a tie as half a win; None where they allow none.

    Below the minimum of a slice nothing is said that would give its places away.
    """
    counts, single = counted.counts, counted.single
    components = find_connectivity(counts).components
    is_enough = counts.total_votes >= counted.definition.minimum_votes
    models = components[0] if is_enough and components and len(components[0]) > 1 else ()
    ranked = counts.restricted_to(models) if models else None
    selected = select_votes(single, models, None) if single is not None and models else None
    return Analysis(
        input_hash=hash_counts(counts),
        votes=int(counts.total_votes),
        voters=None if single is None else int(single.voters.max(initial=-1)) + 1,
        drop=_attempt(ranked, lambda known: _overturning(votes_to_drop(known))),
        forge=_attempt(ranked, lambda known: _overturning(votes_to_forge(known))),
        influence=None if selected is None else _influence(selected),
        agreement_nominal=None if single is None else _agreement(single, "nominal"),
        agreement_ordinal=None if single is None else _agreement(single, "ordinal"),
        self_consistency=None if single is None else _self_consistency(single),
        cycles=_cycles(counts),
        position=_position(single, selected),
        needed_pairs=_attempt(ranked, _needed) or [],
        styles=_styles(counted),
    )


def _position(single: ColumnarVotes | None, selected: Selected | None) -> PositionOut:
    if single is None:
        return PositionOut(state="not-looked-at", recorded_votes=0)
    if not single.sides.any():
        return PositionOut(state="not-recorded", recorded_votes=0)
    return position_effect(selected)


def _attempt(counts: PairCounts | None, work: Callable[[PairCounts], T]) -> T | None:
    """None where there is nothing ranked, or its estimate is beyond float64."""
    if counts is None:
        return None
    try:
        return work(counts)
    except (ArithmeticError, NotRankableError):
        return None


def _overturning(found: Overturning | None) -> OverturningOut | None:
    if found is None:
        return None
    changes = [(one.model_a, one.model_b, one.winner, one.votes) for one in found.changes[:MOST_CHANGES_LISTED]]
    return OverturningOut(votes=found.votes, leader=found.leader, new=found.new, changes=changes)


def _influence(selected: Selected) -> InfluenceOut | None:
    """The largest effect of one voter; with a single voter there is nobody to compare with."""
    voters = len(np.unique(selected.voters))
    if voters < 2:
        return None
    try:
        effects = voter_influence(selected.votes, selected.voters).effects
    except (ArithmeticError, NotRankableError):
        return None
    needed = [one for one in effects if one.model is None]
    measured = [one for one in effects if one.model is not None]
    largest = measured[0] if measured else None
    return InfluenceOut(
        voters=voters,
        model=largest.model if largest else None,
        points=abs(largest.points) if largest else None,
        votes=int(largest.votes) if largest else None,
        indispensable=len(needed),
    )


def _agreement(single: ColumnarVotes, level: Level) -> AgreementOut | None:
    units = int(single.items.max(initial=-1)) + 1
    if not units:
        return None
    values = preferences(single.votes)
    replicates = max(100, min(1000, DRAWS // units))
    found = krippendorff_alpha(single.items, single.voters, values, level=level, replicates=replicates)
    return _with_interval(found) if found.units else None


def _with_interval(found: Agreement) -> AgreementOut:
    return AgreementOut(
        value=_finite(found.value),
        lower=_finite(found.lower),
        upper=_finite(found.upper),
        units=found.units,
        values=found.values,
    )


def _self_consistency(single: ColumnarVotes) -> SelfConsistencyOut | None:
    found = self_consistency(single.items, single.voters, preferences(single.votes))
    if not found.repeated:
        return None
    return SelfConsistencyOut(
        share=found.share,
        lower=found.lower,
        upper=found.upper,
        consistent=found.consistent,
        repeated=found.repeated,
    )


def _cycles(counts: PairCounts) -> CyclesOut | None:
    found = cyclic_votes(counts)
    if not found.decisive:
        return None
    return CyclesOut(
        decisive=int(found.decisive),
        unexplained_share=found.unexplained_share,
        cyclic_share=found.cyclic_share,
        is_exact=found.cyclic_least == found.cyclic_most,
    )


def _needed(counts: PairCounts) -> list[NeededPairOut]:
    return [
        NeededPairOut(model_a=pair.model_a, model_b=pair.model_b, votes=int(pair.votes), share=pair.share)
        for pair in needed_pairs(counts, fit_bradley_terry(counts), limit=NEEDED_PAIRS)
    ]


def _styles(counted: CountedVotes) -> dict[str, StyleProfile]:
    """The mean style of each model's answers, over the votes that they are in."""
    if counted.single is None or counted.styles is None:
        return {}
    votes = counted.single.votes
    size = len(votes.models)
    codes = np.concatenate([votes.model_a, votes.model_b])
    measures = np.concatenate(counted.styles)
    cast = np.bincount(codes, minlength=size)
    means: FloatArray = np.stack(
        [np.bincount(codes, weights=column, minlength=size) / np.maximum(cast, 1) for column in measures.T], axis=1
    )
    return {
        name: StyleProfile(characters=row[0], headers=row[1], lists=row[2], bold=row[3])
        for name, row, votes_cast in zip(votes.models, means.round(3).tolist(), cast.tolist(), strict=True)
        if votes_cast
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
