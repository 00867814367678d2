"""What one vote between two models is worth to a fit: its expected information, and its leverage."""

import numpy as np

from app.ratings.arrays import FloatArray
from app.ratings.fit import PairwiseFit
from app.ratings.votes import BOTH_BAD, MODEL_A, MODEL_B, TIE, WINNERS


def outcome_probabilities(fit: PairwiseFit) -> FloatArray:
    """(M, M, 4): how likely each winner is when i stands first and j second; 0 on the diagonal.

    A model expects no score of itself, sum p_k s_k = 0, and where K outcomes have scores of rank K - 1 only one
    p does that: p_k is in proportion to the square root of the k-th principal minor of the scores' Gram matrix.
    So the scores alone are enough, for every method alike. An outcome that is not one of the method's own, as a
    tie that counts as half a win, has probability 0; a "both bad" that counts as a tie has its share within tie.
    """
    outcomes = _own_outcomes(fit)
    scores = fit.vote_scores[:, :, outcomes]
    gram = scores @ np.swapaxes(scores, 2, 3)
    size = len(outcomes)
    own = np.empty((*gram.shape[:2], size))
    for k in range(size):
        others = [index for index in range(size) if index != k]
        minors = np.linalg.det(gram[:, :, others][:, :, :, others])
        own[:, :, k] = np.sqrt(np.maximum(minors, 0.0))
    diagonal = np.arange(len(own))
    own[diagonal, diagonal] = 0.0
    total = own.sum(axis=2, keepdims=True)
    probabilities = np.zeros((*own.shape[:2], len(WINNERS)))
    probabilities[:, :, outcomes] = np.divide(own, total, out=np.zeros_like(own), where=total > 0.0)
    return probabilities


def vote_information(fit: PairwiseFit) -> FloatArray:
    """(M, M, 2, 2): expected information of one vote between i and j on (theta_i, theta_j), sum p_k s_k s_k^T."""
    scores = fit.vote_scores[..., :2]
    weighted = scores * outcome_probabilities(fit)[..., None]
    information: FloatArray = np.swapaxes(weighted, 2, 3) @ scores
    return information


def vote_leverage(fit: PairwiseFit) -> FloatArray:
    """(M, M), symmetric: how much one vote between i and j settles its own prediction, between 0 and 1.

    The trace of the vote's information times the bread of the two strengths, as the hat values of a regression.
    """
    size = len(fit.models)
    bread = fit.bread[:size, :size]
    own = np.diagonal(bread)
    information = vote_information(fit)
    leverage: FloatArray = (
        information[:, :, 0, 0] * own[:, None]
        + information[:, :, 1, 1] * own[None, :]
        + 2.0 * information[:, :, 0, 1] * bread
    )
    return leverage


def _own_outcomes(fit: PairwiseFit) -> list[int]:
    """The winners that the method gives a probability of their own."""
    if not fit.parameters:
        return [MODEL_A, MODEL_B]
    if np.array_equal(fit.vote_scores[:, :, TIE], fit.vote_scores[:, :, BOTH_BAD]):
        return [MODEL_A, MODEL_B, TIE]
    return list(range(len(WINNERS)))
