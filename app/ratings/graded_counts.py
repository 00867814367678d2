"""Votes that say how much a model was preferred, as counts per pair of models and grade."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from app.ratings.arrays import FloatArray, read_only_floats
from app.ratings.counts import PairCounts
from app.ratings.votes import InvalidVotesError, check_model_names, check_vote


@dataclass(frozen=True, eq=False)
class GradedCounts:
    """How often each grade was given between each two of M models.

    models: names, strictly ascending
    votes:  (M, M, 2s + 1) float64: votes[i, j, s + g] = votes that preferred i to j by g; negative g prefers j.
            Each vote is seen from both sides, votes[j, i, s - g] = votes[i, j, s + g]. Raises ValueError otherwise
    """

    models: tuple[str, ...]
    votes: FloatArray

    def __post_init__(self) -> None:
        check_model_names(self.models)
        votes = read_only_floats(self.votes)
        size = len(self.models)
        if votes.ndim != 3 or votes.shape[:2] != (size, size) or votes.shape[2] < 3 or votes.shape[2] % 2 == 0:
            raise ValueError(f"votes must have shape (M, M, 2s + 1) with s >= 1, not {votes.shape}")
        if not np.all(np.isfinite(votes)) or np.any(votes < 0.0):
            raise ValueError("votes holds NaN, infinity or a negative number")
        if np.any(votes[np.arange(size), np.arange(size)] != 0.0):
            raise ValueError("votes compares a model with itself")
        if not np.array_equal(votes, votes.transpose(1, 0, 2)[:, :, ::-1]):
            raise ValueError("votes must be the same seen from both models of a pair")
        object.__setattr__(self, "votes", votes)

    @classmethod
    def from_votes(
        cls,
        model_a: Sequence[str],
        model_b: Sequence[str],
        grades: Sequence[int],
        weights: Sequence[float] | None = None,
        *,
        strongest: int,
        models: Iterable[str] = (),
    ) -> Self:
        """From votes whose grade, from -strongest to strongest, is positive where model_a was preferred.

        Raises InvalidVotesError with the number of the first row that is not a vote.
        """
        weights = [1.0] * len(grades) if weights is None else weights
        names = tuple(sorted({*model_a, *model_b, *models}))
        position = {name: index for index, name in enumerate(names)}
        votes = np.zeros((len(names), len(names), 2 * strongest + 1))
        for row, (a, b, grade, weight) in enumerate(zip(model_a, model_b, grades, weights, strict=True), start=1):
            check_vote(row, a, b, "tie")
            if not -strongest <= grade <= strongest or grade != int(grade):
                raise InvalidVotesError(row, f"grade {grade} is not a whole number from {-strongest} to {strongest}")
            if not 0.0 <= weight < np.inf:
                raise InvalidVotesError(row, f"weight {weight} is not a number from 0 upwards")
            votes[position[a], position[b], strongest + int(grade)] += weight
        return cls(models=names, votes=votes + votes.transpose(1, 0, 2)[:, :, ::-1])

    @property
    def strongest(self) -> int:
        """s, the largest grade that can be given."""
        return int(self.votes.shape[2]) // 2

    @property
    def pair_counts(self) -> PairCounts:
        """Who was preferred, without how much."""
        middle = self.strongest
        ties = self.votes[:, :, middle]
        wins = self.votes[:, :, middle + 1 :].sum(axis=2)
        return PairCounts(self.models, wins=wins, ties=ties, both_bad=np.zeros_like(ties))
