"""From counted votes to a board. Pure: the same votes give the same board, to the last bit."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.leaderboards.schemas import AnnotatorKind, BoardDetails, MissingWins, ModelFacts, PairTally
from app.ratings import (
    CodedVotes,
    ComponentRanking,
    Connectivity,
    PairCounts,
    find_connectivity,
    observed_win_rates,
    online_elo,
    rank_components,
)
from app.ratings.arrays import FloatArray
from app.ratings.scale import CENTRE, POINTS_PER_TENFOLD_ODDS
from app.ratings.uncertainty import Z_95

METHOD = "bradley-terry"
ELO_K = 4.0
RANK_SEED = 0


@dataclass(frozen=True, eq=False)
class CountedVotes:
    """An arena's current counting votes of one kind of annotator, in canonical order.

    kind:          whose votes these are; None where there are none of any kind
    votes_by_kind: how many there are of each kind, including those kept apart from this board
    votes:         over all the arena's models, with or without votes
    facts:         what is known of each model, in the order of votes.models
    """

    kind: AnnotatorKind | None
    votes_by_kind: Mapping[AnnotatorKind, int]
    votes: CodedVotes
    facts: tuple[ModelFacts, ...]


@dataclass(frozen=True)
class Entry:
    """One model's line; None where the votes do not determine the number. rank_upper is the better place."""

    model: str
    votes: int
    win_rate: float | None
    elo: float | None
    rating: float | None = None
    rating_lower: float | None = None
    rating_upper: float | None = None
    rank: int | None = None
    rank_lower: int | None = None
    rank_upper: int | None = None


@dataclass(frozen=True)
class Board:
    """All that one computation gives: what a snapshot stores."""

    method: str
    settings: dict[str, Any]
    votes: int
    input_hash: str
    entries: tuple[Entry, ...]
    details: BoardDetails


def compute_board(counted: CountedVotes) -> Board:
    """The ranking of the largest set of models that the votes connect, and what is known of the others."""
    votes = counted.votes
    counts = PairCounts.from_coded_votes(votes)
    connectivity = find_connectivity(counts)
    ranking, unresolved = _rank_largest(counts, connectivity)
    return Board(
        method=METHOD,
        settings=_settings(counted),
        votes=len(votes.winner),
        input_hash=hash_votes(votes),
        entries=_entries(votes, counts, ranking),
        details=BoardDetails(
            annotator_kind=counted.kind,
            votes_by_kind=dict(counted.votes_by_kind),
            facts=list(counted.facts),
            pairs=_tallies(counts),
            components=[list(component) for component in connectivity.components],
            missing=[MissingWins(winners=list(gap.winners), losers=list(gap.losers)) for gap in connectivity.missing],
            unresolved=unresolved,
        ),
    )


def hash_votes(votes: CodedVotes) -> str:
    """SHA-256 of the votes in their order; models without votes are no part of it.

    Over the JSON list of the names that have votes, sorted by code point, without spaces and with all characters as
    they are, in UTF-8; a line feed; then (code of a * models + code of b) * 4 + code of the winner for each vote as
    32-bit little-endian integers, where codes are positions in that list and in WINNERS.
    """
    voted = np.unique(np.concatenate([votes.model_a, votes.model_b]))
    names = [votes.models[code] for code in voted.tolist()]
    pair = np.searchsorted(voted, votes.model_a) * len(names) + np.searchsorted(voted, votes.model_b)
    digest = hashlib.sha256(json.dumps(names, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    digest.update((pair * 4 + votes.winner).astype("<i4").tobytes())
    return digest.hexdigest()


def _rank_largest(counts: PairCounts, connectivity: Connectivity) -> tuple[ComponentRanking | None, bool]:
    """The ranking of the first component, and whether it exists but is beyond float64."""
    if not connectivity.components or len(connectivity.components[0]) < 2:
        return None, False
    largest = counts.restricted_to(connectivity.components[0])
    try:
        return rank_components(largest, seed=RANK_SEED)[0], False
    except ArithmeticError:
        return None, True


def _entries(votes: CodedVotes, counts: PairCounts, ranking: ComponentRanking | None) -> tuple[Entry, ...]:
    """Best first; then those without a rating, most votes first."""
    elo = online_elo(votes, k=ELO_K).ratings
    win_rates = observed_win_rates(counts).average_win_rate
    per_model = counts.votes_per_model
    ranked = {} if ranking is None else _ranked(ranking)
    entries = [
        Entry(
            model=name,
            votes=int(per_model[code]),
            win_rate=_known(win_rates[code]),
            elo=float(elo[code]) if per_model[code] else None,
            **ranked.get(name, {}),
        )
        for code, name in enumerate(counts.models)
    ]
    entries.sort(key=lambda entry: (entry.rating is None, -(entry.rating or 0.0), -entry.votes, entry.model))
    return tuple(entries)


def _ranked(ranking: ComponentRanking) -> dict[str, dict[str, Any]]:
    """The numbers of each ranked model. Ranges of ranks hold for all models at once."""
    intervals, ranges = ranking.intervals, ranking.simultaneous_ranks
    places = _places(intervals.ratings)
    return {
        name: {
            "rating": float(intervals.ratings[index]),
            "rating_lower": float(intervals.rating_lower[index]),
            "rating_upper": float(intervals.rating_upper[index]),
            "rank": places[index],
            "rank_lower": int(ranges.rank_lower[index]),
            "rank_upper": int(ranges.rank_upper[index]),
        }
        for index, name in enumerate(intervals.models)
    }


def _places(ratings: FloatArray) -> list[int]:
    """1 + the number of models rated higher, by more than ratings are computed exactly."""
    higher = ratings[None, :] > ratings[:, None] + 1e-6
    return [int(place) for place in 1 + higher.sum(axis=1)]


def _tallies(counts: PairCounts) -> list[PairTally]:
    """The pairs that met, each once: the whole input of the ranking."""
    first, second = np.nonzero(np.triu(counts.votes_per_pair))
    columns = (
        first,
        second,
        counts.wins[first, second],
        counts.wins[second, first],
        counts.ties[first, second],
        counts.both_bad[first, second],
    )
    return [(a, b, i, j, t, z) for a, b, i, j, t, z in np.stack(columns, axis=1).astype(np.int64).tolist()]


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _settings(counted: CountedVotes) -> dict[str, Any]:
    """All choices that the numbers depend on."""
    return {
        "annotator_kinds": [counted.kind] if counted.kind else [],
        "tie": "half a win",
        "both_bad": "half a win",
        "mean_rating": CENTRE,
        "points_per_tenfold_odds": POINTS_PER_TENFOLD_ODDS,
        "intervals": "sandwich, pointwise",
        "z": Z_95,
        "ranks": "simultaneous, max-t",
        "rank_level": 0.95,
        "rank_draws": 10_000,
        "rank_seed": RANK_SEED,
        "elo_k": ELO_K,
        "elo_start": CENTRE,
    }
