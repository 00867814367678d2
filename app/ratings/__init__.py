"""Pure numerics: votes in, ratings with their uncertainty out. Knows no database and no web framework."""

from app.ratings.bradley_terry import BradleyTerryFit, fit_bradley_terry, win_probabilities
from app.ratings.component_ranking import ComponentRanking, rank_components
from app.ratings.connectivity import Connectivity, MissingWin, NotRankableError, find_connectivity
from app.ratings.counts import PairCounts
from app.ratings.elo import EloRatings, online_elo
from app.ratings.laplacian import IllConditionedError
from app.ratings.ranks import RankRanges, pointwise_rank_ranges, simultaneous_rank_ranges
from app.ratings.uncertainty import RatingIntervals, rating_intervals, sandwich_covariance
from app.ratings.votes import WINNERS, CodedVotes, InvalidVotesError, Winner
from app.ratings.win_rates import WinRates, observed_win_rates

__all__ = [
    "WINNERS",
    "BradleyTerryFit",
    "CodedVotes",
    "ComponentRanking",
    "Connectivity",
    "EloRatings",
    "IllConditionedError",
    "InvalidVotesError",
    "MissingWin",
    "NotRankableError",
    "PairCounts",
    "RankRanges",
    "RatingIntervals",
    "WinRates",
    "Winner",
    "find_connectivity",
    "fit_bradley_terry",
    "observed_win_rates",
    "online_elo",
    "pointwise_rank_ranges",
    "rank_components",
    "rating_intervals",
    "sandwich_covariance",
    "simultaneous_rank_ranges",
    "win_probabilities",
]
