"""Pools that tests make up."""

import numpy as np
from hypothesis import strategies as st

from app.sampling import Anchor, Entrant, Policy, Pool, Uniform, VarianceReducing, Weighted
from app.sampling.pool import Role
from bench.sampling.section_four import PairVariance

POLICIES: tuple[Policy, ...] = (Uniform(), Weighted(), VarianceReducing(), Anchor(), PairVariance())


def established(size: int, votes: int, gap: float = 0.5) -> Pool:
    """`size` models, each stronger than the one before by `gap` logits, with `votes` on each pair as expected."""
    return with_newcomer(size, votes, 0, gap)


def with_newcomer(size: int, votes: int, newcomers: int, gap: float = 0.5, role: Role = "contestant") -> Pool:
    """The same, and behind them models without a vote or a battle. role: that of the established."""
    rows = []
    for b in range(size):
        for a in range(b):
            share = 1.0 / (1.0 + np.exp(gap * (b - a)))
            rows.append((f"old {a}", f"old {b}", votes * share, votes * (1.0 - share), 0.0))
    old = [Entrant(f"old {number}", role=role, battles=votes * (size - 1)) for number in range(size)]
    return Pool.of([*old, *(Entrant(f"new {number}") for number in range(newcomers))], rows)


def pair(pool: Pool, a: str, b: str) -> int:
    """The number of a pair."""
    positions = sorted((pool.models.index(a), pool.models.index(b)))
    found = np.flatnonzero((pool.first == positions[0]) & (pool.second == positions[1]))
    return int(found[0])


@st.composite
def pools(draw: st.DrawFn) -> Pool:
    """Any pool with two open models at least: votes may be none, one-sided, or connect nothing."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = draw(st.integers(2, 8))
    largest = draw(st.sampled_from([0, 1, 5, 1000, 10**7]))
    wins = rng.integers(0, largest + 1, (size, size)) * (rng.random((size, size)) < draw(st.sampled_from([0.1, 1.0])))
    np.fill_diagonal(wins, 0)
    level = np.triu(rng.integers(0, largest + 1, (size, size)), 1)
    is_open = rng.random(size) < 0.7
    is_open[:2] = True
    return Pool(
        models=tuple(f"model {number}" for number in range(size)),
        weights=rng.lognormal(0.0, 2.0, size),
        roles=tuple("anchor" if rng.random() < 0.3 else "contestant" for _ in range(size)),
        exposure=rng.integers(0, 200, size).astype(np.float64),
        wins=wins.astype(np.float64),
        level=(level + level.T).astype(np.float64),
        is_open=is_open,
    )
