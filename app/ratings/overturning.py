"""How few votes would change the first place: by dropping votes that were cast, and by forging new ones."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.ratings.arrays import FloatArray
from app.ratings.bradley_terry import fit_bradley_terry
from app.ratings.connectivity import NotRankableError
from app.ratings.counts import PairCounts
from app.ratings.fit import PairwiseFit
from app.ratings.resampling import Refit
from app.ratings.uncertainty import COUNTED_OUTCOMES
from app.ratings.votes import WINNERS, Winner

# In logits: a smaller lead is none.
RESOLUTION = 1e-9
# Rivals that a first estimate puts nearest are tried in full.
RIVALS = 5
MOST_STEPS = 200

# From what one vote of each kind closes of a lead, and how many there are, both (M, M, 3) by model, model and
# COUNTED_OUTCOMES, and the lead: the votes that should close it.
Propose = Callable[[FloatArray, FloatArray, float], FloatArray]


@dataclass(frozen=True)
class ChangedVotes:
    """Votes to drop, or to forge, of one kind: between model_a and model_b with this winner."""

    model_a: str
    model_b: str
    winner: Winner
    votes: int


@dataclass(frozen=True)
class Overturning:
    """A set of votes whose change puts somebody else first, as a fit of the changed votes confirms.

    votes:   how many votes there are in it. An upper bound on the fewest that would do: the search is greedy, by
             influence, and cannot rule out a smaller set
    leader:  who is first now
    new:     who is first then
    changes: the votes, most first
    """

    votes: int
    leader: str
    new: str
    changes: tuple[ChangedVotes, ...]


def votes_to_drop(counts: PairCounts, *, refit: Refit = fit_bradley_terry) -> Overturning | None:
    """The fewest votes found that change the first place when they are dropped; None where none were found.

    By greedy influence (as Broderick, Giordano and Meager 2020, Most influential set): half of the votes that one
    step from the present fit says are needed are dropped, the fit is made anew, and so on down to single votes;
    then sets with one vote less are tried, chosen by the influence of votes where the lead tips over. Votes whose
    loss would disconnect the models stay. `counts` are of whole votes; raises NotRankableError where they do not
    connect all models.
    """
    return _overturn(counts, refit, _propose_drop, -1.0)


def votes_to_forge(counts: PairCounts, *, refit: Refit = fit_bradley_terry) -> Overturning | None:
    """The fewest votes found that change the first place when they are added; None where none were found.

    Found as by `votes_to_drop`, each time adding the vote that closes the lead fastest, between any two models.
    """
    return _overturn(counts, refit, _propose_forgery, 1.0)


@dataclass(frozen=True)
class _Search:
    """How to look for votes: the estimator, which to propose, and whether they are added (1) or dropped (-1)."""

    refit: Refit
    propose: Propose
    sign: float

    def closing(self, fit: PairwiseFit, leader: int, rival: int) -> FloatArray:
        """(M, M, 3): by how much changing one vote of each kind closes the lead, in logits, by one step."""
        direction = fit.bread[leader] - fit.bread[rival]
        scores = fit.vote_scores[:, :, COUNTED_OUTCOMES]
        size = len(fit.models)
        effect = direction[:size, None, None] * scores[..., 0] + direction[None, :size, None] * scores[..., 1]
        effect = effect + scores[..., 2:] @ direction[size:]
        # A tie has no first model, so only one of its two cells is used.
        unused = np.tril(np.ones((size, size), dtype=bool))
        effect[unused, 1:] = 0.0
        effect[np.arange(size), np.arange(size)] = 0.0
        closing: FloatArray = -self.sign * effect
        return closing


def _overturn(counts: PairCounts, refit: Refit, propose: Propose, sign: float) -> Overturning | None:
    fit = refit(counts)
    search = _Search(refit, propose, sign)
    slots = np.stack([counts.wins, np.triu(counts.ties), np.triu(counts.both_bad)], axis=2)
    leader = int(np.argmax(fit.theta))
    estimates = np.full(len(fit.models), np.inf)
    for rival in range(len(fit.models)):
        if rival != leader:
            lead = float(fit.theta[leader] - fit.theta[rival])
            estimates[rival] = propose(search.closing(fit, leader, rival), slots, lead).sum()
    best: tuple[FloatArray, PairwiseFit] | None = None
    for rival in np.argsort(estimates, kind="stable")[: min(RIVALS, len(fit.models) - 1)].tolist():
        fewest = np.inf if best is None else float(best[0].sum())
        best = _close_lead(fit, slots, (leader, rival), search, fewest) or best
    return None if best is None else _overturning(fit, *_tighten(leader, slots, search, *best))


def _tighten(
    leader: int, slots: FloatArray, search: _Search, changed: FloatArray, after: PairwiseFit
) -> tuple[FloatArray, PairwiseFit]:
    """The same with fewer votes, chosen by their effect at the tipping point, as long as these are enough."""
    while changed.sum() > 1.0:
        closing = search.closing(after, leader, int(np.argmax(after.theta)))
        fewer = _strongest(search.propose(closing, slots, np.inf), closing, changed.sum() - 1.0)
        try:
            fit = search.refit(_counts(after.models, slots + search.sign * fewer))
        except (NotRankableError, ArithmeticError):
            break
        if fit.theta.max() <= fit.theta[leader] + RESOLUTION:
            break
        changed, after = fewer, fit
    return changed, after


def _close_lead(
    fit: PairwiseFit, slots: FloatArray, pair: tuple[int, int], search: _Search, fewest: float
) -> tuple[FloatArray, PairwiseFit] | None:
    """The changed votes (M, M, 3) after which somebody else leads, and their fit; None unless fewer than `fewest`."""
    leader, rival = pair
    changed, blocked, most = np.zeros_like(slots), np.zeros(slots.shape, dtype=bool), np.inf
    for _ in range(MOST_STEPS):
        lead = float(fit.theta[leader] - fit.theta[rival])
        if fit.theta.max() > fit.theta[leader] + RESOLUTION:
            return changed, fit
        closing = np.where(blocked, 0.0, search.closing(fit, leader, rival))
        needed = search.propose(closing, slots + search.sign * changed, lead)
        size = min(np.ceil(needed.sum() / 2.0), most)
        portion = _strongest(needed, closing, size)
        if not portion.any() or changed.sum() + portion.sum() >= fewest:
            return None
        try:
            fit = search.refit(_counts(fit.models, slots + search.sign * (changed + portion)))
        except (NotRankableError, ArithmeticError):
            blocked |= (portion > 0.0) & (size == 1.0)
            most = max(1.0, size // 2.0)
            continue
        changed, most = changed + portion, np.inf
    return None


def _propose_drop(closing: FloatArray, votes: FloatArray, lead: float) -> FloatArray:
    """The votes that close most of the lead each, until it is closed or none is left that helps."""
    helpful = np.where((closing > 0.0) & (votes >= 1.0), votes, 0.0)
    order = np.argsort(-np.where(helpful > 0.0, closing, 0.0), axis=None, kind="stable")[: np.count_nonzero(helpful)]
    closed = np.cumsum((helpful * closing).ravel()[order])
    enough = int(np.searchsorted(closed, lead))
    proposed = np.zeros(closing.size)
    proposed[order[:enough]] = helpful.ravel()[order[:enough]]
    if enough < len(order):
        last = order[enough]
        missing = lead - (closed[enough - 1] if enough else 0.0)
        proposed[last] = max(1.0, np.ceil(missing / closing.ravel()[last]))
    return proposed.reshape(closing.shape)


def _propose_forgery(closing: FloatArray, votes: FloatArray, lead: float) -> FloatArray:
    """As many votes as needed of the kind that closes most of the lead."""
    proposed = np.zeros_like(votes)
    best = np.unravel_index(int(np.argmax(closing)), closing.shape)
    if closing[best] > 0.0:
        proposed[best] = max(1.0, np.ceil(lead / closing[best]))
    return proposed


def _strongest(votes: FloatArray, closing: FloatArray, size: float) -> FloatArray:
    """The `size` of these votes that close the lead most."""
    order = np.argsort(-np.where(votes > 0.0, closing, -np.inf), axis=None, kind="stable")[: np.count_nonzero(votes)]
    here = votes.ravel()[order]
    before = np.concatenate([[0.0], np.cumsum(here[:-1])])
    taken = np.zeros(votes.size)
    taken[order] = np.clip(size - before[: len(here)], 0.0, here)
    return taken.reshape(votes.shape)


def _counts(models: tuple[str, ...], slots: FloatArray) -> PairCounts:
    ties, both_bad = slots[:, :, 1], slots[:, :, 2]
    return PairCounts(models=models, wins=slots[:, :, 0], ties=ties + ties.T, both_bad=both_bad + both_bad.T)


def _overturning(before: PairwiseFit, changed: FloatArray, after: PairwiseFit) -> Overturning:
    kinds = np.argwhere(changed > 0.0)
    numbers = changed[tuple(kinds.T)]
    order = np.argsort(-numbers, kind="stable")
    return Overturning(
        votes=int(numbers.sum()),
        leader=before.models[int(np.argmax(before.theta))],
        new=after.models[int(np.argmax(after.theta))],
        changes=tuple(
            ChangedVotes(before.models[a], before.models[b], WINNERS[COUNTED_OUTCOMES[k]], int(n))
            for (a, b, k), n in zip(kinds[order].tolist(), numbers[order].tolist(), strict=True)
        ),
    )
