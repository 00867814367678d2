"""What each voter does to the ratings: how far they would move if all votes of that voter were left out."""

from dataclasses import dataclass

import numpy as np

from app.ratings.arrays import FloatArray, IntArray, read_only_floats, read_only_integers
from app.ratings.bradley_terry import fit_bradley_terry
from app.ratings.connectivity import NotRankableError
from app.ratings.count_cells import connects
from app.ratings.fit import PairwiseFit
from app.ratings.resampling import Refit
from app.ratings.scale import POINTS_PER_LOGIT
from app.ratings.voter_scores import ROWS_AT_ONCE
from app.ratings.voter_table import VoterTable, voter_table
from app.ratings.votes import CodedVotes

# A voter who cast nearly all votes on a model is estimated as if they had left this share of them to others.
SMALLEST_REST = 0.01
# Estimates were within a tenth of exact effects, so nobody estimated below this share of the largest is left out.
SLACK = 0.75


@dataclass(frozen=True)
class VoterEffect:
    """What leaving out one voter does, by a fit without them.

    voter:  the voter's code
    votes:  how many votes they cast (or the weight of these)
    model:  the model whose rating moves most; None where there is no ranking left
    points: by how much it moves, signed; infinite where without this voter the votes do not connect all models
    """

    voter: int
    votes: float
    model: str | None
    points: float


@dataclass(frozen=True, eq=False)
class VoterInfluence:
    """Influence of voters on ratings.

    voters:    (G,) codes, ascending
    estimated: (G,) the largest change of any rating, in points, by one Newton step; infinite where leaving the
               voter out disconnects the votes
    effects:   exact ones of those who may have the largest, largest first
    """

    voters: IntArray
    estimated: FloatArray
    effects: tuple[VoterEffect, ...]


def voter_influence(
    votes: CodedVotes,
    voters: IntArray,
    weights: FloatArray | None = None,
    *,
    refit: Refit = fit_bradley_terry,
    most_refits: int = 25,
) -> VoterInfluence:
    """The influence of every voter by one step, and of the most influential by fits without them.

    voters (V,) are codes from 0; weights (V,) of the votes, None for ones. One step is bread times the sum of a
    voter's scores, by model over the share of its votes that are not theirs (Cook and Weisberg 1982), for all at
    once; then voters are left out in the order of these estimates until the next is below three quarters of the
    largest exact effect, `most_refits` at most. Raises NotRankableError when the votes themselves do not connect
    all models.
    """
    cast = voter_table(votes, voters, weights)
    fit = refit(cast.counts())
    estimated = one_step_effects(cast, fit)
    estimated[needed_voters(cast)] = np.inf
    effects: list[VoterEffect] = []
    for voter in np.argsort(-estimated, kind="stable")[:most_refits].tolist():
        largest = max((abs(effect.points) for effect in effects), default=0.0)
        if estimated[voter] < SLACK * largest and np.isfinite(largest):
            break
        effects.append(effect_of_voter(cast, voter, fit, refit))
    effects.sort(key=lambda effect: (-abs(effect.points), effect.voter))
    return VoterInfluence(
        voters=read_only_integers(cast.voters), estimated=read_only_floats(estimated), effects=tuple(effects)
    )


def one_step_effects(cast: VoterTable, fit: PairwiseFit, weights: FloatArray | None = None) -> FloatArray:
    """(G,): about the largest change of any rating, in points, were a voter left out.

    All voters have weights (G,) in `fit`, None for ones. One step uses the information of all votes; leaving out a
    share s of a model's votes leaves it about 1 - s of its own, so its change is divided by that.
    """
    own = np.ones(len(cast.voters)) if weights is None else weights
    rows = fit.bread[: len(fit.models)]
    change = (rows - rows.mean(axis=0)).T * POINTS_PER_LOGIT
    scores, on_models = cast.scores(fit), cast.votes_on_models()
    votes = on_models.T @ own
    parts = []
    for start in range(0, len(own), ROWS_AT_ONCE):
        block = slice(start, start + ROWS_AT_ONCE)
        share = on_models[block].toarray() * own[block, None] / votes
        moved = np.abs(scores[block] @ change) * own[block, None]
        parts.append((moved / np.maximum(1.0 - share, SMALLEST_REST)).max(axis=1))
    return np.concatenate(parts) if parts else np.zeros(0)


def effect_of_voter(
    cast: VoterTable, voter: int, fit: PairwiseFit, refit: Refit, weights: FloatArray | None = None
) -> VoterEffect:
    """The exact effect of the voter at this position, all voters having weights (G,) in `fit`."""
    size = float(cast.table[:, [voter]].sum()) * (1.0 if weights is None else float(weights[voter]))
    code = int(cast.voters[voter])
    try:
        without = refit(cast.counts_without(voter, weights))
    except (NotRankableError, ArithmeticError):
        return VoterEffect(voter=code, votes=size, model=None, points=np.inf)
    change = without.ratings - fit.ratings
    most = int(np.argmax(np.abs(change)))
    return VoterEffect(voter=code, votes=size, model=fit.models[most], points=float(change[most]))


def needed_voters(cast: VoterTable) -> IntArray:
    """Positions of the voters without any one of whom the votes no longer connect all models."""
    cells, positive = cast.cells, cast.table > 0
    voters_of_cell = np.asarray(positive.sum(axis=1)).ravel()
    # Only who alone fills a cell can take it away.
    alone = positive.tocsr()[voters_of_cell == 1.0].tocoo()
    sole_cells = np.flatnonzero(voters_of_cell == 1.0)
    order = np.argsort(alone.col, kind="stable")
    candidates, starts = np.unique(alone.col[order], return_index=True)
    needed = []
    for voter, taken in zip(candidates.tolist(), np.split(sole_cells[alone.row[order]], starts[1:]), strict=False):
        present = voters_of_cell > 0.0
        present[taken] = False
        if not connects(cells, present):
            needed.append(voter)
    return np.array(needed, dtype=np.int64)
