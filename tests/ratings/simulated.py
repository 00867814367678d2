"""Votes that tests make up, and the real ones they may use."""

import csv
import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st

from app.ratings.arrays import FloatArray, IntArray
from app.ratings.counts import PairCounts
from app.ratings.votes import CodedVotes

DATA = os.environ.get("PREFERENDUM_TEST_DATA", "")
needs_data = pytest.mark.skipif(not DATA, reason="PREFERENDUM_TEST_DATA is not set: the real votes are not here")

LLMFAO_WINNERS = {"left": "model_a", "right": "model_b", "tie": "tie"}


def names(size: int) -> tuple[str, ...]:
    return tuple(f"model-{index:03}" for index in range(size))


def connected_votes(rng: np.random.Generator, size: int, number: int, voters: int = 5) -> tuple[CodedVotes, IntArray]:
    """Random votes with all four winners, and a circle of wins so that a ranking exists."""
    circle = np.arange(size)
    a = np.concatenate([circle, rng.integers(size, size=number)])
    b = np.concatenate([(circle + 1) % size, (a[size:] + rng.integers(1, size, size=number)) % size])
    strength = rng.normal(0.0, 1.0, size)
    chance = 1.0 / (1.0 + np.exp(strength[b] - strength[a]))
    draw = rng.random(len(a))
    winner = np.select([draw < 0.7 * chance, draw < 0.7, draw < 0.9], [0, 1, 2], default=3)
    winner[:size] = 0
    return CodedVotes(names(size), a, b, winner), rng.integers(voters, size=len(a))


@st.composite
def arenas(draw: st.DrawFn, largest: int = 6) -> tuple[CodedVotes, IntArray, np.random.Generator]:
    """Votes of a rankable arena, their voters, and a generator for more."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = draw(st.integers(2, largest))
    votes, voters = connected_votes(rng, size, draw(st.integers(5, 80)))
    return votes, voters, rng


def weighted_counts(votes: CodedVotes, weights: FloatArray) -> PairCounts:
    """Counted one vote after the other, as slowly as it is plain."""
    size = len(votes.models)
    slots = np.zeros((4, size, size))
    for a, b, winner, weight in zip(votes.model_a, votes.model_b, votes.winner, weights, strict=True):
        slots[winner, a, b] += weight
    first, second, ties, both_bad = slots
    return PairCounts(votes.models, first + second.T, ties + ties.T, both_bad + both_bad.T)


@cache
def llmfao() -> tuple[CodedVotes, IntArray, IntArray]:
    """The crowd's votes, the worker of each, and the pair of outputs that it judged."""
    with (Path(DATA) / "llmfao" / "crowd-comparisons.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    votes = CodedVotes.from_names(
        [row["left"] for row in rows],
        [row["right"] for row in rows],
        [LLMFAO_WINNERS[row["winner"]] for row in rows],
    )
    return votes, np.array([int(row["worker"]) for row in rows]), np.array([int(row["id"]) for row in rows])
