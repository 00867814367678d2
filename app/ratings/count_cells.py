"""Counts as a list of the cells that hold votes: what can be drawn anew, taken away from, and added to."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from app.ratings.arrays import FloatArray, IntArray
from app.ratings.counts import PairCounts
from app.ratings.votes import MODEL_B, CodedVotes

Booleans = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


@dataclass(frozen=True, eq=False)
class CountCells:
    """The cells of PairCounts that are not empty, C of them; those of ties and "both bad" once for each pair.

    size:    number of models
    first:   (C,) position of the winner, or of the smaller position where nobody won
    second:  (C,) position of the other model
    outcome: (C,) 0 where the first won, 1 for a tie, 2 for "both bad"
    """

    size: int
    first: IntArray
    second: IntArray
    outcome: IntArray

    def values(self, counts: PairCounts) -> FloatArray:
        """(C,): what these cells hold in other counts of the same models."""
        matrices = np.stack([counts.wins, counts.ties, counts.both_bad])
        return matrices[self.outcome, self.first, self.second]

    def counts(self, models: tuple[str, ...], n: FloatArray) -> PairCounts:
        """PairCounts with n (C,) votes in the cells."""
        matrices = np.zeros((3, self.size, self.size))
        matrices[self.outcome, self.first, self.second] = n
        wins, ties, both_bad = matrices
        return PairCounts(models=models, wins=wins, ties=ties + ties.T, both_bad=both_bad + both_bad.T)


def count_cells(counts: PairCounts) -> tuple[CountCells, FloatArray]:
    """The cells that hold votes, and how many (C,)."""
    slots = np.stack([counts.wins, np.triu(counts.ties), np.triu(counts.both_bad)])
    outcome, first, second = np.nonzero(slots)
    return CountCells(len(counts.models), first, second, outcome), slots[outcome, first, second]


def vote_cells(votes: CodedVotes) -> tuple[CountCells, IntArray]:
    """The cells that hold votes, and the cell of each vote (V,)."""
    size = len(votes.models)
    outcome = np.array([0, 0, 1, 2])[votes.winner]
    turned = (votes.winner == MODEL_B) | ((outcome > 0) & (votes.model_a > votes.model_b))
    first = np.where(turned, votes.model_b, votes.model_a)
    second = np.where(turned, votes.model_a, votes.model_b)
    key = (outcome * size + first) * size + second
    seen = np.bincount(key, minlength=3 * size * size) > 0
    kinds = np.flatnonzero(seen)
    cells = CountCells(size, kinds // size % size, kinds % size, kinds // (size * size))
    return cells, (np.cumsum(seen) - 1)[key]


def connects(cells: CountCells, present: Booleans) -> bool:
    """Whether the cells that are present (C,) hold a win, or tie, in every direction that a ranking needs."""
    level = np.flatnonzero(cells.outcome > 0)
    source = np.concatenate([np.arange(len(cells.first)), level])
    kept = present[source]
    forward = np.concatenate([cells.first, cells.second[level]])[kept]
    backward = np.concatenate([cells.second, cells.first[level]])[kept]
    graph = sparse.csr_array((np.ones(len(forward)), (forward, backward)), shape=(cells.size, cells.size))
    return bool(connected_components(graph, directed=True, connection="strong")[0] == 1)
