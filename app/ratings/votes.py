"""What one vote says, and votes in order as integers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, Self

import numpy as np

from app.ratings.arrays import IntArray, read_only_integers

Winner = Literal["model_a", "model_b", "tie", "both_bad"]

# The position of a word is its integer code.
WINNERS: tuple[Winner, ...] = ("model_a", "model_b", "tie", "both_bad")
MODEL_A, MODEL_B, TIE, BOTH_BAD = range(4)


class InvalidVotesError(ValueError):
    """A row that is not a vote. `row` counts from 1."""

    def __init__(self, row: int, problem: str) -> None:
        super().__init__(f"row {row}: {problem}")
        self.row = row


def check_vote(row: int, model_a: str, model_b: str, winner: str) -> None:
    """Raise InvalidVotesError unless these are two different models and a known winner."""
    for name in (model_a, model_b):
        # Readers of files hand over NaN or None for an empty cell.
        if not isinstance(name, str) or not name:
            raise InvalidVotesError(row, f"{name!r} is not the name of a model")
    if model_a == model_b:
        raise InvalidVotesError(row, f"model {model_a!r} is compared with itself")
    if winner not in WINNERS:
        raise InvalidVotesError(row, f"winner {winner!r} is not one of {', '.join(WINNERS)}")


@dataclass(frozen=True, eq=False)
class CodedVotes:
    """Votes in the order in which they were cast, as integers.

    models:  names, strictly ascending; a model may be here without having a vote
    model_a: (V,) int64, position of the first model in `models`
    model_b: (V,) int64, position of the second
    winner:  (V,) int64, position in WINNERS
    """

    models: tuple[str, ...]
    model_a: IntArray
    model_b: IntArray
    winner: IntArray

    def __post_init__(self) -> None:
        check_model_names(self.models)
        for name, limit in (("model_a", len(self.models)), ("model_b", len(self.models)), ("winner", 4)):
            codes = read_only_integers(getattr(self, name))
            if codes.ndim != 1 or codes.shape != np.shape(self.model_a):
                raise ValueError(f"{name} must be a sequence as long as model_a, not of shape {codes.shape}")
            wrong = np.flatnonzero((codes < 0) | (codes >= limit))
            if wrong.size:
                row = int(wrong[0])
                raise InvalidVotesError(row + 1, f"{name} {codes[row]} is not a code from 0 to {limit - 1}")
            object.__setattr__(self, name, codes)
        same = np.flatnonzero(self.model_a == self.model_b)
        if same.size:
            row = int(same[0])
            raise InvalidVotesError(row + 1, f"model {self.models[self.model_a[row]]!r} is compared with itself")

    @classmethod
    def from_names(
        cls,
        model_a: Sequence[str],
        model_b: Sequence[str],
        winner: Sequence[str],
        *,
        models: Iterable[str] = (),
    ) -> Self:
        """Votes from three sequences of equal length; `models` names those that may have no vote yet.

        Raises InvalidVotesError with the number of the first row that is not a vote.
        """
        if not len(model_a) == len(model_b) == len(winner):
            raise ValueError(f"{len(model_a)} first models, {len(model_b)} second models and {len(winner)} winners")
        first_row: dict[tuple[str, str, str], int] = {}
        for row, vote in enumerate(zip(model_a, model_b, winner, strict=True), start=1):
            first_row.setdefault(vote, row)
        for (a, b, won), row in first_row.items():
            check_vote(row, a, b, won)
        names = tuple(sorted({*model_a, *model_b, *models}))
        position = {name: index for index, name in enumerate(names)}
        code: dict[str, int] = {word: index for index, word in enumerate(WINNERS)}
        return cls(
            models=names,
            model_a=_codes(model_a, position),
            model_b=_codes(model_b, position),
            winner=_codes(winner, code),
        )


def check_model_names(models: tuple[str, ...]) -> None:
    """Raise ValueError unless the names ascend strictly: one order makes every result reproducible."""
    if any(earlier >= later for earlier, later in pairwise(models)):
        raise ValueError("the names of models must be different and sorted")


def _codes(words: Sequence[str], code: dict[str, int]) -> IntArray:
    return np.fromiter((code[word] for word in words), dtype=np.int64, count=len(words))
