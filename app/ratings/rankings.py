"""Rankings of two or more models at once, with ties."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from app.ratings.arrays import FloatArray, IntArray, read_only_floats, read_only_integers
from app.ratings.counts import PairCounts
from app.ratings.votes import InvalidVotesError, check_model_names


@dataclass(frozen=True, eq=False)
class Rankings:
    """N rankings of some of M models each.

    models:  names, strictly ascending
    ranks:   (N, M) int64: 1 for the best, models with the same number tied, 0 for those that were not shown
    weights: (N,) float64

    Raises InvalidVotesError with the number of the first row that ranks fewer than two models or has a rank or a
    weight below 0.
    """

    models: tuple[str, ...]
    ranks: IntArray
    weights: FloatArray

    def __post_init__(self) -> None:
        check_model_names(self.models)
        ranks, weights = read_only_integers(self.ranks), read_only_floats(self.weights)
        if ranks.ndim != 2 or ranks.shape[1] != len(self.models) or weights.shape != ranks.shape[:1]:
            raise ValueError(f"ranks of shape {ranks.shape} and weights of shape {weights.shape} do not fit the models")
        problems = {
            "has a rank below 0": (ranks < 0).any(axis=1),
            "ranks fewer than two models": (ranks > 0).sum(axis=1) < 2,
            "has a weight that is not a number from 0 upwards": ~(np.isfinite(weights) & (weights >= 0.0)),
        }
        for problem, rows in problems.items():
            if rows.any():
                raise InvalidVotesError(int(rows.argmax()) + 1, f"the ranking {problem}")
        object.__setattr__(self, "ranks", ranks)
        object.__setattr__(self, "weights", weights)

    @classmethod
    def from_groups(
        cls,
        rankings: Sequence[Sequence[Sequence[str]]],
        weights: Sequence[float] | None = None,
        *,
        models: Iterable[str] = (),
    ) -> Self:
        """From rankings as groups of tied models, best first, such as [["a"], ["b", "c"]].

        Raises InvalidVotesError with the number of the first row that is not a ranking.
        """
        names = tuple(sorted({name for groups in rankings for group in groups for name in group} | set(models)))
        position = {name: index for index, name in enumerate(names)}
        ranks = np.zeros((len(rankings), len(names)), dtype=np.int64)
        for row, groups in enumerate(rankings, start=1):
            for rank, group in enumerate(groups, start=1):
                for name in group:
                    if ranks[row - 1, position[name]]:
                        raise InvalidVotesError(row, f"model {name!r} is ranked twice")
                    ranks[row - 1, position[name]] = rank
        return cls(names, ranks, np.ones(len(rankings)) if weights is None else np.array(weights, dtype=np.float64))

    @property
    def pair_counts(self) -> PairCounts:
        """Who was ranked above whom, and who tied, in pairs of models that were shown together."""
        size = len(self.models)
        wins, ties = np.zeros((size, size)), np.zeros((size, size))
        for model in range(size):
            shown = self.ranks[:, model] > 0
            ranks, weights = self.ranks[shown], self.weights[shown]
            own = ranks[:, model, None]
            wins[model] = weights @ (ranks > own)
            ties[model] = weights @ (ranks == own)
        np.fill_diagonal(ties, 0.0)
        # Added up in another order, the two sides of a tie may differ in the last digit.
        ties = np.maximum(ties, ties.T)
        return PairCounts(self.models, wins=wins, ties=ties, both_bad=np.zeros_like(ties))
