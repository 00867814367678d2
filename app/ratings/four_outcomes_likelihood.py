"""The likelihood of the model of four outcomes and its derivatives, by log pi (M,) and phi = log kappa.

With s = 1 + pi_i + pi_j and W_ij = pi_i + kappa pi_j + 1:

    log P(i beats j) = log pi_i - log W_ij
    log P(both bad)  = -log s
    log P(tie)       = log(kappa - 1) + log pi_i + log pi_j + log N - log s - log W_ij - log W_ji

where N = 2 + (kappa + 1)(pi_i + pi_j) is what is left after putting 1 - the others over one denominator. So a tie is
a win for both, times (kappa - 1) N / s. Each logarithm of a sum has the shares of its summands for its gradient, and
their covariance for its second derivatives.
"""

from dataclasses import dataclass

import numpy as np

from app.ratings.arrays import FloatArray
from app.ratings.counts import PairCounts
from app.ratings.newton import Evaluation
from app.ratings.rao_kupper import phi_per_logarithm
from app.ratings.votes import BOTH_BAD, MODEL_A, MODEL_B, TIE, WINNERS


@dataclass(frozen=True, eq=False)
class _Shares:
    """Logarithms of the sums W, s and N, and shares of their summands, (M, M) each.

    own, other:     pi_i and kappa pi_j in W_ij
    bad_own:        pi_i in s
    tied_own:       (kappa + 1) pi_i in N
    tied_own_kappa: of that, kappa pi_i
    """

    log_w: FloatArray
    own: FloatArray
    other: FloatArray
    log_s: FloatArray
    bad_own: FloatArray
    log_n: FloatArray
    tied_own: FloatArray
    tied_own_kappa: FloatArray


def evaluate(counts: PairCounts, position: FloatArray) -> Evaluation | None:
    """The log-likelihood at log pi and phi, together (M + 1,); None where kappa is not above 1."""
    size = len(counts.models)
    strengths, phi = position[:size], float(position[size])
    if phi <= 0.0:
        return None
    shares = _shares(strengths, phi)
    ties, not_lost, no_win = counts.ties, counts.wins + counts.ties, counts.both_bad + counts.ties
    pairs_tied = ties.sum() / 2.0
    log_likelihood = (
        (not_lost * (strengths[:, None] - shares.log_w)).sum()
        + (ties * shares.log_n - no_win * shares.log_s).sum() / 2.0
        + pairs_tied * np.log(np.expm1(phi))
    )
    gradient = np.empty(size + 1)
    gradient[:size] = (
        not_lost * (1.0 - shares.own) - (not_lost * shares.other).T + ties * shares.tied_own - no_win * shares.bad_own
    ).sum(axis=1)
    tied_phi = shares.tied_own_kappa + shares.tied_own_kappa.T
    per_phi = phi_per_logarithm(phi)
    gradient[size] = pairs_tied / per_phi - (not_lost * shares.other).sum() + (ties * tied_phi).sum() / 2.0
    return Evaluation(float(log_likelihood), gradient, _information(ties, not_lost, no_win, shares, phi))


def _information(ties: FloatArray, not_lost: FloatArray, no_win: FloatArray, shares: _Shares, phi: float) -> FloatArray:
    """(M + 1, M + 1): minus the Hessian."""
    own, other, bad, tied = shares.own, shares.other, shares.bad_own, shares.tied_own
    kappa = shares.tied_own_kappa
    tied_phi = kappa + kappa.T
    # A sum over unordered pairs of terms symmetric in i and j comes from `across` for both orders.
    across = -not_lost * own * other
    across = across + across.T - no_win * bad * bad.T + ties * tied * tied.T
    diagonal = (
        not_lost * own * (1.0 - own)
        + (not_lost * other * (1.0 - other)).T
        + no_win * bad * (1.0 - bad)
        - ties * tied * (1.0 - tied)
    ).sum(axis=1)
    size = len(own)
    information = np.empty((size + 1, size + 1))
    information[:size, :size] = across
    information[np.arange(size), np.arange(size)] += diagonal
    mixed = -not_lost * own * other + (not_lost * other * (1.0 - other)).T - ties * (kappa - tied * tied_phi)
    information[:size, size] = information[size, :size] = mixed.sum(axis=1)
    information[size, size] = (
        (not_lost * other * (1.0 - other)).sum()
        - (ties * tied_phi * (1.0 - tied_phi)).sum() / 2.0
        + ties.sum() / 8.0 / np.sinh(phi / 2.0) ** 2
    )
    return information


def vote_scores(strengths: FloatArray, phi: float) -> FloatArray:
    """(M, M, 4, 4): by log pi_i, log pi_j, the level of all, and log(kappa - 1)."""
    shares = _shares(strengths, phi)
    scale = phi_per_logarithm(phi)
    own, other, bad, tied = shares.own, shares.other, shares.bad_own, shares.tied_own
    tied_phi = shares.tied_own_kappa + shares.tied_own_kappa.T
    scores = np.empty((*own.shape, len(WINNERS), 4))
    scores[:, :, MODEL_A, 0], scores[:, :, MODEL_A, 1] = 1.0 - own, -other
    scores[:, :, MODEL_A, 3] = -scale * other
    scores[:, :, MODEL_B, 0], scores[:, :, MODEL_B, 1] = -other.T, 1.0 - own.T
    scores[:, :, MODEL_B, 3] = -scale * other.T
    scores[:, :, BOTH_BAD, 0], scores[:, :, BOTH_BAD, 1], scores[:, :, BOTH_BAD, 3] = -bad, -bad.T, 0.0
    scores[:, :, TIE, 0] = 1.0 - own - other.T + tied - bad
    scores[:, :, TIE, 1] = scores[:, :, TIE, 0].T
    scores[:, :, TIE, 3] = 1.0 + scale * (tied_phi - other - other.T)
    scores[:, :, :, 2] = scores[:, :, :, 0] + scores[:, :, :, 1]
    return scores


def _shares(strengths: FloatArray, phi: float) -> _Shares:
    own, other = np.broadcast_arrays(strengths[:, None], strengths[None, :])
    both = np.logaddexp(own, other)
    log_s = np.logaddexp(0.0, both)
    log_w = np.logaddexp(np.logaddexp(own, 0.0), other + phi)
    log_n = np.logaddexp(np.log(2.0), both + np.logaddexp(0.0, phi))
    return _Shares(
        log_w=log_w,
        own=np.exp(own - log_w),
        other=np.exp(other + phi - log_w),
        log_s=log_s,
        bad_own=np.exp(own - log_s),
        log_n=log_n,
        tied_own=np.exp(own + np.logaddexp(0.0, phi) - log_n),
        tied_own_kappa=np.exp(own + phi - log_n),
    )
