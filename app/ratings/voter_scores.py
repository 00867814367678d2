"""What each voter's votes say together: their scores summed within the voter."""

import numpy as np
from scipy import sparse

from app.ratings.arrays import FloatArray, IntArray
from app.ratings.fit import PairwiseFit
from app.ratings.votes import WINNERS, CodedVotes

# More rows than this at once would only use memory.
ROWS_AT_ONCE = 4096


def check_voters(votes: CodedVotes, voters: IntArray, weights: FloatArray | None = None) -> None:
    """Raise ValueError unless there is a voter, and a weight if any, for every vote."""
    if voters.shape != votes.winner.shape or not np.issubdtype(voters.dtype, np.integer):
        raise ValueError(f"voters must be one integer for each of {len(votes.winner)} votes, not {voters.shape}")
    if voters.size and int(voters.min()) < 0:
        raise ValueError("the code of a voter must not be negative")
    if weights is not None and (
        weights.shape != votes.winner.shape or not np.all(np.isfinite(weights) & (weights >= 0))
    ):
        raise ValueError("weights must be one finite number, not negative, for each vote")


def compact_codes(voters: IntArray) -> tuple[IntArray, IntArray]:
    """The codes that occur, ascending (G,), and each vote's position among them (V,)."""
    highest = int(voters.max(initial=-1)) + 1
    if highest > 4 * len(voters) + 1024:
        known, position = np.unique(voters, return_inverse=True)
        return known, position
    seen = np.zeros(highest, dtype=bool)
    seen[voters] = True
    return np.flatnonzero(seen), (np.cumsum(seen) - 1)[voters]


def voter_scores(
    votes: CodedVotes, position: IntArray, fit: PairwiseFit, weights: FloatArray | None = None
) -> sparse.csr_array:
    """(G, P) sparse: the sum of weight times score over each voter's votes; `position` (V,) is from 0 to G - 1."""
    size, extra = len(fit.models), fit.vote_scores.shape[-1] - 2
    cell = (votes.model_a * size + votes.model_b) * len(WINNERS) + votes.winner
    scores = fit.vote_scores.reshape(-1, 2 + extra)
    columns = [votes.model_a, votes.model_b, *(np.full(len(cell), size + e) for e in range(extra))]
    data = [scores[:, part][cell] if weights is None else scores[:, part][cell] * weights for part in range(2 + extra)]
    shape = (int(position.max(initial=-1)) + 1, size + extra)
    summed = sparse.coo_array(
        (np.concatenate(data), (np.tile(position, 2 + extra), np.concatenate(columns))), shape=shape
    )
    return summed.tocsr()


def gram(rows: sparse.csr_array) -> FloatArray:
    """(P, P): rows^T rows, by whichever of sparse and dense arithmetic takes fewer steps."""
    voters, size = rows.shape
    per_row = np.diff(rows.indptr).astype(np.float64)
    # A sparse step costs some fifty dense ones.
    if 50.0 * float((per_row**2).sum()) < float(voters) * size**2:
        product: FloatArray = (rows.T @ rows).toarray()
        return product
    product = np.zeros((size, size))
    for start in range(0, voters, ROWS_AT_ONCE):
        block = rows[start : start + ROWS_AT_ONCE].toarray()
        product += block.T @ block
    return product
