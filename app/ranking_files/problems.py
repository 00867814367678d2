"""Why a file is not ranked, in words and places."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.errors import PreferendumError
from app.ratings import Connectivity, MissingWin, NotRankableError

SHOWN = 20
"""How many problems are shown; all are counted."""
_NAMES, _PARTS = 8, 6


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
        )
        self.connectivity = connectivity


def problem_document(error: PreferendumError) -> dict[str, Any]:
    """The error as RFC 9457 has it."""
    named = {"type": f"/problems/{error.slug}", "title": error.title, "status": error.status, "detail": error.detail}
    return {**named, **error.extra}


def _unconnected(connectivity: Connectivity) -> str:
    parts = connectivity.components
    return (
        f"The votes leave {len(parts):,} groups of models between which no ratings can be compared: "
        f"{_listed([_group(part) for part in parts])}. A rating exists only where wins or ties lead from every model "
        f"to every other and back, directly or through others; a model that only won, or only lost, has none. "
        f"Missing: {_listed([missing_words(gap) for gap in connectivity.missing])}."
    )


def missing_words(gap: MissingWin) -> str:
    """Which votes would help."""
    winners = gap.winners[0] if len(gap.winners) == 1 else f"one of {_group(gap.winners)}"
    losers = gap.losers[0] if len(gap.losers) == 1 else f"one of {_group(gap.losers)}"
    return f"{winners} beats, or ties with, {losers}"


def _group(models: Sequence[str]) -> str:
    more = f" and {len(models) - _NAMES:,} more" if len(models) > _NAMES else ""
    return f"({', '.join(models[:_NAMES])}{more})"


def _listed(parts: Sequence[str]) -> str:
    more = f"; and {len(parts) - _PARTS:,} more" if len(parts) > _PARTS else ""
    return "; ".join(parts[:_PARTS]) + more
