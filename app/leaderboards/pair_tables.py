"""The tables over pairs of models: win rates, numbers of votes, and what the ratings predict."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.leaderboards.schemas import BoardDetails, EntryOut

MOST_MODELS_IN_COUNTS = 30
MOST_RESIDUALS = 50
MOST_MODELS_IN_MATRIX = 64  # beyond, the table would weigh more than all the rest of the page


@dataclass(frozen=True)
class MatrixRow:
    """A model's win rates in whole per cent, in the order of the matrix; empty where they never met."""

    model: str
    cells: tuple[str, ...]


def win_rate_matrix(entries: Sequence[EntryOut], details: BoardDetails) -> list[MatrixRow] | None:
    """The matrix in the order of the board; None where it is too large for a page."""
    order = [entry.model for entry in entries if entry.votes]
    if len(order) > MOST_MODELS_IN_MATRIX:
        return None
    place = {model: index for index, model in enumerate(order)}
    cells = [[""] * len(order) for _ in order]
    for a, b, wins_a, wins_b, ties, both_bad in details.pairs:
        votes = wins_a + wins_b + ties + both_bad
        i, j = place[details.facts[a].name], place[details.facts[b].name]
        share = (wins_a + (ties + both_bad) / 2) / votes
        cells[i][j], cells[j][i] = f"{100 * share:.0f}", f"{100 * (1 - share):.0f}"
    return [MatrixRow(model, tuple(row)) for model, row in zip(order, cells, strict=True)]


def count_matrix(entries: Sequence[EntryOut], details: BoardDetails) -> list[MatrixRow] | None:
    """How many votes there are on each two models, like the matrix of win rates; None where it is too large."""
    order = [entry.model for entry in entries if entry.votes]
    if len(order) > MOST_MODELS_IN_COUNTS:
        return None
    place = {model: index for index, model in enumerate(order)}
    cells = [[""] * len(order) for _ in order]
    for a, b, *outcomes in details.pairs:
        i, j = place[details.facts[a].name], place[details.facts[b].name]
        cells[i][j] = cells[j][i] = f"{sum(outcomes):,}"
    return [MatrixRow(model, tuple(row)) for model, row in zip(order, cells, strict=True)]


@dataclass(frozen=True)
class Residual:
    """A pair, with win rates of its first model in per cent."""

    model_a: str
    model_b: str
    votes: int
    observed: float
    predicted: float

    @property
    def difference(self) -> float:
        return self.observed - self.predicted


def residuals(details: BoardDetails) -> list[Residual]:
    """The pairs whose votes disagree most with the ratings, as many as a page has room for; the CSV has all."""
    names = [facts.name for facts in details.facts]
    found = []
    for (a, b, wins_a, wins_b, ties, both_bad), rate in zip(details.pairs, details.predicted, strict=True):
        if rate is not None:
            votes = wins_a + wins_b + ties + both_bad
            observed = 100 * (wins_a + (ties + both_bad) / 2) / votes
            found.append(Residual(names[a], names[b], votes, observed, 100 * rate))
    return sorted(found, key=lambda one: -abs(one.difference))[:MOST_RESIDUALS]
