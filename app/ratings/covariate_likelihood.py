"""The likelihood of Bradley-Terry with covariates, summed over votes that are sorted by pair."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from app.ratings.arrays import FloatArray, IntArray
from app.ratings.laplacian import laplacian
from app.ratings.newton import Evaluation
from app.ratings.votes import CodedVotes

ColumnArray = NDArray[np.float32]

# Rows whose intermediate results fit into a core's cache.
ROWS_AT_ONCE = 1 << 15

# Numbers of 16 bits are sorted by radix, several times faster than by comparison.
MOST_RADIX_NUMBERS = 1 << 16

SIGNS = np.array([1.0, -1.0], dtype=np.float32)
# What model a scored, less one half, by the code of the winner.
HALF_LEADS = np.array([0.5, -0.5, 0.0, 0.0])


@dataclass(frozen=True, eq=False)
class SortedVotes:
    """Votes sorted by unordered pair, each seen from its lower model; Q pairs met.

    size:         M, the number of models
    lower, upper: (Q,) the models of each pair, lower < upper
    starts:       (Q,) the row on which each pair begins
    score:        (V,) what the lower model got: 1, 1/2 or 0
    columns:      (K, V) float32 covariates from the lower model's side
    weights:      (V,), or None for ones
    order, sign:  (V,) where each vote stood before, and whether it was seen from the lower model (1) or not (-1)
    """

    size: int
    lower: IntArray
    upper: IntArray
    starts: IntArray
    score: FloatArray
    columns: ColumnArray
    weights: FloatArray | None
    order: IntArray
    sign: ColumnArray

    @classmethod
    def of(cls, votes: CodedVotes, columns: ColumnArray, weights: FloatArray | None = None) -> Self:
        """From votes in any order, covariates (K, V) from the side of model a, and weights (V,)."""
        size = len(votes.models)
        turned = votes.model_a > votes.model_b
        key = np.minimum(votes.model_a, votes.model_b) * size + np.maximum(votes.model_a, votes.model_b)
        of_pair = np.bincount(key, minlength=size * size)
        known = np.flatnonzero(of_pair)
        number = np.zeros(size * size, dtype=np.uint16 if len(known) <= MOST_RADIX_NUMBERS else np.int64)
        number[known] = np.arange(len(known))
        order = np.argsort(number[key], kind="stable")
        sign = SIGNS[turned[order].view(np.int8)]
        # take() is many times faster than indexing a table by a list of places.
        ordered = np.take(columns, order, axis=1)
        ordered *= sign
        return cls(
            size=size,
            lower=known // size,
            upper=known % size,
            starts=np.cumsum(of_pair[known]) - of_pair[known],
            score=np.asarray(0.5 + HALF_LEADS[votes.winner[order]] * sign, dtype=np.float64),
            columns=ordered,
            weights=None if weights is None else weights[order],
            order=order,
            sign=sign,
        )

    def with_columns(self, kept: list[int]) -> Self:
        """The same with only some of the covariates."""
        return self if kept == list(range(len(self.columns))) else replace(self, columns=self.columns[kept])

    def evaluate(self, position: FloatArray) -> Evaluation:
        """Value, gradient and information at theta and beta (M + K,)."""
        size, kinds = self.size, len(self.columns)
        beta = position[size:]
        # For each pair: the weights p (1 - p), the residuals, the covariates times the weights.
        by_pair = np.zeros((2 + kinds, len(self.lower)))
        own = np.zeros((kinds, kinds))
        slope = np.zeros(kinds)
        value = 0.0
        for rows in self._chunks():
            x, lead = self._leads(rows, position)
            weight, residual, likelihood = _logistic(lead, self.score[rows.votes], self._weights(rows))
            weighted = x * weight
            own += weighted @ x.T
            slope += x @ residual
            value += likelihood
            by_pair[0, rows.pairs] += np.add.reduceat(weight, rows.begins)
            by_pair[1, rows.pairs] += np.add.reduceat(residual, rows.begins)
            by_pair[2:, rows.pairs] += np.add.reduceat(weighted, rows.begins, axis=1)
        information = np.empty((size + len(beta), size + len(beta)))
        weights = np.zeros((size, size))
        weights[self.lower, self.upper] = by_pair[0]
        information[:size, :size] = laplacian(weights + weights.T)
        for column in range(kinds):
            information[:size, size + column] = self._per_model(by_pair[2 + column])
        information[size:, :size] = information[:size, size:].T
        information[size:, size:] = (own + own.T) / 2.0
        return Evaluation(value, np.concatenate([self._per_model(by_pair[1]), slope]), information)

    def residuals(self, position: FloatArray) -> FloatArray:
        """(V,) in the order and from the side of the original votes: what model a got minus what was expected.

        Times the vote's weight.
        """
        found = np.empty(len(self.order))
        for rows in self._chunks():
            lead = self._leads(rows, position)[1]
            residual = _logistic(lead, self.score[rows.votes], self._weights(rows))[1]
            found[self.order[rows.votes]] = residual * self.sign[rows.votes]
        return found

    def _chunks(self) -> Iterator["_Rows"]:
        for start in range(0, len(self.order), ROWS_AT_ONCE):
            stop = min(start + ROWS_AT_ONCE, len(self.order))
            first = int(np.searchsorted(self.starts, start, side="right")) - 1
            last = int(np.searchsorted(self.starts, stop, side="left"))
            begins = np.maximum(self.starts[first:last] - start, 0)
            yield _Rows(slice(start, stop), slice(first, last), begins, np.diff(begins, append=stop - start))

    def _leads(self, rows: "_Rows", position: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Covariates (K, C) in float64, and by how many logits the lower model leads (C,)."""
        theta, beta = position[: self.size], position[self.size :]
        gap = theta[self.lower[rows.pairs]] - theta[self.upper[rows.pairs]]
        x = self.columns[:, rows.votes].astype(np.float64)
        lead: FloatArray = beta @ x
        lead += np.repeat(gap, rows.lengths)
        return x, lead

    def _weights(self, rows: "_Rows") -> FloatArray | None:
        return None if self.weights is None else self.weights[rows.votes]

    def _per_model(self, of_pair: FloatArray) -> FloatArray:
        """(M,): what each pair gives its lower model and takes from its upper one."""
        gains = np.bincount(self.lower, of_pair, self.size) - np.bincount(self.upper, of_pair, self.size)
        return np.asarray(gains, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class _Rows:
    """C neighbouring votes and their pairs; the row among them on which each pair begins, and its rows."""

    votes: slice
    pairs: slice
    begins: IntArray
    lengths: IntArray


def _logistic(lead: FloatArray, score: FloatArray, weights: FloatArray | None) -> tuple[FloatArray, FloatArray, float]:
    """What a vote weighs times p (1 - p) and times score - p, and the weighted sum of log-likelihoods; p = sigma(lead).

    By one exponential.
    """
    small = np.exp(-np.abs(lead))
    likely = 1.0 / (1.0 + small)
    unlikely = small * likely
    residual = score - np.where(lead >= 0.0, likely, unlikely)
    likelihood = score * lead - np.maximum(lead, 0.0) + np.log(likely)
    if weights is None:
        return likely * unlikely, residual, float(likelihood.sum())
    return likely * unlikely * weights, residual * weights, float(likelihood @ weights)
