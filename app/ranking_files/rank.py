"""From votes to a ranking, as `preferendum rank` prints it. Pure: the same votes and options, the same numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.ranking_files.names import Intervals, Method
from app.ranking_files.options import RankOptions
from app.ranking_files.problems import NotRankedError, UnsuitableFileError
from app.ranking_files.reading import VotesFile
from app.ratings import (
    NotRankableError,
    PairCounts,
    RankRanges,
    RatingIntervals,
    online_elo,
    rating_intervals,
    sandwich_covariance,
    simultaneous_rank_ranges,
)
from app.ratings.arrays import FloatArray
from app.ratings.bootstrap import BootstrapRatings, bootstrap_voters, bootstrap_votes
from app.ratings.clustered import FEWEST_VOTERS, are_enough, clustered_covariance
from app.ratings.estimators import fit
from app.ratings.fit import PairwiseFit
from app.ratings.ranks import bootstrap_rank_ranges
from app.ratings.scale import CENTRE

ELO_K = 4.0
REPLICATES = 1000
# Ratings are not computed more exactly than this, in points, so a smaller difference is none.
RESOLUTION = 1e-6


@dataclass(frozen=True)
class RankedEntry:
    """One model's line. rank_upper is the better place; None where the method does not say."""

    model: str
    rating: float
    rating_lower: float | None
    rating_upper: float | None
    rank: int
    rank_lower: int | None
    rank_upper: int | None
    votes: float


@dataclass(frozen=True)
class FileRanking:
    """A ranking, best first, and what it was made from."""

    method: Method
    parameters: Mapping[str, float]
    log_likelihood: float | None
    votes: float
    entries: tuple[RankedEntry, ...]
    intervals: Intervals | None
    voters: int | None
    notes: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """What --json prints and the API answers: these keys and no others."""
        return {
            "method": self.method,
            "parameters": dict(self.parameters),
            "log_likelihood": self.log_likelihood,
            "votes": _whole(self.votes),
            "entries": [
                {
                    "model": entry.model,
                    "rating": entry.rating,
                    "rating_lower": entry.rating_lower,
                    "rating_upper": entry.rating_upper,
                    "rank": entry.rank,
                    "rank_lower": entry.rank_lower,
                    "rank_upper": entry.rank_upper,
                    "votes": _whole(entry.votes),
                }
                for entry in self.entries
            ],
        }


def rank_votes(file: VotesFile, options: RankOptions) -> FileRanking:
    """Rank all models of the file.

    Raises NotRankedError, which says what is missing, where no estimate exists, and UnsuitableFileError for options
    that make no sense for this file.
    """
    if options.method == "elo":
        return _rank_by_elo(file, options)
    found = _fit(file, options.method)
    kind, notes = _intervals_kind(file, options)
    try:
        intervals, ranges, more = _uncertainty(file, found, kind)
    except (ArithmeticError, ValueError) as error:
        raise UnsuitableFileError(f"No {kind} intervals can be computed: {error}.") from error
    shift = _shift(found.models, found.ratings, options)
    places = _places(found.ratings)
    per_model = file.cast.votes_per_model
    entries = [
        RankedEntry(
            model=model,
            rating=float(found.ratings[index]) + shift,
            rating_lower=float(intervals.rating_lower[index]) + shift,
            rating_upper=float(intervals.rating_upper[index]) + shift,
            rank=places[index],
            rank_lower=int(ranges.rank_lower[index]),
            rank_upper=int(ranges.rank_upper[index]),
            votes=float(per_model[index]),
        )
        for index, model in enumerate(found.models)
    ]
    return _ranking(file, options.method, found.parameters, found.log_likelihood, entries, kind, notes + more)


def _rank_by_elo(file: VotesFile, options: RankOptions) -> FileRanking:
    """Online Elo in the order of the file. It has neither a likelihood nor intervals, and no votes need connect."""
    if file.votes is None:
        raise UnsuitableFileError("Elo depends on the order of the votes, which pair counts do not have.")
    if options.intervals is not None:
        raise UnsuitableFileError("Elo has no intervals: its value depends on the order of the votes.")
    elo = online_elo(file.votes, k=ELO_K)
    shift = _shift(elo.models, elo.ratings, options)
    places, per_model = _places(elo.ratings), file.cast.votes_per_model
    entries = [
        RankedEntry(model, float(elo.ratings[index]) + shift, None, None, places[index], None, None, float(votes))
        for index, (model, votes) in enumerate(zip(elo.models, per_model, strict=True))
    ]
    notes = ["Elo took the votes in the order of the rows of the file."]
    if file.weights is not None:
        notes.append(f"Column {file.layout.weight} is not used: Elo takes one vote after the other.")
    return _ranking(file, "elo", {"k": ELO_K}, None, entries, None, tuple(notes))


