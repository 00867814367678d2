"""What one vote says, and votes in order as integers."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, Self

import numpy as np

from app.ratings.arrays import IntArray, read_only_integers
from app.ratings.words import CodedWords, Codes, Words, encode

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
    def from_names(cls, model_a: Words, model_b: Words, winner: Words, *, models: Iterable[str] = ()) -> Self:
        """Votes from three columns of equal length; `models` names those that may have no vote yet.

        Raises InvalidVotesError with the number of the first row that is not a vote.
        """
        return cls(*code_votes(model_a, model_b, winner, models=models))


def code_votes(
    model_a: Words, model_b: Words, winner: Words, *, models: Iterable[str] = ()
) -> tuple[tuple[str, ...], Codes, Codes, Codes]:
    """The names, strictly ascending, and three columns (V,) of positions in them and in WINNERS, as small integers.

    Raises InvalidVotesError with the number of the first row that is not a vote.
    """
    first, second, won = encode(model_a), encode(model_b), encode(winner)
    if not len(first.codes) == len(second.codes) == len(won.codes):
        raise ValueError(
            f"{len(first.codes)} first models, {len(second.codes)} second models and {len(won.codes)} winners"
        )
    words = {str(value) for value in (*first.distinct, *second.distinct) if isinstance(value, str) and value}
    names = tuple(sorted(words.union(models)))
    position = {name: index for index, name in enumerate(names)}
    columns = (
        _positions(first, position, np.int32),
        _positions(second, position, np.int32),
        _positions(won, {word: index for index, word in enumerate(WINNERS)}, np.int8),
    )
    wrong = columns[0] == columns[1]
    for column in columns:
        wrong |= column < 0
    if wrong.any():
        row = int(np.argmax(wrong))
        check_vote(row + 1, *(words.distinct[words.codes[row]] for words in (first, second, won)))
    return names, *columns


def check_model_names(models: tuple[str, ...]) -> None:
    """Raise ValueError unless the names ascend strictly: one order makes every result reproducible."""
    if any(earlier >= later for earlier, later in pairwise(models)):
        raise ValueError("the names of models must be different and sorted")


def _positions(words: CodedWords, position: dict[str, int], kind: type[np.int32 | np.int8]) -> Codes:
    """(V,): where each row's word is in the order that is wanted, -1 for what is no such word."""
    found = [position.get(value, -1) if isinstance(value, str) else -1 for value in words.distinct]
    table: Codes = np.array(found, dtype=kind)
    return table[words.codes]
