"""Graded strength: not only which model was preferred but how much, in grades from -s (the second) to s (the first).

Adjacent categories (Agresti 1992, Analysis of ordinal paired comparison data, Applied Statistics 41):

    P(grade g of i against j) in proportion to weight_|g| exp(g (theta_i - theta_j) / 2)

so the odds of preferring i by one grade against preferring j by one grade are exp(theta_i - theta_j), as in
Bradley-Terry, and each further grade counts once more. With grades -1, 0 and 1 this is Davidson's model and weight_0
its nu. Grades need not include 0. Maximum likelihood without a penalty.

Only proportions of the weights matter: the smallest grade above 0 that anybody gave has weight 1 and is no parameter.
A grade that nobody gave, in either direction, has its maximum at weight 0, which is reported exactly and counts as
known. Bread and scores are on the scale of log weights.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from app.ratings.arrays import FloatArray, read_only_floats
from app.ratings.connectivity import NotRankableError, find_connectivity
from app.ratings.graded_counts import GradedCounts
from app.ratings.graded_design import GradedDesign
from app.ratings.newton import invert_information, maximise
from app.ratings.scale import ratings_from_theta
from app.ratings.score_rows import scaled_rows, strengths_sandwich
from app.ratings.separation import is_separated


@dataclass(frozen=True, eq=False)
class GradedFit:
    """Maximum likelihood of graded strength; fields as of PairwiseFit.

    parameters:   "weight_g" of each grade g from 0 upwards but the one whose weight is 1
    grade_scores: (M, M, 2s + 1, 2 + E) gradient of the log-likelihood of one vote with first model i, second model
                  j and grade k - s, by theta_i, theta_j and the logarithms of the parameters; 0 where i = j
    """

    models: tuple[str, ...]
    theta: FloatArray
    ratings: FloatArray
    parameters: Mapping[str, float]
    log_likelihood: float
    gradient_norm: float
    iterations: int
    bread: FloatArray
    grade_scores: FloatArray

    def covariance(self, counts: GradedCounts, squared: GradedCounts | None = None) -> FloatArray:
        """(M, M) sandwich covariance of theta in squared logits, each vote independent of the others.

        `squared` counts each vote with the square of its weight, None where all weights are one.
        """
        cells = np.triu((counts if squared is None else squared).votes.transpose(2, 0, 1)).transpose(1, 2, 0)
        first, second, grade = np.nonzero(cells)
        scores = self.grade_scores[first, second, grade]
        size, extra = len(self.models), scores.shape[1] - 2
        columns = [first, second, *(np.full(len(first), size + e) for e in range(extra))]
        rows = sparse.csr_array(
            (scores.T.ravel(), (np.tile(np.arange(len(first)), 2 + extra), np.concatenate(columns))),
            shape=(len(first), size + extra),
        )
        return strengths_sandwich(self.bread, size, scaled_rows(rows, np.sqrt(cells[first, second, grade])))


def fit_graded(counts: GradedCounts) -> GradedFit:
    """The strengths and weights of grades under which these votes are most likely.

    Raises NotRankableError where no estimate exists, IllConditionedError where the votes connect a part too faintly
    for float64, ArithmeticError should Newton not converge.
    """
    design = GradedDesign.of(counts)
    _check(counts, design)
    size = len(counts.models)
    given = design.levels[design.free]
    start = np.zeros(size + len(given))
    start[size:] = np.log(design.level_totals[given] / design.level_totals[design.reference])
    if 0 in given:
        # Of a grade above 0 there are two, for either model.
        start[size + given.tolist().index(0)] += np.log(2.0)
    optimum = maximise(design.evaluate, start, shifts=size, votes=float(design.votes.sum()))
    theta = optimum.position[:size]
    kept = np.concatenate([np.arange(size), size + np.flatnonzero(design.free)])
    bread = np.zeros((size + len(design.levels), size + len(design.levels)))
    bread[np.ix_(kept, kept)] = invert_information(optimum.evaluation.information, shifts=size)
    log_weights = np.full(len(design.levels), -np.inf)
    log_weights[design.free] = optimum.position[size:]
    return GradedFit(
        models=counts.models,
        theta=read_only_floats(theta),
        ratings=ratings_from_theta(theta),
        parameters=MappingProxyType(
            {f"weight_{level}": float(np.exp(log)) for level, log in zip(design.levels, log_weights, strict=True)}
        ),
        log_likelihood=optimum.evaluation.log_likelihood,
        gradient_norm=optimum.gradient_norm,
        iterations=optimum.iterations,
        bread=read_only_floats(bread),
        grade_scores=read_only_floats(design.grade_scores(theta, log_weights)),
    )


def _check(counts: GradedCounts, design: GradedDesign) -> None:
    """Raise NotRankableError unless the likelihood has a maximum, or one where grades nobody gave have weight 0."""
    pairs = counts.pair_counts
    connectivity = find_connectivity(pairs)
    if not connectivity.is_rankable:
        raise NotRankableError(connectivity)
    if not pairs.wins.any():
        raise NotRankableError(connectivity, "all votes are ties: how strong preferences are has no estimate")
    # Where wins alone connect all models, no strengths can grow without limit, and then no weight either.
    parts, _ = connected_components(pairs.wins > 0.0, directed=True, connection="strong")
    if parts > 1 and is_separated(design.leads()):
        raise NotRankableError(
            connectivity,
            "strengths that are spread out without limit explain every vote perfectly, so they have no estimate: "
            "it takes votes that contradict each other, such as a pair of models that have both beaten the other",
        )
