"""Rankings taken apart into choices: of the models that are left, which are placed next."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from scipy import sparse

from app.ratings.arrays import FloatArray, IntArray
from app.ratings.newton import Evaluation
from app.ratings.rankings import Rankings
from app.ratings.score_rows import scaled_rows
from app.ratings.voter_scores import gram

# Sets that a choice may be made from, for one number of models left.
MOST_SETS = 20_000


@dataclass(frozen=True, eq=False)
class Choices:
    """All choices from as many models as each other.

    left:     (S, K) the models left, each combination of them once
    share:    (A, K) of each set that could be chosen: 1 / its size for its members, 0 for others
    sizes:    (A,) how many models are in it
    chosen:   (S, A) how often it was, by weight
    rankings: (C,), state: (C,), taken: (C,) each single choice: its ranking, its row of `left`, its set
    """

    left: IntArray
    share: FloatArray
    sizes: IntArray
    chosen: FloatArray
    rankings: IntArray
    state: IntArray
    taken: IntArray


def find_choices(rankings: Rankings) -> tuple[Choices, ...]:
    """Every choice but those of the last model left, by the number of models left.

    A set can be chosen if some set of its size was, anywhere: a size that nobody ever tied has weight 0. Raises
    ValueError where ties are so large that there are too many sets to list.
    """
    stages = _stages(rankings)
    sizes = sorted({size for stage in stages.values() for size in stage.size.tolist()} | {1})
    return tuple(_choices(rankings, stage, number, sizes) for number, stage in sorted(stages.items()))


@dataclass(frozen=True, eq=False)
class _Stage:
    """Choices from equally many models: rankings (C,), models left (C, K), which of these were taken (C, K) bool."""

    rankings: IntArray
    left: IntArray
    taken: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

    @property
    def size(self) -> IntArray:
        sizes: IntArray = self.taken.sum(axis=1)
        return sizes


def _stages(rankings: Rankings) -> dict[int, _Stage]:
    """By the number of models left."""
    found: dict[int, list[_Stage]] = {}
    unplaced = rankings.ranks.copy()
    while True:
        number = (unplaced > 0).sum(axis=1)
        rows = np.flatnonzero((number > 1) & (rankings.weights > 0.0))
        if not rows.size:
            break
        next_rank = np.where(unplaced > 0, unplaced, unplaced.max() + 1).min(axis=1)
        for size in np.unique(number[rows]):
            some = rows[number[rows] == size]
            left = np.nonzero(unplaced[some])[1].reshape(-1, size)
            taken = unplaced[some[:, None], left] == next_rank[some, None]
            found.setdefault(int(size), []).append(_Stage(some, left, taken))
        unplaced[unplaced == next_rank[:, None]] = 0
    return {
        size: _Stage(
            np.concatenate([stage.rankings for stage in stages]),
            np.concatenate([stage.left for stage in stages]),
            np.concatenate([stage.taken for stage in stages]),
        )
        for size, stages in found.items()
    }


def _choices(rankings: Rankings, stage: _Stage, number: int, sizes: list[int]) -> Choices:
    possible = [size for size in sizes if size <= number]
    if sum(comb(number, size) for size in possible) > MOST_SETS:
        raise ValueError(f"ties of up to {possible[-1]} of {number} models are more than can be computed with")
    members = [member for size in possible for member in combinations(range(number), size)]
    share = np.zeros((len(members), number))
    for index, member in enumerate(members):
        share[index, list(member)] = 1.0 / len(member)
    left, state = np.unique(stage.left, axis=0, return_inverse=True)
    place = {member: index for index, member in enumerate(members)}
    taken = np.array([place[tuple(np.flatnonzero(row).tolist())] for row in stage.taken], dtype=np.int64)
    state = state.reshape(-1)
    chosen = np.zeros((len(left), len(members)))
    np.add.at(chosen, (state, taken), rankings.weights[stage.rankings])
    return Choices(left, share, (share > 0.0).sum(axis=1), chosen, stage.rankings, state, taken)


def evaluate(choices: tuple[Choices, ...], models: int, tie_sizes: IntArray, position: FloatArray) -> Evaluation:
    """The log-likelihood at theta and log delta of the sizes `tie_sizes` (D,), together (M + D,)."""
    log_likelihood = 0.0
    gradient = np.zeros(len(position))
    information = np.zeros((len(position), len(position)))
    for part in choices:
        log_p = log_probabilities(part, models, tie_sizes, position)
        p = np.exp(log_p)
        features = _features(part, tie_sizes)
        total = part.chosen.sum(axis=1)
        log_likelihood += float((part.chosen * log_p).sum())
        for_columns = (part.chosen - total[:, None] * p) @ features
        gradient += _rows(part, models, tie_sizes, for_columns).sum(axis=0)
        # The covariance of what is chosen: the mean of products, and the product of means.
        products = _sets(part, models, tie_sizes)
        weights = (total[:, None] * p).ravel()
        information += (products.T @ scaled_rows(products, weights)).toarray()
        information -= gram(_rows(part, models, tie_sizes, np.sqrt(total)[:, None] * (p @ features)))
    return Evaluation(log_likelihood, gradient, information)


def ranking_scores(
    choices: tuple[Choices, ...], shape: tuple[int, int], tie_sizes: IntArray, position: FloatArray
) -> sparse.csr_array:
    """(N, M + D) sparse, `shape`: the gradient of the log-likelihood of each ranking, without its weight."""
    models = shape[1] - len(tie_sizes)
    scores = sparse.csr_array(shape)
    for part in choices:
        features = _features(part, tie_sizes)
        expected = np.exp(log_probabilities(part, models, tie_sizes, position)) @ features
        columns = _columns(part, models, len(tie_sizes))[part.state]
        rows = np.repeat(part.rankings, features.shape[1])
        entries = (features[part.taken] - expected[part.state]).ravel(), (rows, columns.ravel())
        scores = scores + sparse.csr_array(sparse.coo_array(entries, shape=shape))
    return scores


def leads(choices: tuple[Choices, ...], models: int, tie_sizes: IntArray) -> Iterator[sparse.csr_array]:
    """Blocks (R, M + D): every set that was chosen minus every other that could have been."""
    for part in choices:
        features, columns = _features(part, tie_sizes), _columns(part, models, len(tie_sizes))
        for state, taken in np.argwhere(part.chosen > 0.0).tolist():
            others = features[taken] - np.delete(features, taken, axis=0)
            block = np.zeros((len(others), models + len(tie_sizes)))
            block[:, columns[state]] = others
            yield sparse.csr_array(block)


def log_probabilities(part: Choices, models: int, tie_sizes: IntArray, position: FloatArray) -> FloatArray:
    """(S, A): of each set, from each combination of models left."""
    log_delta = np.zeros(int(max(part.sizes.max(), tie_sizes.max(initial=1))) + 1)
    log_delta[tie_sizes] = position[models:]
    log = position[:models][part.left] @ part.share.T + log_delta[part.sizes]
    log -= log.max(axis=1, keepdims=True)
    normalised: FloatArray = log - np.log(np.exp(log).sum(axis=1, keepdims=True))
    return normalised


def _features(part: Choices, tie_sizes: IntArray) -> FloatArray:
    """(A, K + D): what a set's logarithm takes of the strengths of the models left, and of log delta."""
    return np.hstack([part.share, (part.sizes[:, None] == tie_sizes).astype(np.float64)])


