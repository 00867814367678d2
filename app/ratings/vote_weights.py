"""Random weights of votes for a bootstrap: a vote counts 1 + sqrt 3 times with probability 1/4, else 1 - 1/sqrt 3.

Their mean and variance are 1, as those of the multiplicity of a vote when votes are drawn with replacement. Their third
central moment is 2/sqrt 3 = 1.15 where that of the multiplicity is 1; Mammen's two points (Annals of Statistics 1993)
have exactly 1, but need a probability that is not made of two bits. No weight is zero, so no resample loses a
comparison that the votes hold.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from app.ratings.arrays import FloatArray, IntArray

HEAVY_SHARE = 0.25

# One random bit decides half a vote's fate, so a word holds this many votes.
WORD = np.uint32
BITS = 32
# Above this many votes in a cell, a binomial is drawn faster than its bits.
MOST_IN_BITS = 1024


@dataclass(frozen=True, eq=False)
class WeighedCells:
    """Cells of votes, ready for weighing each vote anew.

    light: (C,) the sum where every vote is light
    gain:  (C,) by how much one heavy vote raises it
    masks: (W,) which bits of a word are votes
    sums:  (C, W) sparse: the gain, in the words of each cell
    large: (L,) cells too large for words
    votes: (L,) how many votes those hold
    """

    light: FloatArray
    gain: FloatArray
    masks: np.ndarray[tuple[int], np.dtype[np.uint32]]
    sums: sparse.csr_array
    large: IntArray
    votes: IntArray

    def draw(self, rng: np.random.Generator, size: int) -> FloatArray:
        """(C, size) sums of weights, all above zero."""
        # Heavy with probability 1/4: where two random bits are both set.
        heavy = _random_words(rng, len(self.masks), size)
        heavy &= _random_words(rng, len(self.masks), size)
        heavy &= self.masks[:, None]
        drawn: FloatArray = self.sums @ np.bitwise_count(heavy).astype(np.float64)
        drawn += self.light[:, None]
        if len(self.large):
            heavy_votes = rng.binomial(self.votes[:, None], HEAVY_SHARE, (len(self.large), size))
            drawn[self.large] += self.gain[self.large, None] * heavy_votes
        return drawn


def weighed_cells(n: FloatArray, squared: FloatArray | None = None) -> WeighedCells:
    """From the sum of the weights that the votes of each cell have already, n (C,), and of their squares, (C,).

    None for ones. Votes of different weights are drawn as the number of equally heavy ones, n^2 / squared, that has
    their sum and their variance.
    """
    # Squared weights never sum to more than the square of the sum: a cell holds at least one vote.
    variance = np.minimum(n if squared is None else squared, n * n)
    votes = np.maximum(np.rint(n * n / variance), 1.0).astype(np.int64)
    gain = np.sqrt(variance / (votes * HEAVY_SHARE * (1.0 - HEAVY_SHARE)))
    is_large = votes > MOST_IN_BITS
    words = np.where(is_large, 0, -(-votes // BITS))
    ends = np.cumsum(words)
    masks = np.full(words.sum(), np.iinfo(WORD).max, dtype=WORD)
    masks[ends[~is_large] - 1] >>= (words * BITS - votes)[~is_large].astype(WORD)
    pointers = np.concatenate([[0], ends])
    sums = sparse.csr_array((np.repeat(gain, words), np.arange(len(masks)), pointers), shape=(len(n), len(masks)))
    large = np.flatnonzero(is_large)
    return WeighedCells(n - gain * votes * HEAVY_SHARE, gain, masks, sums, large, votes[large])


def _random_words(
    rng: np.random.Generator, rows: int, columns: int
) -> np.ndarray[tuple[int, int], np.dtype[np.uint32]]:
    """(rows, columns) words of random bits, from the generator's own words of 64."""
    number = rows * columns
    raw = rng.bit_generator.random_raw(-(-number // 2))
    return np.asarray(raw, dtype=np.uint64).view(WORD)[:number].reshape(rows, columns)
