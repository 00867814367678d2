"""Davidson's model of ties: p_i : p_j : p_tie = pi_i : pi_j : nu sqrt(pi_i pi_j), with pi = exp(theta).

Davidson, R. R. (1970), On extending the Bradley-Terry model to accommodate ties in paired comparison experiments,
Journal of the American Statistical Association 65. A "both bad" counts as a tie. Maximum likelihood without a
penalty; `parameters` holds nu, its bread and scores are on the scale of log nu.

Where nobody tied, the maximum is at nu = 0, which is reported exactly: theta is that of Bradley-Terry, and nu counts
as known.
"""

import numpy as np

from app.ratings.arrays import FloatArray
from app.ratings.bradley_terry import fit_bradley_terry, win_probabilities
from app.ratings.counts import PairCounts
from app.ratings.fit import PairwiseFit
from app.ratings.laplacian import laplacian
from app.ratings.newton import Evaluation, invert_information, maximise
from app.ratings.starting import starting_theta
from app.ratings.tied_votes import check_tied_votes, tied_votes
from app.ratings.votes import BOTH_BAD, MODEL_A, MODEL_B, TIE, WINNERS

METHOD = "davidson"


def fit_davidson(counts: PairCounts, *, start: FloatArray | None = None) -> PairwiseFit:
    """The strengths and nu under which these votes are most likely.

    `start` (M,) is a guess of theta: it saves steps and does not change the result. Raises NotRankableError where
    no estimate exists, IllConditionedError where the votes connect a part too faintly for float64, ArithmeticError
    should Newton not converge.
    """
    check_tied_votes(counts)
    ties = tied_votes(counts)
    if not ties.any():
        return _without_ties(counts, start)
    size = len(counts.models)
    # Between equal models, ties are nu / (2 + nu) of the votes.
    log_nu = np.log(ties.sum() / counts.wins.sum())
    optimum = maximise(
        lambda position: _evaluate(counts.wins, ties, position),
        np.append(starting_theta(counts, start), log_nu),
        shifts=size,
        votes=counts.total_votes,
    )
    theta, log_nu = optimum.position[:size], optimum.position[size]
    return PairwiseFit.from_maximum(
        method=METHOD,
        models=counts.models,
        theta=theta,
        parameters={"nu": float(np.exp(log_nu))},
        log_likelihood=optimum.evaluation.log_likelihood,
        gradient_norm=optimum.gradient_norm,
        iterations=optimum.iterations,
        bread=invert_information(optimum.evaluation.information, shifts=size),
        vote_scores=_vote_scores(*_probabilities(theta, log_nu)),
    )


def _without_ties(counts: PairCounts, start: FloatArray | None) -> PairwiseFit:
    fit = fit_bradley_terry(counts, start=start)
    p = win_probabilities(fit.theta)
    return PairwiseFit.from_maximum(
        method=METHOD,
        models=fit.models,
        theta=fit.theta,
        parameters={"nu": 0.0},
        log_likelihood=fit.log_likelihood,
        gradient_norm=fit.gradient_norm,
        iterations=fit.iterations,
        bread=np.pad(fit.bread, (0, 1)),
        vote_scores=_vote_scores(p, np.zeros_like(p)),
    )


def _log_total(theta: FloatArray, log_nu: float) -> tuple[FloatArray, FloatArray]:
    """(M, M) each: half the difference of strengths, and the logarithm of what the three outcomes add up to."""
    half = (theta[:, None] - theta[None, :]) / 2.0
    return half, np.logaddexp(np.logaddexp(half, -half), log_nu)


def _probabilities(theta: FloatArray, log_nu: float) -> tuple[FloatArray, FloatArray]:
    """(M, M) each: that i beats j, and that they tie."""
    half, log_total = _log_total(theta, log_nu)
    return np.exp(half - log_total), np.exp(log_nu - log_total)


def _evaluate(wins: FloatArray, ties: FloatArray, position: FloatArray) -> Evaluation:
    size = len(wins)
    theta, log_nu = position[:size], float(position[size])
    half, log_total = _log_total(theta, log_nu)
    win, tie = np.exp(half - log_total), np.exp(log_nu - log_total)
    points, votes = wins + ties / 2.0, wins + wins.T + ties
    expected = win + tie / 2.0
    gradient = np.empty(size + 1)
    gradient[:size] = (points * expected.T - points.T * expected).sum(axis=1)
    gradient[size] = (ties * (win + win.T) - (wins + wins.T) * tie).sum() / 2.0
    lead = (win - win.T) / 2.0
    information = np.empty((size + 1, size + 1))
    information[:size, :size] = laplacian(votes * ((win + win.T) / 4.0 - lead**2))
    information[:size, size] = information[size, :size] = -(votes * tie * lead).sum(axis=1)
    information[size, size] = (votes * tie * (win + win.T)).sum() / 2.0
    log_likelihood = (wins * (half - log_total)).sum() + (ties * (log_nu - log_total)).sum() / 2.0
    return Evaluation(float(log_likelihood), gradient, information)


def _vote_scores(win: FloatArray, tie: FloatArray) -> FloatArray:
    """(M, M, 4, 3): by theta_i, theta_j, log nu: what a vote is, minus what it was expected to be."""
    outcomes = np.zeros((len(WINNERS), 3))
    outcomes[MODEL_A] = 1.0, 0.0, 0.0
    outcomes[MODEL_B] = 0.0, 1.0, 0.0
    outcomes[[TIE, BOTH_BAD]] = 0.5, 0.5, 1.0
    expected = np.stack([win + tie / 2.0, win.T + tie / 2.0, tie], axis=2)
    scores: FloatArray = outcomes - expected[:, :, None, :]
    return scores
