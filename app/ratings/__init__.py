"""Pure numerics: votes in, ratings with their uncertainty out. Knows no database and no web framework.

Everything public is here by name; docs/ratings-library.md shows how it is used.

Agreement:                  How far voters agree, with a bootstrap interval
cohen_kappa:                Cohen's kappa of two voters
krippendorff_alpha:         Krippendorff's alpha of any number of voters, nominal or ordinal
preferences:                votes as values that two voters can agree on
BootstrapRatings:           ratings under resamples
bootstrap_voters:           resamples of voters with all their votes
bootstrap_votes:            resamples of single votes
BoundNotReachableError:     a bound that no weights of voters reach
BoundedFit:                 ratings that no one voter moves by more than a stated amount
fit_with_bounded_influence: the fit in which they have that bound
BradleyTerryFit:            strengths with a tie as half a win
fit_bradley_terry:          fits them by Newton
win_probabilities:          what they predict of each pair
count_by_category:          the same by the names of the categories
count_categories:           counts of several categories of votes at once
FEWEST_VOTERS:              how many voters clustering takes before it is the default
clustered_covariance:       covariance where a voter's votes have something in common
effective_voters:           how many equally busy voters a model's votes are worth
ComponentRanking:           the ranking of a part of the models
rank_components:            one for each part that the votes connect
rank_connected:             one of models that are all connected
Connectivity:               which models the votes connect
MissingWin:                 what would connect two parts
NotRankableError:           the votes determine no estimate
find_connectivity:          finds the parts and what is missing
PairCounts:                 votes as counts per pair of models and outcome
Effect:                     what a covariate is worth, in points with an interval
covariate_covariance:       covariance of strengths and covariates together
covariate_effects:          the effect of each covariate
CovariateFit:               Bradley-Terry with covariates: style control, or the position effect
fit_covariates:             fits it
style_columns:              the style of two answers as covariates
CyclicVotes:                how much of the votes no ranking can explain
cyclic_votes:               counts them
fit_davidson:               ties with a probability of their own, largest between equals
EloHistory:                 online Elo after every so many votes
EloRatings:                 online Elo after the last vote
PermutedElo:                online Elo averaged over random orders of the votes
elo_history:                Elo as a time series
online_elo:                 Elo in the order of the votes
permuted_elo:               Elo over random orders
METHODS:                    the estimators from pair counts, by name: METHODS["davidson"](counts)
PairwiseFit:                what every estimator from pair counts returns
fit_four_outcomes:          'both bad' as an outcome that tells an absolute level
GradedFit:                  strengths from graded verdicts, such as -3 to 3
GradedCounts:               graded verdicts as counts per pair
fit_graded:                 fits them by adjacent categories
VoterEffect:                what leaving out one voter does
VoterInfluence:             that of all voters
voter_influence:            finds the largest
IllConditionedError:        votes that connect models too faintly for float64
NeededPair:                 a pair on which a vote helps
needed_pairs:               those on which one helps most
ChangedVotes:               some votes that are dropped or forged
Overturning:                those that put another model first
votes_to_drop:              the fewest found to drop
votes_to_forge:             the fewest found to forge
PlackettLuceFit:            strengths from rankings of three and more, with ties
fit_plackett_luce:          fits them
Rankings:                   rankings of some of the models each
RankRanges:                 the places that each model may hold
bootstrap_rank_ranges:      from a bootstrap, all at once
pointwise_rank_ranges:      each on its own
simultaneous_rank_ranges:   all at once, by max-t
fit_rao_kupper:             a tie as a difference below a threshold
SelfConsistency:            how often voters repeat themselves
self_consistency:           counts it, with an interval
RatingIntervals:            ratings with 95 % intervals
rating_intervals:           from strengths and their covariance
sandwich_covariance:        covariance of strengths by the sandwich, without a ridge
CodedVotes:                 votes in order, as integers
InvalidVotesError:          a row that is no vote
WINNERS:                    the four words for an outcome, in the order of their codes
Winner:                     the type of an outcome
PropensityWeights:          weights against how pairs were drawn
effective_votes:            how many equal votes weighted ones are worth
even_pairs:                 weights that let all pairs count alike
inverse_propensity:         weights by the probability of each draw
voter_weights:              weights by voter
WinRates:                   observed win rates
observed_win_rates:         those of all pairs
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from app.ratings.bootstrap import BootstrapRatings, bootstrap_voters, bootstrap_votes
from app.ratings.bradley_terry import BradleyTerryFit, fit_bradley_terry, win_probabilities
from app.ratings.clustered import FEWEST_VOTERS, clustered_covariance, effective_voters
from app.ratings.component_ranking import ComponentRanking, rank_components, rank_connected
from app.ratings.connectivity import Connectivity, MissingWin, NotRankableError, find_connectivity
from app.ratings.counts import PairCounts
from app.ratings.covariate_effects import Effect, covariate_covariance, covariate_effects
from app.ratings.covariates import CovariateFit, fit_covariates, style_columns
from app.ratings.davidson import fit_davidson
from app.ratings.elo import EloHistory, EloRatings, PermutedElo, elo_history, online_elo, permuted_elo
from app.ratings.estimators import METHODS
from app.ratings.fit import PairwiseFit
from app.ratings.four_outcomes import fit_four_outcomes
from app.ratings.laplacian import IllConditionedError
from app.ratings.needed_pairs import NeededPair, needed_pairs
from app.ratings.ranks import RankRanges, bootstrap_rank_ranges, pointwise_rank_ranges, simultaneous_rank_ranges
from app.ratings.rao_kupper import fit_rao_kupper
from app.ratings.self_consistency import SelfConsistency, self_consistency
from app.ratings.uncertainty import RatingIntervals, rating_intervals, sandwich_covariance
from app.ratings.votes import WINNERS, CodedVotes, InvalidVotesError, Winner
from app.ratings.win_rates import WinRates, observed_win_rates

if TYPE_CHECKING:
    from app.ratings.agreement import Agreement, cohen_kappa, krippendorff_alpha, preferences
    from app.ratings.bounded_influence import BoundedFit, BoundNotReachableError, fit_with_bounded_influence
    from app.ratings.categories import count_by_category, count_categories
    from app.ratings.cycles import CyclicVotes, cyclic_votes
    from app.ratings.graded import GradedFit, fit_graded
    from app.ratings.graded_counts import GradedCounts
    from app.ratings.influence import VoterEffect, VoterInfluence, voter_influence
    from app.ratings.overturning import ChangedVotes, Overturning, votes_to_drop, votes_to_forge
    from app.ratings.plackett_luce import PlackettLuceFit, fit_plackett_luce
    from app.ratings.rankings import Rankings
    from app.ratings.weights import PropensityWeights, effective_votes, even_pairs, inverse_propensity, voter_weights

# What ranking a file does without is loaded when it is asked for: a part of the time that ranking takes to start. A
# function with the name of its module is loaded at once, as loading the module would hide it.
_LATER = {
    "Agreement": "agreement",
    "cohen_kappa": "agreement",
    "krippendorff_alpha": "agreement",
    "preferences": "agreement",
    "BoundedFit": "bounded_influence",
    "BoundNotReachableError": "bounded_influence",
    "fit_with_bounded_influence": "bounded_influence",
    "count_categories": "categories",
    "count_by_category": "categories",
    "CyclicVotes": "cycles",
    "cyclic_votes": "cycles",
    "GradedFit": "graded",
    "fit_graded": "graded",
    "GradedCounts": "graded_counts",
    "VoterEffect": "influence",
    "VoterInfluence": "influence",
    "voter_influence": "influence",
    "ChangedVotes": "overturning",
    "Overturning": "overturning",
    "votes_to_drop": "overturning",
    "votes_to_forge": "overturning",
    "PlackettLuceFit": "plackett_luce",
    "fit_plackett_luce": "plackett_luce",
    "Rankings": "rankings",
    "PropensityWeights": "weights",
    "effective_votes": "weights",
    "even_pairs": "weights",
    "inverse_propensity": "weights",
    "voter_weights": "weights",
}

__all__ = [
    "FEWEST_VOTERS",
    "METHODS",
    "WINNERS",
    "Agreement",
    "BootstrapRatings",
    "BoundNotReachableError",
    "BoundedFit",
    "BradleyTerryFit",
    "ChangedVotes",
    "CodedVotes",
    "ComponentRanking",
    "Connectivity",
    "CovariateFit",
    "CyclicVotes",
    "Effect",
    "EloHistory",
    "EloRatings",
    "GradedCounts",
    "GradedFit",
    "IllConditionedError",
    "InvalidVotesError",
    "MissingWin",
    "NeededPair",
    "NotRankableError",
    "Overturning",
    "PairCounts",
    "PairwiseFit",
    "PermutedElo",
    "PlackettLuceFit",
    "PropensityWeights",
    "RankRanges",
    "Rankings",
    "RatingIntervals",
    "SelfConsistency",
    "VoterEffect",
    "VoterInfluence",
    "WinRates",
    "Winner",
    "bootstrap_rank_ranges",
    "bootstrap_voters",
    "bootstrap_votes",
    "clustered_covariance",
    "cohen_kappa",
    "count_by_category",
    "count_categories",
    "covariate_covariance",
    "covariate_effects",
    "cyclic_votes",
    "effective_voters",
    "effective_votes",
    "elo_history",
    "even_pairs",
    "find_connectivity",
    "fit_bradley_terry",
    "fit_covariates",
    "fit_davidson",
    "fit_four_outcomes",
    "fit_graded",
    "fit_plackett_luce",
    "fit_rao_kupper",
    "fit_with_bounded_influence",
    "inverse_propensity",
    "krippendorff_alpha",
    "needed_pairs",
    "observed_win_rates",
    "online_elo",
    "permuted_elo",
    "pointwise_rank_ranges",
    "preferences",
    "rank_components",
    "rank_connected",
    "rating_intervals",
    "sandwich_covariance",
    "self_consistency",
    "simultaneous_rank_ranges",
    "style_columns",
    "voter_influence",
    "voter_weights",
    "votes_to_drop",
    "votes_to_forge",
    "win_probabilities",
]


def __getattr__(name: str) -> Any:
    module = _LATER.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
