"""Why a file is not ranked, in words and places."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.errors import PreferendumError
from app.ratings import Connectivity, NotRankableError
from app.ratings.connectivity import group_words, listed, missing_words, without_votes_words

SHOWN = 20
"""How many problems are shown; all are counted."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """One reason against one row. The column is empty where it is the row as a whole."""

    line: int
    column: str
    reason: str


class RefusedRowsError(PreferendumError):
    """Rows that are not votes, or a file that cannot be read at all. Nothing of it is ranked."""

    status = 422
    title = "The file holds rows that are not votes"

    def __init__(self, name: str, faults: Sequence[RowFault], count: int) -> None:
        first = faults[0]
        where = f"line {first.line}, column {first.column}" if first.column else f"line {first.line}"
        rest = f" In all {count:,} problems were found." if count > 1 else ""
        super().__init__(
            f"{name}, {where}: {first.reason}.{rest}",
            errors=[{"line": fault.line, "column": fault.column, "reason": fault.reason} for fault in faults[:SHOWN]],
            count=count,
        )
        self.name = name
        self.faults = tuple(faults[:SHOWN])
        self.count = count


class UnreadableFileError(PreferendumError):
    """No file, or one whose name does not say what kind it is."""

    status = 422
    title = "The file cannot be read"


class UnsuitableFileError(PreferendumError):
    """A file, or an option, that makes no sense for what was asked."""

    status = 422
    title = "The file cannot be ranked like this"


class NotRankedError(PreferendumError):
    """The votes connect the models too little for an estimate to exist."""

    status = 422
    title = "The votes do not determine a ranking"

    def __init__(self, error: NotRankableError) -> None:
        connectivity = error.connectivity
        super().__init__(
            f"{str(error)[:1].upper()}{str(error)[1:]}." if connectivity.is_rankable else _unconnected(connectivity),
            components=[list(part) for part in connectivity.components],
            missing=[{"winners": list(gap.winners), "losers": list(gap.losers)} for gap in connectivity.missing],
            without_votes=list(connectivity.without_votes),
        )
        self.connectivity = connectivity


def problem_document(error: PreferendumError) -> dict[str, Any]:
    """The error as RFC 9457 has it."""
    named = {"type": f"/problems/{error.slug}", "title": error.title, "status": error.status, "detail": error.detail}
    return {**named, **error.extra}


def _unconnected(connectivity: Connectivity) -> str:
    groups = [group_words(part) for part in connectivity.components]
    said = []
    if len(groups) > 1:
        said.append(
            f"The votes leave {len(groups):,} groups of models between which no ratings can be compared: "
            f"{listed(groups)}. A rating exists only where wins or ties lead from every model to every other and back, "
            "directly or through others; a model that only won, or only lost, has none."
        )
    if connectivity.without_votes:
        words = without_votes_words(connectivity.without_votes)
        pronoun = "it" if len(connectivity.without_votes) == 1 else "they"
        said.append(f"{words[:1].upper()}{words[1:]}, so {pronoun} cannot be rated.")
    return " ".join([*said, f"Missing: {listed(missing_words(connectivity))}."])
