"""Simulated arenas of which the truth is known."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from app.ratings import WINNERS, CodedVotes, PairCounts
from app.ratings.arrays import FloatArray, IntArray
from app.ratings.estimators import fit

MODELS = tuple(f"model {number:02}" for number in range(12))
SIZE = len(MODELS)
THETA: FloatArray = np.linspace(-1.0, 1.0, SIZE) ** 3 + np.linspace(-0.6, 0.6, SIZE)
# Models that nothing short of a hundred million votes could tell apart: the hardest case for ranges of places.
NEARLY_EQUAL: FloatArray = np.linspace(-0.0005, 0.0005, SIZE)[np.random.default_rng(3).permutation(SIZE)]
UNIFORM: FloatArray = np.triu(np.ones((SIZE, SIZE)), 1) / (SIZE * (SIZE - 1) / 2)
FIRST, SECOND = np.triu_indices(SIZE, 1)

Generator = np.random.Generator


@dataclass(frozen=True, eq=False)
class Drawn:
    """The votes of one arena, who cast each, and their weights; None for ones."""

    votes: CodedVotes
    voters: IntArray
    weights: FloatArray | None = None


@dataclass(frozen=True, eq=False)
class Scenario:
    """A kind of arena, and what is estimated in it.

    truth:   (M,) the strengths that infinitely many votes would give, in logits
    times:   how many times as many arenas as of the others it takes for a figure as sharp
    watched: the models whose intervals are looked at; None for all
    kind:    the interval that suits the votes: "clustered" where those of one voter have something in common; None
             where no interval helps, as the votes estimate something else
    """

    name: str
    method: str
    truth: FloatArray
    draw: Callable[[Generator], Drawn]
    watched: tuple[int, ...] | None = None
    kind: str | None = "sandwich"
    times: int = 1


def pair_outcomes(differences: FloatArray, nu: float) -> FloatArray:
    """(..., 4): Davidson's probabilities of WINNERS for differences of strengths in logits; nu = 0 for no ties."""
    first, second = np.exp(differences / 2.0), np.exp(-differences / 2.0)
    total = first + second + nu
    nothing = np.zeros_like(total)
    return np.stack([first / total, second / total, nu / total + nothing, nothing], axis=-1)


def draw_pairs(rng: Generator, design: FloatArray, votes: int) -> tuple[IntArray, IntArray]:
    """Two models for each vote, in random order, from probabilities (M, M) of which the upper triangle is used."""
    probabilities = design[FIRST, SECOND]
    pair = rng.choice(len(FIRST), size=votes, p=probabilities / probabilities.sum())
    swap = rng.random(votes) < 0.5
    return np.where(swap, SECOND[pair], FIRST[pair]), np.where(swap, FIRST[pair], SECOND[pair])


def draw_winners(rng: Generator, outcomes: FloatArray) -> IntArray:
    """(V,): a position in WINNERS for each row of probabilities (V, 4)."""
    passed = outcomes.cumsum(axis=1)[:, :-1] < rng.random(len(outcomes))[:, None]
    return np.asarray(passed.sum(axis=1), dtype=np.int64)


def limit(outcomes: FloatArray, design: FloatArray, method: str) -> FloatArray:
    """(M,): what a method estimates from infinitely many votes with outcomes (M, M, 4) on pairs drawn by `design`.

    Where the method's model is exactly true this is the truth; elsewhere it is the nearest that the model can say.
    """
    weights = np.triu(design, 1)[:, :, None] * outcomes
    wins = weights[:, :, 0] + weights[:, :, 1].T
    ties, both_bad = (weights[:, :, WINNERS.index(name)] for name in ("tie", "both_bad"))
    counts = PairCounts(
        models=MODELS, wins=1e6 * wins, ties=1e6 * (ties + ties.T), both_bad=1e6 * (both_bad + both_bad.T)
    )
    return fit(counts, method).theta


def coded(first: IntArray, second: IntArray, winner: IntArray) -> CodedVotes:
    return CodedVotes(models=MODELS, model_a=first, model_b=second, winner=winner)


def independent(
    design: FloatArray, votes: int, nu: float = 0.0, theta: FloatArray = THETA
) -> Callable[[Generator], Drawn]:
    """Votes that know nothing of each other, cast by 200 voters who all judge alike."""

    def draw(rng: Generator) -> Drawn:
        first, second = draw_pairs(rng, design, votes)
        winner = draw_winners(rng, pair_outcomes(theta[first] - theta[second], nu))
        return Drawn(coded(first, second, winner), rng.integers(0, 200, votes))

    return draw


def sparse_design(share: float) -> FloatArray:
    """A board on which one model, the fourth, has `share` of the votes and the others share the rest."""
    design = UNIFORM.copy()
    alone = np.zeros((SIZE, SIZE), dtype=bool)
    alone[3] = alone[:, 3] = True
    design[alone] *= share / design[alone].sum()
    design[~alone] *= (1.0 - share) / design[~alone].sum()
    return design


def unbalanced_design() -> FloatArray:
    """A few models are in most battles: the rarest has a fifteenth of the votes of the commonest."""
    popularity = 1.0 / np.arange(1.0, SIZE + 1.0) ** 1.3
    popularity = popularity[np.random.default_rng(5).permutation(SIZE)]
    design: FloatArray = np.triu(np.outer(popularity, popularity), 1)
    design /= design.sum()
    return design


def opinionated(voters: int, votes: int, spread: float, theta: FloatArray) -> Callable[[Generator], Drawn]:
    """Voters with a taste of their own, of whom some vote far more than others."""

    def draw(rng: Generator) -> Drawn:
        diligence = rng.lognormal(0.0, 1.0, voters)
        voter = rng.choice(voters, size=votes, p=diligence / diligence.sum())
        taste = theta + rng.normal(0.0, spread, (voters, SIZE))
        first, second = draw_pairs(rng, UNIFORM, votes)
        winner = draw_winners(rng, pair_outcomes(taste[voter, first] - taste[voter, second], 0.0))
        return Drawn(coded(first, second, winner), voter)

    return draw


def averaged_over_tastes(spread: float, theta: FloatArray) -> FloatArray:
    """(M, M, 4): outcomes averaged over voters whose strengths are N(theta, spread^2)."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    differences = theta[:, None] - theta[None, :]
    shifted = differences[:, :, None] + np.sqrt(2.0) * spread * nodes
    wins = (expit(shifted) * weights).sum(axis=2) / weights.sum()
    nothing = np.zeros_like(wins)
    return np.stack([wins, 1.0 - wins, nothing, nothing], axis=2)