def _columns(part: Choices, models: int, ties: int) -> IntArray:
    """(S, K + D): which parameters these are."""
    deltas = np.broadcast_to(np.arange(models, models + ties), (len(part.left), ties))
    return np.hstack([part.left, deltas])


def _rows(part: Choices, models: int, tie_sizes: IntArray, values: FloatArray) -> sparse.csr_array:
    """(S, M + D) sparse: values (S, K + D) at the parameters that they belong to."""
    columns = _columns(part, models, len(tie_sizes))
    start = np.arange(len(columns) + 1) * columns.shape[1]
    return sparse.csr_array((values.ravel(), columns.ravel(), start), shape=(len(columns), models + len(tie_sizes)))


def _sets(part: Choices, models: int, tie_sizes: IntArray) -> sparse.csr_array:
    """(S * A, M + D) sparse: the features of every set from every combination of models left."""
    features = _features(part, tie_sizes)
    index, position = np.nonzero(features)
    columns = _columns(part, models, len(tie_sizes))[:, position]
    rows = np.arange(len(part.left))[:, None] * len(features) + index
    values = np.broadcast_to(features[index, position], columns.shape)
    return sparse.csr_array(
        sparse.coo_array(
            (values.ravel(), (rows.ravel(), columns.ravel())),
            shape=(len(part.left) * len(features), models + len(tie_sizes)),
        )
    )
