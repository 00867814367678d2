"""Which models the votes connect: only within a strongly connected part does a best estimate exist.

Ford, L. R. (1957), Solution of a ranking problem from binary comparisons: the likelihood of a Bradley-Terry
model has a maximum if and only if in every division of the models into two groups, somebody of each group
has beaten somebody of the other. A tie is half a win for both, so it connects in both directions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import breadth_first_order, connected_components

from app.ratings.arrays import FloatArray, IntArray
from app.ratings.counts import PairCounts

# How many names of a group, and how many groups, a sentence lists.
MOST_NAMES, MOST_PARTS = 8, 6


@dataclass(frozen=True)
class MissingWin:
    """Somebody of `winners` has yet to beat, or tie with, somebody of `losers`."""

    winners: tuple[str, ...]
    losers: tuple[str, ...]


@dataclass(frozen=True)
class Connectivity:
    """The strongly connected parts of the graph in which a win is an arrow from winner to loser.

    components:    models that can be compared with each other, most models first (then most votes, then by
                   name); every model with at least one vote is in exactly one
    without_votes: models that nobody has voted on
    missing:       wins that would together make one component of them all; a tie between two components
                   counts for both directions. Enough, though not always the fewest. Models without votes
                   are not among them: they need a win and a defeat, or a tie, each
    """

    components: tuple[tuple[str, ...], ...]
    without_votes: tuple[str, ...]
    missing: tuple[MissingWin, ...]

    @property
    def is_rankable(self) -> bool:
        """Whether one ranking of all models exists."""
        return len(self.components) == 1 and len(self.components[0]) > 1 and not self.without_votes


class NotRankableError(ValueError):
    """The votes determine no estimate. `connectivity` says which models they connect, the message why not.

    `reason` is for votes that connect all models, and yet leave something else of a method's model unbounded.
    """

    def __init__(self, connectivity: Connectivity, reason: str | None = None) -> None:
        super().__init__(reason or explanation(connectivity))
        self.connectivity = connectivity


def explanation(connectivity: Connectivity) -> str:
    """In a line without a full stop, which models have no common ranking, and which of them have no votes."""
    groups = [group_words(component) for component in connectivity.components]
    parts = []
    if len(groups) > 1:
        parts.append(f"the votes leave {len(groups):,} groups between which nothing can be compared: {listed(groups)}")
    if connectivity.without_votes:
        parts.append(without_votes_words(connectivity.without_votes))
    return "; ".join(["the votes do not connect all models, so they have no common ranking", *parts])


def missing_words(connectivity: Connectivity) -> list[str]:
    """Which votes would join all models to one ranking, each in words: those between groups, then of models alone."""
    gaps = [f"{_one_of(gap.winners)} beats, or ties with, {_one_of(gap.losers)}" for gap in connectivity.missing]
    whom = "one of the others" if connectivity.components else "another"
    alone = [f"{name} both wins and loses, or ties, against {whom}" for name in connectivity.without_votes]
    return gaps + alone


def without_votes_words(models: Sequence[str]) -> str:
    """Which models nobody has voted on: "the model c has no votes", "the models (c, d) have no votes"."""
    return (
        f"the model {models[0]} has no votes" if len(models) == 1 else f"the models {group_words(models)} have no votes"
    )


def group_words(models: Sequence[str]) -> str:
    """The names of a group in brackets, the first few of them."""
    more = f" and {len(models) - MOST_NAMES:,} more" if len(models) > MOST_NAMES else ""
    return f"({', '.join(models[:MOST_NAMES])}{more})"


def listed(parts: Sequence[str]) -> str:
    """The first few of them in a row, and how many more there are."""
    more = f"; and {len(parts) - MOST_PARTS:,} more" if len(parts) > MOST_PARTS else ""
    return "; ".join(parts[:MOST_PARTS]) + more


def _one_of(models: Sequence[str]) -> str:
    return models[0] if len(models) == 1 else f"one of {group_words(models)}"


def find_connectivity(counts: PairCounts) -> Connectivity:
    """The components of the votes, the models without any, and what is missing for one ranking."""
    votes = counts.votes_per_model
    voted = np.flatnonzero(votes > 0.0)
    beaten = counts.points[np.ix_(voted, voted)] > 0.0
    _, labels = connected_components(beaten, directed=True, connection="strong")
    names = np.array(counts.models, dtype=object)[voted]
    members = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    members.sort(key=lambda index: (-len(index), -float(votes[voted[index]].sum()), names[index[0]]))
    components = tuple(tuple(str(name) for name in names[index]) for index in members)
    return Connectivity(
        components=components,
        without_votes=tuple(name for name, n in zip(counts.models, votes, strict=True) if n == 0.0),
        missing=_missing_wins(components, _wins_between(members, beaten)),
    )


def _wins_between(members: list[IntArray], beaten: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> FloatArray:
    """(C, C): 1 where somebody of one component beat somebody of another."""
    inside = np.zeros((len(members), len(beaten)))
    for component, index in enumerate(members):
        inside[component, index] = 1.0
    between = (inside @ beaten @ inside.T > 0.0).astype(np.float64)
    np.fill_diagonal(between, 0.0)
    return between


def _missing_wins(components: tuple[tuple[str, ...], ...], between: FloatArray) -> tuple[MissingWin, ...]:
    """Arrows that close the acyclic graph of components.

    From the first component that nobody has beaten one reaches some component that has beaten nobody; from
    there arrows go to all others that nobody has beaten, and these reach everyone; all that have beaten
    nobody point back to the first.
    """
    if len(components) < 2:
        return ()
    unbeaten = np.flatnonzero(between.sum(axis=0) == 0.0).tolist()
    winless = np.flatnonzero(between.sum(axis=1) == 0.0).tolist()
    top = unbeaten[0]
    reached = set(breadth_first_order(between, top, return_predecessors=False).tolist())
    bottom = next(component for component in winless if component in reached)
    arrows = [(component, top) for component in winless]
    arrows += [(bottom, component) for component in unbeaten]
    return tuple(
        MissingWin(winners=components[winner], losers=components[loser])
        for winner, loser in dict.fromkeys(arrows)
        if winner != loser
    )
