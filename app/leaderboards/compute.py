"""From counts to a board. Pure: the same counts and votes give the same board, to the last bit."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.leaderboards.columnar import ColumnarVotes
from app.leaderboards.ranking import (
    RANK_DRAWS,
    RANK_LEVEL,
    RANK_SEED,
    Ranking,
    Selected,
    rank,
    select_votes,
)
from app.leaderboards.schemas import (
    AnnotatorKind,
    BoardDetails,
    BoardMethod,
    MissingWins,
    ModelFacts,
    PairTally,
    SingleVotes,
    StyleEffect,
)
from app.leaderboards.slices import EVERYTHING, SliceDefinition
from app.ratings import Connectivity, NotRankableError, PairCounts, find_connectivity, observed_win_rates, online_elo
from app.ratings.arrays import FloatArray, IntArray
from app.ratings.clustered import FEWEST_VOTERS
from app.ratings.scale import CENTRE, POINTS_PER_TENFOLD_ODDS
from app.ratings.uncertainty import Z_95

METHOD: BoardMethod = "bradley-terry"
ELO_K = 4.0

# What becomes of the two outcomes that prefer nobody.
_TIES: Mapping[BoardMethod, tuple[str, str]] = {
    "bradley-terry": ("half a win", "half a win"),
    "davidson": ("an outcome of its own", "a tie"),
    "rao-kupper": ("an outcome of its own", "a tie"),
    "four-outcomes": ("an outcome of its own", "an outcome of its own"),
    "style-controlled": ("half a win", "half a win"),
}


@dataclass(frozen=True, eq=False)
class CountedVotes:
    """A slice's current counting votes of one kind of annotator.

    kind:          whose votes these are; None where there are none of any kind
    votes_by_kind: how many there are of each kind, including those kept apart from this board
    counts:        over all the arena's models, with or without votes
    facts:         what is known of each model, in the order of counts.models
    single:        the votes themselves; None where there are too many to look at each every time
    styles:        (V, 4) each, of the answers of model a and of model b; needed by the style-controlled board alone
    earlier:       what the last look at single votes gave, for a count that does without one
    """

    kind: AnnotatorKind | None
    votes_by_kind: Mapping[AnnotatorKind, int]
    counts: PairCounts
    facts: tuple[ModelFacts, ...]
    definition: SliceDefinition = EVERYTHING
    single: ColumnarVotes | None = None
    styles: tuple[FloatArray, FloatArray] | None = None
    earlier: SingleVotes | None = None


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

    method: BoardMethod
    settings: dict[str, Any]
    votes: int
    input_hash: str
    entries: tuple[Entry, ...]
    details: BoardDetails


def compute_board(counted: CountedVotes, method: BoardMethod = METHOD) -> Board:
    """The ranking of the largest set of models that the votes connect, and what is known of the others."""
    counts = counted.counts
    votes = int(counts.total_votes)
    connectivity = find_connectivity(counts)
    is_enough = votes >= counted.definition.minimum_votes
    ranking, reason = _rank_largest(counted, connectivity, method) if is_enough else (None, None)
    single = _single_votes(counted, ranking)
    tallies: list[PairTally] = list(zip(*_pair_rows(counts).T.tolist(), strict=True))
    return Board(
        method=method,
        settings=_settings(counted, method, ranking),
        votes=votes,
        input_hash=hash_counts(counts),
        entries=_entries(counts, ranking, single if is_enough else None),
        details=BoardDetails(
            annotator_kind=counted.kind,
            votes_by_kind=dict(counted.votes_by_kind),
            facts=list(counted.facts),
            pairs=tallies,
            predicted=_predicted(counts, tallies, ranking),
            components=[list(component) for component in connectivity.components],
            missing=[MissingWins(winners=list(gap.winners), losers=list(gap.losers)) for gap in connectivity.missing],
            unresolved=reason is not None,
            unresolved_reason=reason,
            minimum_votes=None if is_enough else counted.definition.minimum_votes,
            parameters={} if ranking is None else dict(ranking.parameters),
            log_likelihood=None if ranking is None else ranking.log_likelihood,
            style_effects={} if ranking is None else _effects(ranking),
            style_dropped={} if ranking is None else dict(ranking.dropped),
            single_votes=single,
        ),
    )


def hash_counts(counts: PairCounts) -> str:
    """SHA-256 of the counts; models without votes are no part of it.

    Over the JSON list of the names that have votes, sorted by code point, without spaces and with all characters as
    they are, in UTF-8; a line feed; then for each pair that met, in the order of positions i < j in that list, six
    64-bit little-endian integers: i, j, wins of i, wins of j, ties, both bad.
    """
    voted = [name for name, votes in zip(counts.models, counts.votes_per_model, strict=True) if votes]
    digest = hashlib.sha256(_names_line(voted))
    digest.update(_pair_rows(counts.restricted_to(voted)).astype("<i8").tobytes())
    return digest.hexdigest()


def hash_votes(single: ColumnarVotes) -> str:
    """SHA-256 of the votes in their order; models without votes are no part of it.

    Over the names as in `hash_counts`; then (code of a * models + code of b) * 4 + code of the winner for each vote as
    32-bit little-endian integers, where codes are positions in that list and in WINNERS; then the voter of each vote,
    numbered from 0 in the order in which they first voted, alike.
    """
    votes = single.votes
    voted = np.unique(np.concatenate([votes.model_a, votes.model_b]))
    pair = np.searchsorted(voted, votes.model_a) * len(voted) + np.searchsorted(voted, votes.model_b)
    digest = hashlib.sha256(_names_line([votes.models[code] for code in voted.tolist()]))
    digest.update((pair * 4 + votes.winner).astype("<i4").tobytes())
    digest.update(single.voters.astype("<i4").tobytes())
    return digest.hexdigest()


def _names_line(names: list[str]) -> bytes:
    return json.dumps(names, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _rank_largest(
    counted: CountedVotes, connectivity: Connectivity, method: BoardMethod
) -> tuple[Ranking | None, str | None]:
    """The ranking of the first component; or why these votes have none although they connect its models."""
    if not connectivity.components or len(connectivity.components[0]) < 2:
        return None, None
    models = connectivity.components[0]
    selected: Selected | None = None
    if counted.single is not None:
        selected = select_votes(counted.single, models, counted.styles)
    try:
        return rank(counted.counts.restricted_to(models), method, selected, counted.earlier), None
    except NotRankableError as error:
        return None, str(error)
    except ArithmeticError:
        return None, "the votes connect the models too faintly for a number to be trusted"


def _single_votes(counted: CountedVotes, ranking: Ranking | None) -> SingleVotes | None:
    """What only the votes one by one tell; from the last look where this count does without."""
    if counted.single is None:
        return counted.earlier if counted.counts.total_votes else None
    single = counted.single
    effects = {} if ranking is None or ranking.design_effects is None else ranking.design_effects
    elo = online_elo(single.votes, k=ELO_K)
    voted = np.unique(np.concatenate([single.votes.model_a, single.votes.model_b])).tolist()
    return SingleVotes(
        votes=len(single.voters),
        voters=int(single.voters.max(initial=-1)) + 1,
        votes_hash=hash_votes(single),
        design_effects=dict(effects),
        critical=None if ranking is None else ranking.critical,
        elo={elo.models[code]: float(elo.ratings[code]) for code in voted},
    )


def _entries(counts: PairCounts, ranking: Ranking | None, single: SingleVotes | None) -> tuple[Entry, ...]:
    """Best first; then those without a rating, most votes first."""
    win_rates = observed_win_rates(counts).average_win_rate
    per_model = counts.votes_per_model
    ranked = {} if ranking is None else _ranked(ranking)
    elo = {} if single is None else single.elo
    entries = [
        Entry(
            model=name,
            votes=int(per_model[code]),
            win_rate=_known(win_rates[code]),
            elo=elo.get(name),
            **ranked.get(name, {}),
        )
        for code, name in enumerate(counts.models)
    ]
    entries.sort(key=lambda entry: (entry.rating is None, -(entry.rating or 0.0), -entry.votes, entry.model))
    return tuple(entries)


def _ranked(ranking: Ranking) -> dict[str, dict[str, Any]]:
    """The numbers of each ranked model. Ranges of ranks hold for all models at once."""
    intervals, ranges = ranking.intervals, ranking.ranks
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


def _pair_rows(counts: PairCounts) -> IntArray:
    """(K, 6): the pairs that met, each once, as in PairTally: the whole input of the ranking."""
    first, second = np.nonzero(np.triu(counts.votes_per_pair))
    columns = (
        first,
        second,
        counts.wins[first, second],
        counts.wins[second, first],
        counts.ties[first, second],
        counts.both_bad[first, second],
    )
    return np.stack(columns, axis=1).astype(np.int64)


def _predicted(counts: PairCounts, tallies: list[PairTally], ranking: Ranking | None) -> list[float | None]:
    """For each pair that met, the win rate of the first that the model expects; None where it is not ranked."""
    if ranking is None:
        return [None] * len(tallies)
    place = {name: index for index, name in enumerate(ranking.intervals.models)}
    code = np.array([place.get(name, -1) for name in counts.models])
    first, second = code[[tally[0] for tally in tallies]], code[[tally[1] for tally in tallies]]
    expected = ranking.expected_win_rates.round(5)[first, second].tolist()
    ranked = ((first >= 0) & (second >= 0)).tolist()
    return [rate if known else None for rate, known in zip(expected, ranked, strict=True)]


def _effects(ranking: Ranking) -> dict[str, StyleEffect]:
    return {
        name: StyleEffect(points=one.points, lower=one.points_lower, upper=one.points_upper)
        for name, one in ranking.effects.items()
    }


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _settings(counted: CountedVotes, method: BoardMethod, ranking: Ranking | None) -> dict[str, Any]:
    """All choices that the numbers depend on."""
    tie, both_bad = _TIES[method]
    return {
        "slice": counted.definition.model_dump(mode="json", exclude_defaults=True),
        "annotator_kinds": [counted.kind] if counted.kind else [],
        "tie": tie,
        "both_bad": both_bad,
        "mean_rating": CENTRE,
        "points_per_tenfold_odds": POINTS_PER_TENFOLD_ODDS,
        "intervals": None if ranking is None else ranking.interval_kind,
        "fewest_voters": FEWEST_VOTERS,
        "z": Z_95,
        "ranks": "simultaneous, max-t",
        "rank_level": RANK_LEVEL,
        "rank_draws": RANK_DRAWS,
        "rank_seed": RANK_SEED,
        "style": ["length", "headers", "lists", "bold"] if method == "style-controlled" else [],
        "elo_k": ELO_K,
        "elo_start": CENTRE,
    }
