"""What was observed, without any model: win rates between models and on average."""

from dataclasses import dataclass

import numpy as np

from app.ratings.arrays import FloatArray, read_only_floats
from app.ratings.counts import PairCounts


@dataclass(frozen=True, eq=False)
class WinRates:
    """Observed win rates, a tie and a "both bad" being half a win.

    models:           names in the order of the arrays
    votes:            (M, M), votes between i and j
    win_rates:        (M, M), share of those that i won; NaN where there is no vote, as on the diagonal
    average_win_rate: (M,), mean of a model's win rates over the opponents it met, each opponent counting
                      once however many votes there are; NaN for a model without votes
    """

    models: tuple[str, ...]
    votes: FloatArray
    win_rates: FloatArray
    average_win_rate: FloatArray


def observed_win_rates(counts: PairCounts) -> WinRates:
    """Win rates of all pairs."""
    votes = counts.votes_per_pair
    met = votes > 0.0
    rates = np.divide(counts.points, votes, out=np.full(votes.shape, np.nan), where=met)
    opponents = met.sum(axis=1)
    average = np.divide(
        np.where(met, rates, 0.0).sum(axis=1),
        opponents,
        out=np.full(len(counts.models), np.nan),
        where=opponents > 0,
    )
    return WinRates(
        models=counts.models,
        votes=read_only_floats(votes),
        win_rates=read_only_floats(rates),
        average_win_rate=read_only_floats(average),
    )
