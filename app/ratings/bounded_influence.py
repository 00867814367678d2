"""Ratings that no single voter can move far: busy or odd voters weigh less, by just as much as it takes."""

from dataclasses import dataclass

import numpy as np

from app.ratings.arrays import FloatArray, IntArray, read_only_floats, read_only_integers
from app.ratings.bradley_terry import fit_bradley_terry
from app.ratings.fit import PairwiseFit
from app.ratings.influence import effect_of_voter, needed_voters, one_step_effects
from app.ratings.resampling import Refit
from app.ratings.voter_table import VoterTable, voter_table
from app.ratings.votes import CodedVotes

# Voters whose estimated influence is above this share of the bound are checked by a fit without them.
CHECKED_SHARE = 0.75
# The search aims this far below the bound, so that it need not be met to the last digit.
AIM = 0.995
WEIGHINGS = 60
ROUNDS = 12


class BoundNotReachableError(ArithmeticError):
    """No weights keep every voter within the bound: too few voters share the work."""


@dataclass(frozen=True, eq=False)
class BoundedFit:
    """A fit in which leaving out any one voter, others weighing the same, moves no rating beyond the bound.

    fit:            of the weighted votes
    bound:          in points
    voters:         (G,) codes, ascending
    voter_weights:  (G,) weight of each voter's votes, in (0, 1]
    largest_effect: the largest change of any rating that leaving out one voter made, in points
    checked:        voters that were in fact left out to see it; of all others one step estimates less
    """

    fit: PairwiseFit
    bound: float
    voters: IntArray
    voter_weights: FloatArray
    largest_effect: float
    checked: int

    def vote_weights(self, voters: IntArray) -> FloatArray:
        """(V,): the weight of each vote, for clustered_covariance; `voters` (V,) as they were given."""
        return np.asarray(self.voter_weights[np.searchsorted(self.voters, voters)])


def fit_with_bounded_influence(
    votes: CodedVotes, voters: IntArray, bound: float, *, refit: Refit = fit_bradley_terry
) -> BoundedFit:
    """Weigh voters so that none moves any rating by more than `bound` points, and fit.

    voters (V,) are codes from 0. Each voter's weight is 1, or the bound over the effect of their votes at weight 1,
    whichever is less (a Mallows-type weight; Hampel et al. 1986, Robust Statistics, ch. 6), until weights and fit
    agree. Effects are one Newton step, corrected for each voter near the bound by a fit without them; the result
    is one in which all of these are within it.

    Raises BoundNotReachableError where no weights do that, as when all voters weigh the same and each still moves
    a rating further, or when without some voter the votes do not connect all models; ValueError for a bound that
    is not positive; NotRankableError as the fit does.
    """
    if not bound > 0.0:
        raise ValueError(f"the bound is {bound}, but must be a positive number of points")
    cast = voter_table(votes, voters)
    refit(cast.counts())
    if needed_voters(cast).size:
        raise BoundNotReachableError("without one of the voters the votes do not connect all models")
    weights, ratio = np.ones(len(cast.voters)), np.ones(len(cast.voters))
    for _ in range(ROUNDS):
        weights, fit, estimated = _weigh(cast, weights, ratio, bound, refit)
        expected = estimated * ratio
        near = np.flatnonzero(expected >= min(CHECKED_SHARE * bound, float(expected.max())))
        exact = np.array([abs(effect_of_voter(cast, voter, fit, refit, weights).points) for voter in near.tolist()])
        largest = float(exact.max(initial=0.0))
        if largest <= bound:
            return BoundedFit(
                fit=fit,
                bound=bound,
                voters=read_only_integers(cast.voters),
                voter_weights=read_only_floats(weights),
                largest_effect=largest,
                checked=len(near),
            )
        ratio[near] = exact / estimated[near]
    raise BoundNotReachableError(f"no weights found that keep every voter within {bound} points")


def _weigh(
    cast: VoterTable, weights: FloatArray, ratio: FloatArray, bound: float, refit: Refit
) -> tuple[FloatArray, PairwiseFit, FloatArray]:
    """Weights (G,) at which one step, times ratio (G,), is within the bound; their fit, and its one-step effects."""
    for _ in range(WEIGHINGS):
        fit = refit(cast.counts(weights))
        estimated = one_step_effects(cast, fit, weights)
        if np.all(estimated * ratio <= bound):
            return weights, fit, estimated
        at_full_weight = estimated * ratio / weights
        weights = np.minimum(1.0, AIM * bound / np.maximum(at_full_weight, 1e-300))
        if weights.max() < 1.0:
            break
    raise BoundNotReachableError(f"no weights found that keep every voter within {bound} points")
