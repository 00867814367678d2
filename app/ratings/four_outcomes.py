"""Four outcomes, the only model in which "both bad" speaks of an absolute level ("bag", bad and good).

With pi = exp(level + theta):

    P(i beats j)  = pi_i / (pi_i + kappa pi_j + 1)
    P(both bad)   = 1 / (1 + pi_i + pi_j)
    P(tie)        = the rest, for which kappa >= 1.000001 keeps room

Without "both bad" votes level grows without limit and this becomes Rao and Kupper's model. Strengths are absolute
here, so theta + level is what the votes determine. As everywhere theta is centred: `parameters` holds first `level`,
the mean of log pi (0 means that a pair of average models is bad in a third of all votes), then `kappa`. Bread and
scores are by theta, level and log(kappa - 1). They treat theta as if it were free; since the rows and columns of theta
in the bread sum to zero, B G B is the covariance of (centred theta, level, log(kappa - 1)) all the same.

Maximum likelihood without a penalty. Newton goes by log pi and phi = log kappa. Where nobody tied, or so few that the
maximum lies below the bound, kappa = 1.000001 is reported exactly and counts as known.
"""

import numpy as np
from scipy.sparse.csgraph import connected_components

from app.ratings.arrays import FloatArray
from app.ratings.connectivity import Connectivity, NotRankableError, find_connectivity
from app.ratings.counts import PairCounts
from app.ratings.fit import PairwiseFit
from app.ratings.four_outcomes_likelihood import evaluate, vote_scores
from app.ratings.newton import Evaluation, Optimum, invert_information, maximise
from app.ratings.rao_kupper import phi_per_logarithm
from app.ratings.starting import starting_theta
from app.ratings.tied_votes import farthest_spread, spread_limits

METHOD = "four-outcomes"
SMALLEST_KAPPA = 1.000001
SMALLEST_PHI = float(np.log(SMALLEST_KAPPA))


def fit_four_outcomes(counts: PairCounts, *, start: FloatArray | None = None) -> PairwiseFit:
    """The strengths, level and kappa under which these votes are most likely.

    `start` (M,) is a guess of theta: it saves steps and does not change the result. Models that no chain of votes
    connects are not ranked, though "both bad" would put them on one scale: that comparison nobody has made.

    Raises NotRankableError where no estimate exists, IllConditionedError where the votes determine a part too faintly
    for float64, ArithmeticError should Newton not converge.
    """
    _check(counts)
    size = len(counts.models)
    level, phi = _start(counts)
    position = np.append(starting_theta(counts, start) + level, phi)
    if counts.ties.any():
        optimum = _maximise(counts, position)
        if optimum.position[size] > SMALLEST_PHI:
            return _result(counts, optimum, float(optimum.position[size]))
        position = optimum.position
    return _result(counts, _maximise(counts, position[:size], SMALLEST_PHI), SMALLEST_PHI)


def _maximise(counts: PairCounts, start: FloatArray, known_phi: float | None = None) -> Optimum:
    """By log pi and phi (M + 1,), or by log pi (M,) alone where phi is known."""

    def objective(position: FloatArray) -> Evaluation | None:
        if known_phi is None:
            return evaluate(counts, position)
        whole = evaluate(counts, np.append(position, known_phi))
        return whole and Evaluation(whole.log_likelihood, whole.gradient[:-1], whole.information[:-1, :-1])

    return maximise(objective, start, shifts=0, votes=counts.total_votes)


