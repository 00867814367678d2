"""When a model in which ties are an outcome of their own has a best estimate, and its votes in that form."""

import numpy as np
from scipy.sparse.csgraph import connected_components

from app.ratings.arrays import FloatArray
from app.ratings.connectivity import NotRankableError, find_connectivity
from app.ratings.counts import PairCounts


def check_tied_votes(counts: PairCounts) -> None:
    """Raise NotRankableError unless Davidson's and Rao and Kupper's models have a maximum, or one at "no ties".

    Besides the connections that Bradley-Terry needs there must be a circle of wins and ties, along the arrows of
    the wins, in which wins outnumber ties. Otherwise strengths exist that set the models of all wins apart, and
    those of all ties at most half as far: spreading these without limit, together with nu or log kappa, predicts
    every vote perfectly. (The systems of difference constraints that both likelihoods have as directions of
    recession are the same; one is solvable unless its graph has a negative circle, Bellman 1958.)
    """
    connectivity = find_connectivity(counts)
    if not connectivity.is_rankable:
        raise NotRankableError(connectivity)
    if not counts.wins.any():
        raise NotRankableError(
            connectivity, "all votes are ties: how often models tie has no estimate until somebody wins"
        )
    if tied_votes(counts).any() and farthest_spread(spread_limits(counts.wins, tied_votes(counts))) is not None:
        raise NotRankableError(
            connectivity,
            "every win can be explained by a large difference and every tie by a small one, however large the scale, "
            "so strengths have no estimate: it takes a circle of votes in which wins outnumber ties, such as a pair "
            "of models that have both beaten the other",
        )


def tied_votes(counts: PairCounts) -> FloatArray:
    """(M, M), symmetric: ties, of which a "both bad" is one where a method has no outcome of its own for it."""
    return counts.ties + counts.both_bad


def spread_limits(wins: FloatArray, ties: FloatArray) -> FloatArray:
    """(M, M): the most by which j's strength may exceed i's if wins are apart by one at least and ties at most."""
    limits = np.full(wins.shape, np.inf)
    limits[ties > 0.0] = 1.0
    limits[wins > 0.0] = -1.0
    return limits


def farthest_spread(limits: FloatArray) -> FloatArray | None:
    """The largest strengths (K,) below that of node 0, which is 0, that exceed no limit (K, K); None if none do so.

    limits[i, j] is the most that strength j may be above strength i. Node 0 must reach all others.
    """
    below = limits < 0.0
    count, _ = connected_components(below, directed=True, connection="strong")
    # A circle of wins alone decides it at once, and nearly all arenas have one.
    if count < len(limits):
        return None
    strengths = np.full(len(limits), np.inf)
    strengths[0] = 0.0
    for _ in range(len(limits)):
        shorter = np.minimum(strengths, (strengths[:, None] + limits).min(axis=0))
        if np.array_equal(shorter, strengths):
            return strengths
        strengths = shorter
    return None
