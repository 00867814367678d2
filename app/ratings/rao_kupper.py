"""Rao and Kupper's model of ties: P(i beats j) = pi_i / (pi_i + kappa pi_j), kappa >= 1, pi = exp(theta); else a tie.

Rao, P. V. and Kupper, L. L. (1967), Ties in paired-comparison experiments: a generalization of the Bradley-Terry
model, Journal of the American Statistical Association 62. A "both bad" counts as a tie. With phi = log kappa this is
an ordered logit of the difference with thresholds -phi and phi, whose log-likelihood is concave (Pratt 1981), so
Newton goes by phi. `parameters` holds kappa; its bread and scores are on the scale of log(kappa - 1), on which they
stay finite at the bound.

Where nobody tied, the maximum is at the bound kappa = 1, which is reported exactly: theta is that of Bradley-Terry, and
kappa counts as known.
"""

import numpy as np
from scipy.special import expit, log_expit

from app.ratings.arrays import FloatArray
from app.ratings.bradley_terry import fit_bradley_terry
from app.ratings.counts import PairCounts
from app.ratings.fit import PairwiseFit
from app.ratings.laplacian import laplacian
from app.ratings.newton import Evaluation, invert_information, maximise
from app.ratings.starting import starting_theta
from app.ratings.tied_votes import check_tied_votes, tied_votes
from app.ratings.votes import BOTH_BAD, MODEL_A, MODEL_B, TIE, WINNERS

METHOD = "rao-kupper"


def fit_rao_kupper(counts: PairCounts, *, start: FloatArray | None = None) -> PairwiseFit:
    """The strengths and kappa under which these votes are most likely. Arguments and errors as of fit_davidson."""
    check_tied_votes(counts)
    ties = tied_votes(counts)
    if not ties.any():
        return _without_ties(counts, start)
    size = len(counts.models)
    # Between equal models, ties are (kappa - 1) / (kappa + 1) of the votes.
    phi = np.log1p(ties.sum() / counts.wins.sum())
    optimum = maximise(
        lambda position: _evaluate(counts.wins, ties, position),
        np.append(starting_theta(counts, start), phi),
        shifts=size,
        votes=counts.total_votes,
    )
    theta, phi = optimum.position[:size], float(optimum.position[size])
    scale = np.append(np.ones(size), 1.0 / phi_per_logarithm(phi))
    bread = invert_information(optimum.evaluation.information, shifts=size)
    return PairwiseFit.from_maximum(
        method=METHOD,
        models=counts.models,
        theta=theta,
        parameters={"kappa": float(np.exp(phi))},
        log_likelihood=optimum.evaluation.log_likelihood,
        gradient_norm=optimum.gradient_norm,
        iterations=optimum.iterations,
        bread=bread * scale[:, None] * scale,
        vote_scores=_vote_scores(theta, phi),
    )


def phi_per_logarithm(phi: float) -> float:
    """How much phi = log kappa changes with log(kappa - 1): (kappa - 1) / kappa."""
    return float(-np.expm1(-phi))


def _without_ties(counts: PairCounts, start: FloatArray | None) -> PairwiseFit:
    fit = fit_bradley_terry(counts, start=start)
    return PairwiseFit.from_maximum(
        method=METHOD,
        models=fit.models,
        theta=fit.theta,
        parameters={"kappa": 1.0},
        log_likelihood=fit.log_likelihood,
        gradient_norm=fit.gradient_norm,
        iterations=fit.iterations,
        bread=np.pad(fit.bread, (0, 1)),
        vote_scores=_vote_scores(fit.theta, 0.0),
    )


def _evaluate(wins: FloatArray, ties: FloatArray, position: FloatArray) -> Evaluation | None:
    """As P(tie) = (kappa^2 - 1) P(i beats j) P(j beats i), a tie is two wins and a factor; see _vote_scores."""
    size = len(wins)
    theta, phi = position[:size], float(position[size])
    if phi <= 0.0:
        return None
    lead = theta[:, None] - theta[None, :] - phi
    not_lost = wins + ties
    missed = expit(-lead)
    surprise = not_lost * missed
    curvature = surprise * expit(lead)
    pairs_tied = ties.sum() / 2.0
    gradient = np.empty(size + 1)
    gradient[:size] = surprise.sum(axis=1) - surprise.sum(axis=0)
    gradient[size] = -2.0 * pairs_tied / np.expm1(-2.0 * phi) - surprise.sum()
    information = np.empty((size + 1, size + 1))
    information[:size, :size] = laplacian(curvature + curvature.T)
    information[:size, size] = information[size, :size] = curvature.sum(axis=0) - curvature.sum(axis=1)
    information[size, size] = curvature.sum() + pairs_tied / np.sinh(phi) ** 2
    # log(kappa^2 - 1), without overflow.
    factor = 2.0 * phi + np.log(-np.expm1(-2.0 * phi))
    log_likelihood = (not_lost * log_expit(lead)).sum() + pairs_tied * factor
    return Evaluation(float(log_likelihood), gradient, information)


def _vote_scores(theta: FloatArray, phi: float) -> FloatArray:
    """(M, M, 4, 3) by theta_i, theta_j, log(kappa - 1)."""
    missed = expit(phi + theta[None, :] - theta[:, None])
    scale = phi_per_logarithm(phi)
    scores = np.empty((*missed.shape, len(WINNERS), 3))
    scores[:, :, MODEL_A] = np.stack([missed, -missed, -scale * missed], axis=2)
    scores[:, :, MODEL_B] = np.stack([-missed.T, missed.T, -scale * missed.T], axis=2)
    # The derivative of log(kappa^2 - 1) by log(kappa - 1) is 2 kappa / (kappa + 1).
    factor = 2.0 / (1.0 + np.exp(-phi))
    scores[:, :, TIE] = scores[:, :, MODEL_A] + scores[:, :, MODEL_B]
    scores[:, :, TIE, 2] += factor
    scores[:, :, BOTH_BAD] = scores[:, :, TIE]
    return scores
