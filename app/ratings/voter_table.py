"""What each voter contributed to the counts, so that they can be left out, drawn anew or weighed down."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from app.ratings.arrays import FloatArray, IntArray
from app.ratings.count_cells import CountCells, vote_cells
from app.ratings.counts import PairCounts
from app.ratings.fit import PairwiseFit
from app.ratings.uncertainty import COUNTED_OUTCOMES
from app.ratings.voter_scores import check_voters, compact_codes
from app.ratings.votes import CodedVotes


@dataclass(frozen=True, eq=False)
class VoterTable:
    """Which voter cast how many votes (or what weight of them) in which cell.

    models: names in the order of the positions in `cells`
    voters: (G,) codes of the voters, ascending
    cells:  the C cells
    table:  (C, G) sparse
    """

    models: tuple[str, ...]
    voters: IntArray
    cells: CountCells
    table: sparse.csc_array

    def counts(self, weights: FloatArray | None = None) -> PairCounts:
        """The counts of all voters, each with their weight (G,); None for ones."""
        n = self.table.sum(axis=1) if weights is None else self.table @ weights
        return self.cells.counts(self.models, np.asarray(n, dtype=np.float64))

    def counts_without(self, voter: int, weights: FloatArray | None = None) -> PairCounts:
        """The same without the voter at this position in `voters`."""
        kept = np.ones(len(self.voters)) if weights is None else np.array(weights)
        kept[voter] = 0.0
        return self.counts(kept)

    def votes_on_models(self) -> sparse.csr_array:
        """(G, M) sparse: each voter's votes, or their weight, on each model."""
        cell = np.arange(len(self.cells.first))
        ends = sparse.coo_array(
            (
                np.ones(2 * len(cell)),
                (np.tile(cell, 2), np.concatenate([self.cells.first, self.cells.second])),
            ),
            shape=(len(cell), len(self.models)),
        )
        cast: sparse.csr_array = (self.table.T @ ends.tocsr()).tocsr()
        return cast

    def scores(self, fit: PairwiseFit) -> sparse.csr_array:
        """(G, P) sparse: the sum of each voter's scores under a fit, their votes as they are in the table."""
        size, extra = len(self.models), fit.vote_scores.shape[-1] - 2
        winner = np.array(COUNTED_OUTCOMES)[self.cells.outcome]
        own = fit.vote_scores[self.cells.first, self.cells.second, winner]
        cell = np.arange(len(winner))
        columns = [self.cells.first, self.cells.second, *(np.full(len(cell), size + e) for e in range(extra))]
        per_cell = sparse.coo_array(
            (own.T.ravel(), (np.tile(cell, 2 + extra), np.concatenate(columns))), shape=(len(cell), size + extra)
        )
        summed: sparse.csr_array = (self.table.T @ per_cell.tocsr()).tocsr()
        return summed


def voter_table(votes: CodedVotes, voters: IntArray, weights: FloatArray | None = None) -> VoterTable:
    """From votes with the code of each one's voter (V,) from 0, and weights (V,), None for ones."""
    check_voters(votes, voters, weights)
    known, position = compact_codes(voters)
    cells, cell = vote_cells(votes)
    cast = np.ones(len(cell)) if weights is None else weights
    table = sparse.coo_array((cast, (cell, position)), shape=(len(cells.first), len(known)))
    return VoterTable(votes.models, known, cells, table.tocsc())
