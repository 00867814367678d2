"""Counting votes that are integers: a bincount over one combined key, a block of rows at a time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from app.ratings.arrays import FloatArray
from app.ratings.votes import WINNERS, InvalidVotesError
from app.ratings.words import Codes

# Small enough that a block's keys stay in the processor's cache, large enough that the call does not count.
SMALLEST_BLOCK = 1 << 16


@dataclass(frozen=True, eq=False)
class VoteColumns:
    """Votes as three columns of integers of any width, V rows each.

    model_a: (V,) from 0 to size - 1
    model_b: (V,) alike
    winner:  (V,) from 0 to winners - 1, position in WINNERS unless the caller has another order
    size:    number of models
    winners: number of codes of winners in use
    """

    model_a: Codes
    model_b: Codes
    winner: Codes
    size: int
    winners: int = len(WINNERS)

    def __post_init__(self) -> None:
        for name in ("model_a", "model_b", "winner"):
            codes = np.asarray(getattr(self, name))
            if codes.ndim != 1 or codes.shape != np.shape(self.model_a) or codes.dtype.kind not in "iu":
                raise ValueError(
                    f"{name} must be as many integers as model_a, not {codes.dtype} of shape {codes.shape}"
                )
            object.__setattr__(self, name, codes)

    def __len__(self) -> int:
        return len(self.model_a)

    def keys(self, start: int, stop: int) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
        """One number for each of these rows: (model_a * size + model_b) * 4 + winner. Raises InvalidVotesError."""
        self._check(start, stop)
        key = self.model_a[start:stop].astype(np.intp)
        key *= self.size
        key += self.model_b[start:stop]
        key *= len(WINNERS)
        key += self.winner[start:stop]
        return key

    def _check(self, start: int, stop: int) -> None:
        limits = {"model_a": self.size, "model_b": self.size, "winner": self.winners}
        parts = {name: getattr(self, name)[start:stop] for name in limits}
        same = parts["model_a"] == parts["model_b"]
        inside = all(not part.size or (part.min() >= 0 and part.max() < limits[name]) for name, part in parts.items())
        if inside and not same.any():
            return
        outside = {name: (part < 0) | (part >= limits[name]) for name, part in parts.items()}
        row = int(np.argmax(same | outside["model_a"] | outside["model_b"] | outside["winner"]))
        for name, part in parts.items():
            if outside[name][row]:
                problem = f"{name} {part[row]} is not a code from 0 to {limits[name] - 1}"
                raise InvalidVotesError(start + row + 1, problem)
        raise InvalidVotesError(start + row + 1, f"model {parts['model_a'][row]} is compared with itself")


def tally(votes: VoteColumns, weights: ArrayLike | None = None) -> FloatArray:
    """(M, M, 4): votes, or the sums of their weights (V,), by first model, second model and winner.

    Raises InvalidVotesError with the number of a row in which a model is compared with itself, or whose codes or
    weight are impossible.
    """
    if weights is not None:
        weights = check_weights(weights, len(votes))
    bins = votes.size * votes.size * len(WINNERS)
    counts = np.zeros(bins, dtype=np.int64 if weights is None else np.float64)
    block = max(SMALLEST_BLOCK, bins)
    for start in range(0, len(votes), block):
        stop = start + block
        part = None if weights is None else weights[start:stop]
        counts += np.bincount(votes.keys(start, stop), weights=part, minlength=bins)
    return counts.astype(np.float64).reshape(votes.size, votes.size, len(WINNERS))


def check_weights(weights: ArrayLike, rows: int) -> FloatArray:
    """(V,): the weights, if there is one finite number, not negative, for each vote; or else raise."""
    array = np.asarray(weights, dtype=np.float64)
    if array.shape != (rows,):
        raise ValueError(f"weights must be one number for each of {rows} votes, not of shape {array.shape}")
    wrong = ~(np.isfinite(array) & (array >= 0.0))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InvalidVotesError(row + 1, f"weight {array[row]} is not a finite number that is at least 0")
    return array
