"""Online Elo: a rating that moves with every vote. Its value depends on their order, so it is no ranking.

R_a += K (S - E) with E = 1 / (1 + 10^((R_b - R_a) / 400)); S is 1, 0, or 1/2 for a tie and a "both bad".
"""

from dataclasses import dataclass

from app.ratings.arrays import FloatArray, read_only_floats
from app.ratings.scale import CENTRE, POINTS_PER_TENFOLD_ODDS
from app.ratings.votes import WINNERS, CodedVotes

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


def online_elo(votes: CodedVotes, *, k: float = 4.0) -> EloRatings:
    """Elo after all votes in their order, from 1000, each moving both ratings by at most `k` points."""
    if not 0.0 < k <= POINTS_PER_TENFOLD_ODDS:
        raise ValueError(f"k is {k}, but must lie between 0 and {POINTS_PER_TENFOLD_ODDS:g} points")
    ratings = [CENTRE] * len(votes.models)
    # Python numbers: indexing NumPy scalars one by one would be several times slower.
    rows = zip(votes.model_a.tolist(), votes.model_b.tolist(), votes.winner.tolist(), strict=True)
    for a, b, winner in rows:
        expected = 1.0 / (1.0 + 10.0 ** ((ratings[b] - ratings[a]) / POINTS_PER_TENFOLD_ODDS))
        change = k * (SCORES[winner] - expected)
        ratings[a] += change
        ratings[b] -= change
    return EloRatings(models=votes.models, ratings=read_only_floats(ratings))
