"""How sure a fit with covariates is: sandwich and clustered covariance, and effects with their intervals."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.special import stdtrit

from app.ratings.arrays import FloatArray, IntArray, read_only_floats
from app.ratings.clustered import FEWEST_IN_EFFECT, effective_voters
from app.ratings.covariates import CovariateFit
from app.ratings.laplacian import laplacian
from app.ratings.scale import POINTS_PER_LOGIT
from app.ratings.uncertainty import Z_95
from app.ratings.voter_scores import check_voters, compact_codes, gram


@dataclass(frozen=True)
class Effect:
    """What one unit of a covariate is worth, with a 95 % interval, in logits; the properties are in points."""

    beta: float
    standard_error: float
    lower: float
    upper: float

    @property
    def points(self) -> float:
        return POINTS_PER_LOGIT * self.beta

    @property
    def points_standard_error(self) -> float:
        return POINTS_PER_LOGIT * self.standard_error

    @property
    def points_lower(self) -> float:
        return POINTS_PER_LOGIT * self.lower

    @property
    def points_upper(self) -> float:
        return POINTS_PER_LOGIT * self.upper


def covariate_effects(fit: CovariateFit, covariance: FloatArray) -> dict[str, Effect]:
    """Each covariate's effect by name, from the covariance (P, P) of a `covariate_covariance`."""
    errors = np.sqrt(np.maximum(np.diagonal(covariance)[len(fit.models) :], 0.0))
    return {
        name: Effect(beta=beta, standard_error=error, lower=beta - Z_95 * error, upper=beta + Z_95 * error)
        for name, beta, error in zip(fit.names, fit.beta.tolist(), errors.tolist(), strict=True)
    }


def covariate_covariance(fit: CovariateFit, voters: IntArray | None = None, *, small_sample: bool = True) -> FloatArray:
    """Covariance (P, P) of theta and beta in squared logits; strengths first, relative to their mean.

    Without `voters` each vote is independent of the others (the sandwich, HC0). voters (V,) are codes from 0: then each
    voter's votes count as one observation, and `small_sample` widens as it does in `clustered_covariance`, a covariate
    being worth (sum m)^2 / sum m^2 voters for the weighted sums m of its size over each voter's votes.

    Raises ValueError for voters that do not fit the votes, or are fewer than two.
    """
    independent = _sandwich(fit, _vote_meat(fit))
    if voters is None:
        return read_only_floats(independent)
    check_voters(fit.votes, voters, fit.weights)
    known, position = compact_codes(voters)
    if len(known) < 2:
        raise ValueError("a single voter says nothing about how voters differ")
    covariance = _sandwich(fit, _voter_meat(fit, position, len(known)))
    if small_sample:
        effective = np.concatenate(
            [effective_voters(fit.votes, voters, fit.weights), _effective_by_column(fit, position)]
        )
        alone = np.flatnonzero(effective < FEWEST_IN_EFFECT)
        # Raising a diagonal keeps the matrix a covariance.
        covariance[alone, alone] = np.maximum(covariance[alone, alone], independent[alone, alone])
        effective = np.maximum(effective, FEWEST_IN_EFFECT)
        scale = stdtrit(effective - 1.0, 0.975) / Z_95 * np.sqrt(effective / (effective - 1.0))
        covariance = covariance * scale[:, None] * scale[None, :]
    return read_only_floats(covariance)


def _sandwich(fit: CovariateFit, meat: FloatArray) -> FloatArray:
    covariance = fit.bread @ meat @ fit.bread
    symmetric: FloatArray = (covariance + covariance.T) / 2.0
    return symmetric


def _vote_meat(fit: CovariateFit) -> FloatArray:
    """(P, P): the sum over votes of score score^T."""
    size, votes = len(fit.models), fit.votes
    square = fit.residuals**2
    key = votes.model_a * size + votes.model_b
    by_pair = np.bincount(key, square, size * size).astype(np.float64).reshape(size, size)
    meat = np.empty((size + len(fit.names), size + len(fit.names)))
    meat[:size, :size] = laplacian(by_pair + by_pair.T)
    for column, x in enumerate(fit.columns, start=size):
        weighted = square * x
        between = np.bincount(key, weighted, size * size).reshape(size, size)
        meat[:size, column] = between.sum(axis=1) - between.sum(axis=0)
        for other, y in enumerate(fit.columns, start=size):
            meat[other, column] = weighted @ y
    meat[size:, :size] = meat[:size, size:].T
    return meat


def _voter_meat(fit: CovariateFit, position: IntArray, number: int) -> FloatArray:
    """(P, P): the sum over voters of the outer square of the sum of their scores; position (V,) is the voter."""
    size, votes = len(fit.models), fit.votes
    ends = np.concatenate([votes.model_a, votes.model_b])
    both = np.concatenate([fit.residuals, -fit.residuals])
    strengths = sparse.coo_array((both, (np.tile(position, 2), ends)), shape=(number, size)).tocsr()
    effects = np.empty((number, len(fit.names)))
    for column, x in enumerate(fit.columns):
        effects[:, column] = np.bincount(position, fit.residuals * x, number)
    mixed = np.asarray(strengths.T @ effects)
    return np.block([[gram(strengths), mixed], [mixed.T, effects.T @ effects]])


def _effective_by_column(fit: CovariateFit, position: IntArray) -> FloatArray:
    """(K,): the number of equally busy voters that say something about each covariate."""
    weights = 1.0 if fit.weights is None else fit.weights
    sizes = np.array([np.bincount(position, weights * np.abs(x)) for x in fit.columns]).reshape(len(fit.names), -1)
    effective: FloatArray = sizes.sum(axis=1) ** 2 / (sizes**2).sum(axis=1)
    return effective
