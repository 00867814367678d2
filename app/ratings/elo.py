"""Online Elo: a rating that moves with every vote. Its value depends on their order, so it is no ranking.

R_a += K (S - E) with E = 1 / (1 + 10^((R_b - R_a) / 400)); S is 1, 0, or 1/2 for a tie and a "both bad".
Elo, A. E. (1978), The rating of chessplayers, past and present.
"""

from dataclasses import dataclass

import numpy as np

from app.ratings.arrays import FloatArray, IntArray, read_only_floats, read_only_integers
from app.ratings.scale import CENTRE, POINTS_PER_LOGIT, POINTS_PER_TENFOLD_ODDS
from app.ratings.votes import WINNERS, CodedVotes

# Steps of all permuted orders that are looked up at once.
STEPS_AT_ONCE = 1024

# What the first model scores, by the code of the winner.
SCORES: tuple[float, ...] = tuple(
    {"model_a": 1.0, "model_b": 0.0, "tie": 0.5, "both_bad": 0.5}[winner] for winner in WINNERS
)


@dataclass(frozen=True, eq=False)
class EloRatings:
    """Where online Elo stands after the last vote.

    models:  names in the order of the array
    ratings: (M,) in points; 1000 for a model without votes
    """

    models: tuple[str, ...]
    ratings: FloatArray


@dataclass(frozen=True, eq=False)
class EloHistory:
    """Where online Elo stood after every so many votes.

    models:  names in the order of the columns
    votes:   (T,) votes after which it was read; the last is all of them
    ratings: (T, M) in points
    """

    models: tuple[str, ...]
    votes: IntArray
    ratings: FloatArray


@dataclass(frozen=True, eq=False)
class PermutedElo:
    """Online Elo over random orders of the votes: what is left when their order is averaged out, and how much it was.

    models:     names in the order of the arrays
    ratings:    (M,) mean over the orders, in points
    deviations: (M,) standard deviation over the orders: how much of a rating is the order of votes
    lowest:     (M,) the lowest rating of any order
    highest:    (M,) the highest
    first:      (M,) the share of orders in which the model came first
    orders:     how many there were
    """

    models: tuple[str, ...]
    ratings: FloatArray
    deviations: FloatArray
    lowest: FloatArray
    highest: FloatArray
    first: FloatArray
    orders: int


def online_elo(votes: CodedVotes, *, k: float = 4.0) -> EloRatings:
    """Elo after all votes in their order, from 1000, each moving both ratings by at most `k` points."""
    _check_k(k)
    ratings = [CENTRE] * len(votes.models)
    _play(ratings, votes, slice(None), k)
    return EloRatings(models=votes.models, ratings=read_only_floats(ratings))


def elo_history(votes: CodedVotes, *, every: int, k: float = 4.0) -> EloHistory:
    """Elo after each `every` votes in their order, and after the last."""
    _check_k(k)
    if every < 1:
        raise ValueError(f"ratings can be read after every vote or more, not after {every}")
    ratings = [CENTRE] * len(votes.models)
    number = len(votes.winner)
    read = [*range(every, number, every), *([number] if number else [])]
    rows = []
    for start, stop in zip([0, *read], read, strict=False):
        _play(ratings, votes, slice(start, stop), k)
        rows.append(list(ratings))
    table = np.array(rows, dtype=np.float64).reshape(len(read), len(votes.models))
    return EloHistory(votes.models, read_only_integers(read), read_only_floats(table))


def permuted_elo(votes: CodedVotes, *, orders: int = 100, k: float = 4.0, seed: int = 0) -> PermutedElo:
    """Elo over `orders` random orders of the votes; the same input and seed give the same numbers.

    All orders advance together, one vote each at a step. Raises ValueError when there is no order or no vote.
    """
    _check_k(k)
    if orders < 1 or not len(votes.winner):
        raise ValueError(f"{orders} orders of {len(votes.winner)} votes have no mean")
    ratings = _play_permuted(votes, orders, k, np.random.default_rng(seed))
    # Where models share the lead, each has its part of the order.
    leads = ratings == ratings.max(axis=1, keepdims=True)
    return PermutedElo(
        models=votes.models,
        ratings=read_only_floats(ratings.mean(axis=0)),
        deviations=read_only_floats(ratings.std(axis=0, ddof=1) if orders > 1 else np.zeros(ratings.shape[1])),
        lowest=read_only_floats(ratings.min(axis=0)),
        highest=read_only_floats(ratings.max(axis=0)),
        first=read_only_floats((leads / leads.sum(axis=1, keepdims=True)).mean(axis=0)),
        orders=orders,
    )


def _check_k(k: float) -> None:
    if not 0.0 < k <= POINTS_PER_TENFOLD_ODDS:
        raise ValueError(f"k is {k}, but must lie between 0 and {POINTS_PER_TENFOLD_ODDS:g} points")


def _play(ratings: list[float], votes: CodedVotes, rows: slice, k: float) -> None:
    # Python numbers: indexing NumPy scalars one by one would be several times slower.
    columns = (votes.model_a[rows].tolist(), votes.model_b[rows].tolist(), votes.winner[rows].tolist())
    for a, b, winner in zip(*columns, strict=True):
        expected = 1.0 / (1.0 + 10.0 ** ((ratings[b] - ratings[a]) / POINTS_PER_TENFOLD_ODDS))
        change = k * (SCORES[winner] - expected)
        ratings[a] += change
        ratings[b] -= change


def _play_permuted(votes: CodedVotes, orders: int, k: float, rng: np.random.Generator) -> FloatArray:
    """(orders, M): where each order ends.

    E = (1 + tanh(d / 2)) / 2 with d in logits, so ratings are kept in half logits, and only a few operations on all
    orders are left for each step.
    """
    size, number = len(votes.models), len(votes.winner)
    step = k / 4.0 / POINTS_PER_LOGIT
    gains = step * (2.0 * np.array(SCORES) - 1.0)
    places = np.stack([rng.permutation(number).astype(np.int32) for _ in range(orders)], axis=1)
    own = np.arange(orders) * size
    ratings = np.zeros(orders * size)
    for start in range(0, number, STEPS_AT_ONCE):
        rows = places[start : start + STEPS_AT_ONCE]
        first, second, gained = votes.model_a[rows] + own, votes.model_b[rows] + own, gains[votes.winner[rows]]
        for i, j, gain in zip(first, second, gained, strict=True):
            of_first, of_second = ratings.take(i), ratings.take(j)
            change = np.tanh(of_first - of_second)
            change *= -step
            change += gain
            ratings[i] = of_first + change
            ratings[j] = of_second - change
    return CENTRE + 2.0 * POINTS_PER_LOGIT * ratings.reshape(orders, size)
