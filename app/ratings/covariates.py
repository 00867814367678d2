"""Bradley-Terry with covariates: style control, and what being shown first is worth.

    logit P(a beats b) = theta_a - theta_b + beta . x

A tie, and a "both bad", is half a win. x says by how much the answer of a exceeds that of b in something other than
quality: in a style, or in having been shown first. Maximum likelihood by Newton without a penalty (Agresti 2013,
Categorical data analysis, 11.6, for covariates in Bradley-Terry; uncertainty by Huber 1967, Liang and Zeger 1986).

Covariates are not centred. They are differences between sides, so that a vote seen from its other side has -x, and a
vote between equals has 0; taking off a mean would undo both, and make a column of ones, the position effect, vanish.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from app.ratings.arrays import FloatArray, read_only_floats
from app.ratings.bradley_terry import BradleyTerryFit, fit_bradley_terry
from app.ratings.connectivity import NotRankableError, find_connectivity
from app.ratings.counts import PairCounts
from app.ratings.covariate_likelihood import ROWS_AT_ONCE, ColumnArray, SortedVotes
from app.ratings.identification import independent_columns
from app.ratings.newton import invert_information, maximise
from app.ratings.scale import ratings_from_theta
from app.ratings.tally import check_weights
from app.ratings.votes import CodedVotes, InvalidVotesError

METHOD = "style-controlled"
STYLES = ("length", "headers", "lists", "bold")

MOST_ITERATIONS = 100
# In logits. Where a maximum exists, the last step is many times smaller; where none does, steps do not shrink.
LARGEST_LAST_STEP = 1e-3


@dataclass(frozen=True, eq=False)
class CovariateFit:
    """The maximum of the likelihood over M strengths and the effects of K covariates.

    method:         "style-controlled"
    models:         names in the order of the arrays
    theta:          (M,) strengths in logits at equal covariates; their mean is 0
    ratings:        (M,) the same in points, mean 1000
    names:          the K covariates that were fitted, in the order in which they were given
    beta:           (K,) their effects, logits for one unit of the column
    dropped:        by name, why a covariate has no effect here: a sentence for people
    log_likelihood: at the maximum, in natural logarithms, half a win having weight 1/2
    gradient_norm:  largest component of the gradient at the maximum, in votes
    iterations:     Newton steps taken
    bread:          (P, P) inverse of minus the Hessian where strengths sum to zero; P = M + K, strengths first
    votes:          the V votes
    columns:        (K, V) float32, the covariates as they were fitted
    weights:        (V,), or None for ones
    residuals:      (V,) what model a got minus what was expected, times the vote's weight. The score of a vote is its
                    residual times (1 for model a, -1 for model b, its covariates)
    """

    method: str
    models: tuple[str, ...]
    theta: FloatArray
    ratings: FloatArray
    names: tuple[str, ...]
    beta: FloatArray
    dropped: Mapping[str, str]
    log_likelihood: float
    gradient_norm: float
    iterations: int
    bread: FloatArray
    votes: CodedVotes
    columns: ColumnArray
    weights: FloatArray | None
    residuals: FloatArray

    @property
    def parameters(self) -> Mapping[str, float]:
        """The effects by name."""
        return MappingProxyType(dict(zip(self.names, self.beta.tolist(), strict=True)))

    def win_probabilities(self) -> FloatArray:
        """(M, M): the probability that i is preferred to j where their covariates are equal; 1/2 on the diagonal."""
        probabilities: FloatArray = expit(self.theta[:, None] - self.theta[None, :])
        return probabilities


def style_columns(style_a: ArrayLike, style_b: ArrayLike, names: Sequence[str] = STYLES) -> dict[str, FloatArray]:
    """Covariates (V,) by name from the measures (V, K) of both answers, such as their numbers of characters.

    x = (s_a - s_b) / (s_a + s_b), 0 where both are 0, divided by its standard deviation over votes seen from both
    sides. Seen so its mean is 0, and the deviation is the root of the mean square: it does not depend on which answer
    is called a. A measure without any difference stays 0. Raises InvalidVotesError with the row of a measure that is
    not a finite number from 0.
    """
    a, b = np.asarray(style_a, dtype=np.float64), np.asarray(style_b, dtype=np.float64)
    if a.ndim != 2 or a.shape != b.shape or a.shape[1] != len(names):
        raise ValueError(f"measures must have shape (votes, {len(names)}) on both sides, not {a.shape} and {b.shape}")
    x = np.empty((len(names), len(a)))
    for start in range(0, len(a), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        x[:, rows] = _relative_lead(a[rows], b[rows], names, start).T
    deviation = np.sqrt(np.mean(x**2, axis=1)) if len(a) else np.zeros(len(names))
    x /= np.where(deviation > 0.0, deviation, 1.0)[:, None]
    return dict(zip(names, x, strict=True))


def _relative_lead(a: FloatArray, b: FloatArray, names: Sequence[str], before: int) -> FloatArray:
    """(N, K): (a - b) / (a + b) of some rows; `before` is how many rows came before them."""
    for side in (a, b):
        wrong = np.argwhere(~(np.isfinite(side) & (side >= 0.0)))
        if wrong.size:
            row, column = wrong[0].tolist()
            raise InvalidVotesError(before + row + 1, f"{names[column]} is {side[row, column]}, but is a number from 0")
    # Halves, as the sum of two large numbers could be infinite.
    total = a / 2.0 + b / 2.0
    lead: FloatArray = np.divide(a / 2.0 - b / 2.0, total, out=np.zeros_like(a), where=total > 0.0)
    return lead


def fit_covariates(
    votes: CodedVotes, columns: Mapping[str, ArrayLike], *, weights: ArrayLike | None = None
) -> CovariateFit:
    """The strengths and effects under which these votes are most likely.

    columns: by name, (V,) each, from the side of model a: `style_columns`; a column of ones where model a was shown
             first in every vote, else 1 where it was, -1 where model b was, 0 where nobody knows. They are
             rounded to float32, and fitted as they are: units of about 1 are for the caller to choose
    weights: (V,), finite and not negative; None for ones

    A column of zeros, and one that follows from the models that met or from columns before it, is left out, and
    `dropped` says why. Without any column left this is `fit_bradley_terry`, to the last bit.

    Raises InvalidVotesError with the row of a value or a weight that cannot be, NotRankableError where the votes do not
    connect all models or where covariates predict them perfectly (then no largest likelihood exists), and
    ArithmeticError where float64 does not reach it.
    """
    names, table = tuple(columns), _table(votes, columns)
    known = None if weights is None else check_weights(weights, len(votes.winner))
    plain = fit_bradley_terry(PairCounts.from_coded_votes(votes, weights=known))
    size = len(votes.models)
    rows = SortedVotes.of(votes, table, known)
    information = rows.evaluate(np.concatenate([plain.theta, np.zeros(len(names))])).information
    kept, dropped = independent_columns(information, size, names)
    used = tuple(names[column] for column in kept)
    rows = rows.with_columns(kept)
    found = _maximum(votes, rows, plain.theta, used) if used else _as_found(plain)
    columns_used = table[kept]
    columns_used.flags.writeable = False
    strengths = found.position[:size]
    return CovariateFit(
        method=METHOD,
        models=votes.models,
        theta=read_only_floats(strengths - strengths.mean() if used else strengths),
        ratings=ratings_from_theta(strengths) if used else plain.ratings,
        names=used,
        beta=read_only_floats(found.position[size:]),
        dropped=MappingProxyType(dropped),
        log_likelihood=found.log_likelihood,
        gradient_norm=found.gradient_norm,
        iterations=found.iterations,
        bread=read_only_floats(found.bread),
        votes=votes,
        columns=columns_used,
        weights=known,
        residuals=read_only_floats(rows.residuals(found.position)),
    )


def _table(votes: CodedVotes, columns: Mapping[str, ArrayLike]) -> ColumnArray:
    """(K, V) float32."""
    number = len(votes.winner)
    table = np.empty((len(columns), number), dtype=np.float32)
    for row, (name, values) in zip(table, columns.items(), strict=True):
        column = np.asarray(values)
        if column.shape != (number,) or column.dtype.kind not in "biuf":
            raise ValueError(f"{name} must be one number for each of {number} votes, not {column.shape} {column.dtype}")
        # Beyond float32 is refused below.
        with np.errstate(over="ignore"):
            row[:] = column
        wrong = np.flatnonzero(~np.isfinite(row))
        if wrong.size:
            raise InvalidVotesError(int(wrong[0]) + 1, f"{name} is {column[wrong[0]]}, not a finite number")
    return table


@dataclass(frozen=True, eq=False)
class _Found:
    """Where the likelihood is largest: theta and beta (P,), and what it is like there."""

    position: FloatArray
    log_likelihood: float
    gradient_norm: float
    iterations: int
    bread: FloatArray


def _as_found(plain: BradleyTerryFit) -> _Found:
    return _Found(plain.theta, plain.log_likelihood, plain.gradient_norm, plain.iterations, plain.bread)


def _maximum(votes: CodedVotes, rows: SortedVotes, theta: FloatArray, names: tuple[str, ...]) -> _Found:
    start = np.concatenate([theta, np.zeros(len(names))])
    cast = float(len(rows.order)) if rows.weights is None else float(rows.weights.sum())
    reach = cast * max(1.0, float(np.abs(rows.columns).max()))
    try:
        optimum = maximise(rows.evaluate, start, shifts=rows.size, votes=reach, max_iterations=MOST_ITERATIONS)
        bread = invert_information(optimum.evaluation.information, shifts=rows.size)
    except ArithmeticError as error:
        raise _perfectly_predicted(votes, names) from error
    # The gradient also vanishes on the way to infinity; the step does not.
    if float(np.abs(bread @ optimum.evaluation.gradient).max()) > LARGEST_LAST_STEP:
        raise _perfectly_predicted(votes, names)
    likelihood = optimum.evaluation.log_likelihood
    return _Found(optimum.position, likelihood, optimum.gradient_norm, optimum.iterations, bread)


def _perfectly_predicted(votes: CodedVotes, names: tuple[str, ...]) -> NotRankableError:
    return NotRankableError(
        find_connectivity(PairCounts.from_coded_votes(votes)),
        f"the effects have no estimate: with {', '.join(names)} some of the votes are predicted perfectly, or so "
        "nearly that float64 cannot tell",
    )