def _ranking(
    file: VotesFile,
    method: Method,
    parameters: Mapping[str, float],
    log_likelihood: float | None,
    entries: list[RankedEntry],
    kind: Intervals | None,
    notes: tuple[str, ...],
) -> FileRanking:
    return FileRanking(
        method=method,
        parameters=parameters,
        log_likelihood=log_likelihood,
        votes=file.cast.total_votes,
        entries=tuple(sorted(entries, key=lambda entry: (entry.rank, entry.model))),
        intervals=kind,
        voters=None if file.voters is None else len(np.unique(file.voters)),
        notes=file.notes + notes,
    )


def _fit(file: VotesFile, method: Method) -> PairwiseFit:
    try:
        return fit(file.counts, method)
    except NotRankableError as error:
        raise NotRankedError(error) from error
    except ArithmeticError as error:
        raise UnsuitableFileError(
            f"The votes do not determine the ratings well enough to compute them: {error}."
        ) from error


def _intervals_kind(file: VotesFile, options: RankOptions) -> tuple[Intervals, tuple[str, ...]]:
    """The kind that was asked for, or suits the file, and what there is to say about the choice."""
    voters = 0 if file.voters is None else len(np.unique(file.voters))
    if options.intervals == "clustered" and voters < 2:
        raise UnsuitableFileError(
            "Clustered intervals need a column that says who voted, with at least two voters; --voter-column names it."
            if not voters
            else f"All votes are of one voter by the column {file.layout.voter}; clustered intervals need two."
        )
    enough = file.voters is not None and are_enough(file.voters)
    kind = options.intervals or ("clustered" if enough else "sandwich")
    if not voters or enough or kind == "clustered" or options.intervals == "sandwich":
        return kind, ()
    number = "one voter" if voters == 1 else f"{voters} voters"
    note = (
        f"All votes are of {number} by the column {file.layout.voter}: too few to tell how voters differ, so intervals "
        f"take votes as independent. From {FEWEST_VOTERS} voters on they do not, as on a board."
    )
    return kind, (note,)


def _uncertainty(
    file: VotesFile, found: PairwiseFit, kind: Intervals
) -> tuple[RatingIntervals, RankRanges, tuple[str, ...]]:
    if kind == "bootstrap":
        bootstrap = _bootstrap(file, found)
        note = f"{bootstrap.unrankable:,} of {REPLICATES:,} resamples could not be ranked and are left out."
        notes = (note,) if bootstrap.unrankable else ()
        ranges = bootstrap_rank_ranges(found.models, found.ratings, bootstrap.replicates)
        return bootstrap.intervals(), ranges, notes
    if kind == "clustered":
        assert file.votes is not None
        assert file.voters is not None
        covariance = clustered_covariance(file.votes, file.voters, found, file.weights)
    else:
        covariance = sandwich_covariance(file.counts, found, file.squared())
    intervals = rating_intervals(found.models, found.theta, covariance)
    return intervals, simultaneous_rank_ranges(found.models, found.theta, covariance), ()


def _bootstrap(file: VotesFile, found: PairwiseFit) -> BootstrapRatings:
    """Over voters where there are enough, over votes elsewhere."""

    def again(counts: PairCounts) -> PairwiseFit:
        return fit(counts, found.method, start=found.theta)

    refit = None if found.method == "bradley-terry" else again
    if file.votes is not None and file.voters is not None and are_enough(file.voters):
        return bootstrap_voters(file.votes, file.voters, found, file.weights, replicates=REPLICATES, refit=refit)
    return bootstrap_votes(file.counts, found, file.squared(), replicates=REPLICATES, refit=refit)


def _shift(models: tuple[str, ...], ratings: FloatArray, options: RankOptions) -> float:
    """How many points everything moves, so that the mean, or the anchor, is where it was asked to be."""
    if options.anchor is None:
        return options.center - CENTRE
    model, rating = options.anchor
    if model not in models:
        raise UnsuitableFileError(f"The anchor {model!r:.200} is none of the {len(models):,} models in the file.")
    return rating - float(ratings[models.index(model)])


def _places(ratings: FloatArray) -> list[int]:
    """1 + the number of models rated higher, by more than ratings are computed exactly."""
    descending = np.sort(ratings)[::-1]
    return [int(place) for place in 1 + np.searchsorted(-descending, -(ratings + RESOLUTION), side="left")]


def _whole(number: float) -> int | float:
    return int(number) if number == int(number) else number
