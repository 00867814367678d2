"""How many decisive votes no ranking can explain: those that the best of all rankings still contradicts.

Kemeny's problem (minimum feedback arc set). Ties and "both bad" contradict no ranking, so they are left out.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import connected_components

from app.ratings.arrays import FloatArray, IntArray
from app.ratings.counts import PairCounts

# A set of models in cycles up to this size is solved exactly, over all its 2^16 subsets.
LARGEST_EXACT = 16
RESTARTS = 20


@dataclass(frozen=True)
class CyclicVotes:
    """Decisive votes that contradict every ranking, in votes.

    decisive:     votes that one of the two models won
    within_pairs: those on the losing side of their own pair, which any ranking contradicts at least
    cyclic_least: beyond these, those that majorities in a circle (A over B over C over A) force any ranking to
                  contradict: at least so many
    cyclic_most:  at most so many; the two are equal where no set of models in circles has more than 16 members,
                  and there exact
    ranking:      names, best first, of a ranking that contradicts within_pairs + cyclic_most votes
    """

    decisive: float
    within_pairs: float
    cyclic_least: float
    cyclic_most: float
    ranking: tuple[str, ...]

    @property
    def unexplained_share(self) -> float:
        """The share of decisive votes that `ranking` contradicts; NaN without decisive votes."""
        return (self.within_pairs + self.cyclic_most) / self.decisive if self.decisive else float("nan")

    @property
    def cyclic_share(self) -> float:
        """The share of decisive votes that circles add to it, at most; NaN without decisive votes."""
        return self.cyclic_most / self.decisive if self.decisive else float("nan")


def cyclic_votes(counts: PairCounts, *, seed: int = 0) -> CyclicVotes:
    """What circles cost, exactly for each strongly connected set of at most 16 models under the majorities.

    In larger sets `cyclic_most` is from a seeded local search that moves one model at a time, and
    `cyclic_least` from packing circles of three that share no vote, each of which costs its narrowest majority.
    """
    margins = np.maximum(counts.wins - counts.wins.T, 0.0)
    number, labels = connected_components(margins > 0.0, directed=True, connection="strong")
    orders: list[IntArray] = []
    least = most = 0.0
    for label in range(number):
        members = np.flatnonzero(labels == label)
        block = margins[np.ix_(members, members)]
        if len(members) <= LARGEST_EXACT:
            order, cost = _best_order(block)
            bound = cost
        else:
            order, cost = _searched_order(block, np.random.default_rng(seed))
            bound = _packed_triangles(block)
        least, most = least + bound, most + cost
        orders.append(members[order])
    return CyclicVotes(
        decisive=float(counts.wins.sum()),
        within_pairs=float(np.minimum(counts.wins, counts.wins.T).sum() / 2.0),
        cyclic_least=least,
        cyclic_most=most,
        ranking=tuple(counts.models[index] for part in _sorted_parts(orders, margins) for index in part.tolist()),
    )


def _sorted_parts(orders: list[IntArray], margins: FloatArray) -> list[IntArray]:
    """The parts so that none comes below another that it beats: between parts majorities have no circles."""
    beats = np.array([[margins[np.ix_(one, other)].any() for other in orders] for one in orders])
    left, placed = list(range(len(orders))), []
    while left:
        top = next(part for part in left if not any(beats[other, part] for other in left if other != part))
        placed.append(orders[top])
        left.remove(top)
    return placed


def _best_order(margins: FloatArray) -> tuple[IntArray, float]:
    """The cheapest order of K models, best first, and its cost, by dynamic programming over sets placed on top."""
    size = len(margins)
    # below[j, S]: what it costs to place j right below the models of the set S.
    below = np.zeros((size, 1))
    for model in range(size):
        below = np.concatenate([below, below + margins[:, [model]]], axis=1)
    cost = np.full(2**size, np.inf)
    cost[0] = 0.0
    lowest = np.zeros(2**size, dtype=np.int64)
    sets = np.arange(2**size)
    members = np.bitwise_count(sets)
    for count in range(1, size + 1):
        layer = sets[members == count]
        for model in range(size):
            having = layer[(layer >> model) & 1 == 1]
            rest = having ^ (1 << model)
            candidate = cost[rest] + below[model, rest]
            better = candidate < cost[having]
            cost[having[better]], lowest[having[better]] = candidate[better], model
    order, left = [], 2**size - 1
    while left:
        order.append(lowest[left])
        left ^= 1 << int(lowest[left])
    return np.array(order[::-1], dtype=np.int64), float(cost[-1])


def _searched_order(margins: FloatArray, rng: np.random.Generator) -> tuple[IntArray, float]:
    """A cheap order and its cost: from net wins, then from random orders, moving one model at a time."""
    net = margins.sum(axis=1) - margins.sum(axis=0)
    starts = [np.argsort(-net, kind="stable"), *(rng.permutation(len(net)) for _ in range(RESTARTS))]
    found = [_improved(margins, start) for start in starts]
    costs = [float(np.tril(margins[np.ix_(order, order)]).sum()) for order in found]
    best = int(np.argmin(costs))
    return found[best], costs[best]


def _improved(margins: FloatArray, order: IntArray) -> IntArray:
    """The order after single moves of models until none helps."""
    change = margins - margins.T
    improved = True
    while improved:
        improved = False
        for model in order.tolist():
            others = order[order != model]
            # cost[q]: of placing the model above the others from q on, up to a constant.
            cost = np.concatenate([[0.0], np.cumsum(change[model, others])])
            place = int(np.flatnonzero(order == model)[0])
            best = int(np.argmin(cost))
            if cost[best] < cost[place] - 1e-9:
                order = np.insert(others, best, model)
                improved = True
    return order


def _packed_triangles(margins: FloatArray) -> float:
    """A lower bound: votes in circles of three that share no vote, each with its narrowest majority."""
    left, total = margins.copy(), 0.0
    for i, j in np.argwhere(margins > 0.0).tolist():
        while left[i, j] > 0.0:
            narrowest = np.minimum(left[j], left[:, i])
            k = int(np.argmax(narrowest))
            taken = min(float(left[i, j]), float(narrowest[k]))
            if taken <= 0.0:
                break
            left[i, j] -= taken
            left[j, k] -= taken
            left[k, i] -= taken
            total += taken
    return total
