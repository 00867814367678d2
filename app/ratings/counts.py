"""Votes as counts per pair of models: the input of every estimator that does not care about their order."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from app.ratings.arrays import FloatArray, read_only_floats
from app.ratings.tally import VoteColumns, tally
from app.ratings.votes import (
    BOTH_BAD,
    MODEL_A,
    MODEL_B,
    TIE,
    WINNERS,
    CodedVotes,
    InvalidVotesError,
    check_model_names,
    check_vote,
    code_votes,
)
from app.ratings.words import Codes, Words

# Above this, float64 no longer tells two neighbouring whole numbers apart.
LARGEST_COUNT = 2.0**53


@dataclass(frozen=True, eq=False)
class PairCounts:
    """How often each outcome was seen between each two of M models.

    models:   names, strictly ascending; a model may be here without having a vote
    wins:     (M, M) float64, wins[i, j] = votes in which i beat j
    ties:     (M, M) float64, symmetric, ties[i, j] = ties between i and j
    both_bad: (M, M) float64, symmetric, alike

    The same votes give the same bits, in whatever order and orientation their rows arrive (except for sums of
    weights that are no whole numbers). Raises ValueError for matrices that are not square, hold NaN, infinities or
    negative numbers, have a diagonal, or (ties, both_bad) are not symmetric.
    """

    models: tuple[str, ...]
    wins: FloatArray
    ties: FloatArray
    both_bad: FloatArray

    def __post_init__(self) -> None:
        check_model_names(self.models)
        for name in ("wins", "ties", "both_bad"):
            matrix = read_only_floats(getattr(self, name))
            _check_matrix(name, matrix, len(self.models))
            if name != "wins" and not np.array_equal(matrix, matrix.T):
                raise ValueError(f"{name} must be symmetric")
            object.__setattr__(self, name, matrix)

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[str, str, str, float]], *, models: Iterable[str] = ()) -> Self:
        """Counts from rows of (model_a, model_b, winner, n), as an aggregation in SQL gives them.

        A pair may come in both orientations and more than once. `models` names those that may have no vote.
        Raises InvalidVotesError with the number of the first row that cannot be counted.
        """
        cells: defaultdict[tuple[str, str, str], list[float]] = defaultdict(list)
        for row, (model_a, model_b, winner, n) in enumerate(rows, start=1):
            check_vote(row, model_a, model_b, winner)
            count = float(n)
            if not 0.0 <= count <= LARGEST_COUNT:
                raise InvalidVotesError(row, f"n is {n}, but a count lies between 0 and 2**53")
            cells[model_a, model_b, winner].append(count)
        names = tuple(sorted({name for cell in cells for name in cell[:2]} | set(models)))
        position = {name: index for index, name in enumerate(names)}
        by_slot = np.zeros((len(names), len(names), len(WINNERS)))
        for (model_a, model_b, winner), counts in cells.items():
            # fsum rounds once, so the order of rows cannot show even where counts are not whole numbers.
            cell = position[model_a], position[model_b], WINNERS.index(winner)
            by_slot[cell] = math.fsum(counts)
        return cls.from_slots(names, by_slot)

    @classmethod
    def from_votes(
        cls,
        model_a: Words,
        model_b: Words,
        winner: Words,
        *,
        models: Iterable[str] = (),
        weights: ArrayLike | None = None,
    ) -> Self:
        """Counts from single votes: three columns of V words, as lists or as arrays of NumPy, Arrow or pandas.

        weights (V,), finite and not negative, are summed in place of ones. Raises as CodedVotes.from_names does.
        """
        names, first, second, won = code_votes(model_a, model_b, winner, models=models)
        return cls.from_slots(names, tally(VoteColumns(first, second, won, len(names)), weights))

    @classmethod
    def from_coded_votes(cls, votes: CodedVotes, weights: ArrayLike | None = None) -> Self:
        """Counts from votes that are integers already; weights as in `from_votes`."""
        columns = VoteColumns(votes.model_a, votes.model_b, votes.winner, len(votes.models))
        return cls.from_slots(votes.models, tally(columns, weights))

    @classmethod
    def from_categories(
        cls,
        model_a: Codes,
        model_b: Codes,
        winner: Codes,
        *,
        models: Sequence[str],
        winners: Sequence[str] = WINNERS,
        weights: ArrayLike | None = None,
    ) -> Self:
        """Counts from the codes of categorical columns (V,), integers of any width.

        models and winners are the categories in the order of the codes, whatever order that is; all models are kept.
        weights as in `from_votes`. Raises InvalidVotesError with the row for codes that stand for nothing and for
        a model compared with itself, ValueError for categories that are not different or not winners.
        """
        unknown = sorted(set(winners) - set(WINNERS))
        if unknown or len(set(winners)) < len(winners) or len(set(models)) < len(models):
            raise ValueError(f"the categories must be different, and winners among {', '.join(WINNERS)}")
        columns = VoteColumns(model_a, model_b, winner, size=len(models), winners=len(winners))
        names = tuple(sorted(models))
        position = {name: index for index, name in enumerate(models)}
        order = np.array([position[name] for name in names], dtype=np.int64)
        slots = np.zeros((len(names), len(names), len(WINNERS)))
        slots[:, :, [WINNERS.index(word) for word in winners]] = tally(columns, weights)[:, :, : len(winners)]
        return cls.from_slots(names, slots[np.ix_(order, order)])

    @classmethod
    def from_slots(cls, models: tuple[str, ...], slots: ArrayLike) -> Self:
        """From (M, M, 4) counts per first model, second model and winner."""
        by_slot = np.asarray(slots, dtype=np.float64)
        ties, both_bad = by_slot[:, :, TIE], by_slot[:, :, BOTH_BAD]
        return cls(
            models=models,
            wins=by_slot[:, :, MODEL_A] + by_slot[:, :, MODEL_B].T,
            ties=ties + ties.T,
            both_bad=both_bad + both_bad.T,
        )

    @property
    def points(self) -> FloatArray:
        """(M, M): wins of i over j, with a tie and a "both bad" as half a win for each."""
        return self.wins + (self.ties + self.both_bad) / 2.0

    @property
    def votes_per_pair(self) -> FloatArray:
        """(M, M), symmetric: all votes between i and j."""
        return self.wins + self.wins.T + self.ties + self.both_bad

    @property
    def votes_per_model(self) -> FloatArray:
        """(M,): all votes in which a model took part."""
        votes: FloatArray = self.votes_per_pair.sum(axis=1)
        return votes

    @property
    def total_votes(self) -> float:
        return float(self.wins.sum() + (self.ties.sum() + self.both_bad.sum()) / 2.0)

    def restricted_to(self, models: Iterable[str]) -> Self:
        """The counts among these models only. Raises ValueError for a name that is not here."""
        kept = tuple(sorted(set(models)))
        unknown = sorted(set(kept) - set(self.models))
        if unknown:
            raise ValueError(f"no such model in the counts: {', '.join(unknown)}")
        position = {name: index for index, name in enumerate(self.models)}
        index = np.array([position[name] for name in kept], dtype=np.int64)
        block = np.ix_(index, index)
        return type(self)(models=kept, wins=self.wins[block], ties=self.ties[block], both_bad=self.both_bad[block])


def _check_matrix(name: str, matrix: FloatArray, size: int) -> None:
    if matrix.shape != (size, size):
        raise ValueError(f"{name} must have shape {(size, size)}, not {matrix.shape}")
    if not np.all(np.isfinite(matrix)):
        raise ValueError(f"{name} holds NaN or infinity")
    if np.any(matrix < 0.0):
        raise ValueError(f"{name} holds a negative number")
    if np.any(np.diagonal(matrix) != 0.0):
        raise ValueError(f"{name} compares a model with itself")
