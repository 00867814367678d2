"""Counts of many categories of votes from one pass: a vote's key is made once, whatever categories it is in."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from app.ratings.counts import PairCounts
from app.ratings.tally import VoteColumns, check_weights
from app.ratings.votes import WINNERS, CodedVotes


def count_categories(
    votes: CodedVotes, members: Mapping[str, ArrayLike], *, weights: ArrayLike | None = None
) -> dict[str, PairCounts]:
    """The counts of each category's votes, over all M models; a model may have no vote in a category.

    members: by category, (V,) booleans; a vote may be in several categories, or in none
    weights: (V,), finite and not negative, summed in place of ones

    Raises ValueError for columns that are not V booleans, InvalidVotesError with the row of a weight that cannot be.
    """
    rows, size = len(votes.winner), len(votes.models)
    known = None if weights is None else check_weights(weights, rows)
    shape = (size, size, len(WINNERS))
    key = _columns(votes).keys(0, rows)
    found = {}
    for name, column in members.items():
        inside = np.asarray(column)
        if inside.shape != (rows,) or inside.dtype != np.dtype(bool):
            raise ValueError(f"{name!r} must be {rows} booleans, not {inside.dtype} of shape {inside.shape}")
        kept = None if known is None else known[inside]
        counted = np.bincount(key[inside], weights=kept, minlength=int(np.prod(shape)))
        found[name] = PairCounts.from_slots(votes.models, counted.reshape(shape))
    return found


def count_by_category(
    votes: CodedVotes, codes: ArrayLike, names: Sequence[str], *, weights: ArrayLike | None = None
) -> dict[str, PairCounts]:
    """The same where no vote is in two categories: codes (V,) are positions in `names`, and one pass counts them all.

    Raises ValueError for codes that are not V integers from 0 to len(names) - 1.
    """
    rows, size = len(votes.winner), len(votes.models)
    array = np.asarray(codes)
    if array.shape != (rows,) or array.dtype.kind not in "iu":
        raise ValueError(f"codes must be {rows} integers, not {array.dtype} of shape {array.shape}")
    if array.size and not 0 <= array.min() <= array.max() < len(names):
        raise ValueError(f"the code of a category must lie between 0 and {len(names) - 1}")
    known = None if weights is None else check_weights(weights, rows)
    shape = (len(names), size, size, len(WINNERS))
    key = _columns(votes).keys(0, rows)
    key += array.astype(np.intp) * int(np.prod(shape[1:]))
    slots = np.bincount(key, weights=known, minlength=int(np.prod(shape))).reshape(shape)
    return {name: PairCounts.from_slots(votes.models, part) for name, part in zip(names, slots, strict=True)}


def _columns(votes: CodedVotes) -> VoteColumns:
    return VoteColumns(votes.model_a, votes.model_b, votes.winner, len(votes.models))
