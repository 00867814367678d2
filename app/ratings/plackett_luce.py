"""Plackett-Luce with ties: rankings of two or more models at once as repeated choices of the best that are left.

Of the models left, the set C is placed next, tied among itself, with a probability in proportion to

    delta_|C| (product of pi_i over C)^(1 / |C|),    delta_1 = 1, pi = exp(theta)

(Turner, van Etten, Firth and Kosmidis 2020, Modelling rankings in R: the PlackettLuce package, Computational
Statistics 35; Firth, Kosmidis and Turner 2019, Davidson-Luce model for multi-item choice with ties). Without ties this
is Plackett and Luce's model; of two models at a time it is Davidson's with nu = delta_2, or Bradley and Terry's.

Maximum likelihood without a penalty. `parameters` holds delta_2 up to the largest tie; a size in between that nobody
ever tied has its maximum at delta = 0, which is reported exactly and counts as known. Bread and scores are on the scale
of log delta.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from app.ratings.arrays import FloatArray, IntArray, read_only_floats
from app.ratings.choices import Choices, evaluate, find_choices, leads, ranking_scores
from app.ratings.connectivity import NotRankableError, find_connectivity
from app.ratings.newton import invert_information, maximise
from app.ratings.rankings import Rankings
from app.ratings.scale import ratings_from_theta
from app.ratings.score_rows import scaled_rows, strengths_sandwich
from app.ratings.separation import is_separated


@dataclass(frozen=True, eq=False)
class PlackettLuceFit:
    """Maximum likelihood of Plackett-Luce with ties; fields as of PairwiseFit.

    parameters:     "delta_k" for ties of k models
    ranking_scores: (N, P) sparse, gradient of the log-likelihood of each ranking, without its weight
    """

    models: tuple[str, ...]
    theta: FloatArray
    ratings: FloatArray
    parameters: Mapping[str, float]
    log_likelihood: float
    gradient_norm: float
    iterations: int
    bread: FloatArray
    ranking_scores: sparse.csr_array

    def covariance(self, rankings: Rankings, voters: IntArray | None = None) -> FloatArray:
        """(M, M) sandwich covariance of theta in squared logits, of the rankings that were fitted.

        Each ranking is independent of the others, or, where `voters` (N,) names the voter of each by a code from 0,
        each voter.
        """
        rows = scaled_rows(self.ranking_scores, rankings.weights)
        if voters is not None:
            _, codes = np.unique(voters, return_inverse=True)
            entries = np.ones(len(codes)), (codes, np.arange(len(codes)))
            rows = sparse.csr_array(sparse.csr_array(entries) @ rows)
        return strengths_sandwich(self.bread, len(self.models), rows)


def fit_plackett_luce(rankings: Rankings) -> PlackettLuceFit:
    """The strengths, and weights of ties, under which these rankings are most likely.

    Raises NotRankableError where no estimate exists, ValueError where ties are so large that the possible ones are too
    many to list, IllConditionedError where the rankings connect a part too faintly for float64, ArithmeticError should
    Newton not converge.
    """
    connectivity = find_connectivity(rankings.pair_counts)
    if not connectivity.is_rankable:
        raise NotRankableError(connectivity)
    choices = find_choices(rankings)
    size = len(rankings.models)
    seen = sorted({int(k) for part in choices for k in part.sizes[part.chosen.any(axis=0)]} - {1})
    tie_sizes = np.array(seen, dtype=np.int64)
    if _leaves_unbounded(rankings, choices, tie_sizes):
        raise NotRankableError(
            connectivity,
            "strengths that are spread out without limit explain every ranking perfectly, so they have no estimate: "
            "it takes rankings that contradict each other, such as a pair of models each placed above the other",
        )
    optimum = maximise(
        lambda position: evaluate(choices, size, tie_sizes, position),
        np.zeros(size + len(tie_sizes)),
        shifts=size,
        votes=float(sum(part.chosen.sum() for part in choices)),
    )
    theta = optimum.position[:size]
    largest = int(tie_sizes.max(initial=1))
    delta = np.zeros(largest + 1)
    delta[tie_sizes] = np.exp(optimum.position[size:])
    # Where the parameters that were fitted stand among all.
    kept = np.concatenate([np.arange(size), size + tie_sizes - 2])
    spread = np.zeros((len(kept), size + largest - 1))
    spread[np.arange(len(kept)), kept] = 1.0
    scores = ranking_scores(choices, (len(rankings.ranks), len(kept)), tie_sizes, optimum.position)
    return PlackettLuceFit(
        models=rankings.models,
        theta=read_only_floats(theta),
        ratings=ratings_from_theta(theta),
        parameters=MappingProxyType({f"delta_{k}": float(delta[k]) for k in range(2, largest + 1)}),
        log_likelihood=optimum.evaluation.log_likelihood,
        gradient_norm=optimum.gradient_norm,
        iterations=optimum.iterations,
        bread=read_only_floats(spread.T @ invert_information(optimum.evaluation.information, shifts=size) @ spread),
        ranking_scores=sparse.csr_array(scores @ sparse.csr_array(spread)),
    )


def _leaves_unbounded(rankings: Rankings, choices: tuple[Choices, ...], tie_sizes: IntArray) -> bool:
    """Whether some strengths or weights of ties can grow without limit, though all models are connected."""
    above, _ = connected_components(rankings.pair_counts.wins > 0.0, directed=True, connection="strong")
    if above == 1:
        # Strengths cannot move. Then a size that was chosen where others could have been keeps up with them.
        kept_up = np.zeros((len(tie_sizes) + 1, len(tie_sizes) + 1))
        sizes = np.append(1, tie_sizes)
        for part in choices:
            seen = np.isin(sizes, part.sizes[part.chosen.any(axis=0)])
            possible = np.isin(sizes, part.sizes)
            kept_up[np.ix_(seen, possible)] = 1.0
        if connected_components(kept_up, directed=True, connection="strong")[0] == 1:
            return False
    return is_separated(sparse.csr_array(sparse.vstack(list(leads(choices, len(rankings.models), tie_sizes)))))