def _result(counts: PairCounts, optimum: Optimum, phi: float) -> PairwiseFit:
    size = len(counts.models)
    strengths = optimum.position[:size]
    level = float(strengths.mean())
    known = len(optimum.position) == size
    inverse = invert_information(optimum.evaluation.information, shifts=0)
    if known:
        inverse = np.pad(inverse, (0, 1))
    # From log pi and phi to centred theta, level and log(kappa - 1).
    change = np.zeros((size + 2, size + 1))
    change[:size, :size] = np.eye(size) - 1.0 / size
    change[size, :size] = 1.0 / size
    change[size + 1, size] = 1.0 / phi_per_logarithm(phi)
    return PairwiseFit.from_maximum(
        method=METHOD,
        models=counts.models,
        theta=strengths,
        parameters={"level": level, "kappa": SMALLEST_KAPPA if known else float(np.exp(phi))},
        log_likelihood=optimum.evaluation.log_likelihood,
        gradient_norm=optimum.gradient_norm,
        iterations=optimum.iterations,
        bread=change @ inverse @ change.T,
        vote_scores=vote_scores(strengths, phi),
    )


def _start(counts: PairCounts) -> tuple[float, float]:
    """Level and phi that would give the observed shares of outcomes if all models were equal."""
    total = counts.total_votes
    bad, won = counts.both_bad.sum() / 2.0 / total, counts.wins.sum() / total
    pi = (1.0 / bad - 1.0) / 2.0
    kappa = max(2.0 / won - 1.0 - 1.0 / pi, 1.001)
    return float(np.log(pi)), float(np.log(kappa))


def _check(counts: PairCounts) -> None:
    """Raise NotRankableError unless the likelihood has a maximum, or one at the bound of kappa.

    Think of a further model at strength 0: to win or to tie is to be no worse than it, and "both bad" is to be no
    better. With it, what is needed is what check_tied_votes needs; only that a tie says of one of its two models, not
    of both, that it is no worse, which matters for the largest strengths alone. As ties are not quite concave here, a
    few small sets of votes are refused that have a maximum in spite of an unbounded direction; none is accepted that
    has no maximum.
    """
    connectivity = find_connectivity(counts)
    if not connectivity.is_rankable:
        raise NotRankableError(connectivity)
    wins, ties, bad = counts.wins, counts.ties, counts.both_bad
    if not bad.any():
        raise NotRankableError(
            connectivity,
            'no vote is "both bad", so nothing bounds the absolute level of this method: rao-kupper is its limit',
        )
    if not wins.any():
        raise NotRankableError(connectivity, "nobody has won a vote, so strengths have no estimate in this method")
    _check_bounds(counts, connectivity)
    if not ties.any():
        return
    limits = np.full((len(wins) + 1, len(wins) + 1), np.inf)
    limits[1:, 1:] = spread_limits(wins, ties)
    limits[1:, 0][wins.any(axis=1)] = 0.0
    limits[0, 1:][bad.any(axis=1)] = 0.0
    strengths = farthest_spread(limits)
    if strengths is None:
        return
    better = np.maximum(strengths[1:, None], strengths[None, 1:])
    if np.all(better[ties > 0.0] >= 0.0):
        raise NotRankableError(
            connectivity,
            "every win can be explained by a large difference and every tie by a small one, however large the scale, "
            "so nothing bounds the strengths: it takes a circle of votes in which wins outnumber ties, such as a pair "
            "of models that have both beaten the other",
        )


def _check_bounds(counts: PairCounts, connectivity: Connectivity) -> None:
    """Raise NotRankableError where some strengths could grow, or fall, without limit while kappa stays."""
    not_lost = counts.wins + counts.ties
    size = len(counts.models)
    graph = np.zeros((size + 1, size + 1))
    graph[:size, :size] = not_lost > 0.0
    graph[:size, size] = not_lost.any(axis=1)
    graph[size, :size] = counts.both_bad.any(axis=1)
    _, labels = connected_components(graph, directed=True, connection="strong")
    loose = [name for name, label in zip(counts.models, labels, strict=False) if label != labels[size]]
    if loose:
        raise NotRankableError(
            connectivity,
            "these models have no estimate in this method, as some of them never won or tied against the others, or "
            f'never lost to them while no vote on them is "both bad": {", ".join(loose)}',
        )
