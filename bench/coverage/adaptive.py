"""Arenas that choose the next pair by what they have seen, and store with what probability they chose it."""

from collections.abc import Callable

import numpy as np

from app.ratings import PairCounts, fit_bradley_terry
from app.ratings.arrays import FloatArray
from bench.coverage.worlds import (
    FIRST,
    MODELS,
    SECOND,
    SIZE,
    THETA,
    UNIFORM,
    Drawn,
    Generator,
    coded,
    draw_pairs,
    draw_winners,
    pair_outcomes,
)

ROUNDS = 10
EXPLORATION = 0.2
CLOSE = 0.3


def matchup_effects() -> FloatArray:
    """(M, M), antisymmetric: who has a knack of beating whom, which no single strength can express."""
    effects: FloatArray = np.triu(np.random.default_rng(11).normal(0.0, 0.7, (SIZE, SIZE)), 1)
    return effects - effects.T


def adaptive(votes: int, effects: FloatArray, *, weighted: bool) -> Callable[[Generator], Drawn]:
    """Ten rounds, each of which prefers the pairs that looked close so far; a fifth of the pairs stay random.

    weighted: whether each vote has the inverse of its stored probability as its weight, so that the board is the one
              that pairs drawn alike would give
    """

    def draw(rng: Generator) -> Drawn:
        size = votes // ROUNDS
        parts = []
        design = UNIFORM
        seen = np.full((SIZE, SIZE, 2), 0.5)
        for _ in range(ROUNDS):
            first, second = draw_pairs(rng, design, size)
            outcomes = pair_outcomes(THETA[first] - THETA[second] + effects[first, second], 0.0)
            winner = draw_winners(rng, outcomes)
            parts.append((first, second, winner, design[np.minimum(first, second), np.maximum(first, second)]))
            np.add.at(seen, (first, second, winner), 1.0)
            design = _closest(seen)
        first, second, winner = (np.concatenate([part[place] for part in parts]) for place in range(3))
        propensity = np.concatenate([part[3] for part in parts])
        weights = UNIFORM[FIRST[0], SECOND[0]] / propensity if weighted else None
        return Drawn(coded(first, second, winner), rng.integers(0, 200, len(first)), weights)

    return draw


def _closest(seen: FloatArray) -> FloatArray:
    """(M, M): the next round's probabilities, from votes seen by first model, second model and winner."""
    wins = seen[:, :, 0] + seen[:, :, 1].T
    np.fill_diagonal(wins, 0.0)
    nothing = np.zeros_like(wins)
    theta = fit_bradley_terry(PairCounts(models=MODELS, wins=wins, ties=nothing, both_bad=nothing)).theta
    design: FloatArray = np.triu(np.exp(-np.abs(theta[:, None] - theta[None, :]) / CLOSE), 1)
    design *= (1.0 - EXPLORATION) / design.sum()
    return design + EXPLORATION * UNIFORM
