"""What votes look like in rows: a word, three flags, a strength."""

from typing import Any, Literal

from app.linting.examples import Verdict, Vote
from app.linting.shapes.row import Row
from app.linting.shapes.rules import MISSING_COLUMNS, UNKNOWN_VERDICTS
from app.ranking_files.columns import SIDE_ORDER, VOTER_COLUMNS, WINNER_FLAGS, winner_of

_VERDICTS: dict[str, Verdict] = {"model_a": 0, "model_b": 1, "tie": "tie", "both_bad": "both_bad"}
_ORDERS: dict[str, Literal[0, 1]] = {"ab": 0, "ba": 1}


def winner(row: Row, column: str = "winner") -> Verdict | None:
    """The verdict of a column of words; None, and a note, where it is none."""
    value = row.values.get(column)
    verdict = _VERDICTS.get(winner_of(value) or "") if isinstance(value, str) else None
    if verdict is None:
        _note(row, column, value)
    return verdict


def flagged(row: Row) -> Verdict | None:
    """Three columns of 0 and 1, of which exactly one must be 1."""
    marked = [name for column, name in WINNER_FLAGS.items() if row.flag(column, missing=False)]
    if len(marked) == 1:
        return _VERDICTS[marked[0]]
    row.note(UNKNOWN_VERDICTS, "winner_model_a", f"of the three winner columns {len(marked)} are 1, where one must be")
    return None


def strength(row: Row, column: str) -> Verdict | None:
    """From -3, much better the first, to 3, much better the second."""
    value = row.number(column)
    if value is None:
        row.note(MISSING_COLUMNS, column, "is missing")
        return None
    if abs(value) > 3:
        row.note(UNKNOWN_VERDICTS, column, f"is {value:g}, not from -3 to 3")
        return None
    if value == 0:
        return "tie"
    return 1 if value > 0 else 0


def annotator(row: Row) -> str | None:
    column = next((column for column in VOTER_COLUMNS if row.has(column)), None)
    return None if column is None else row.name(column)


def first_shown(row: Row) -> Literal[0, 1] | None:
    """Only where a column says so: that a model is called left does not mean that it stood there."""
    return _ORDERS.get(str(row.values.get(SIDE_ORDER)))


def votes(verdict: Verdict | None, who: str | None) -> tuple[Vote, ...]:
    return () if verdict is None else (Vote(who, verdict),)


def _note(row: Row, column: str, value: Any) -> None:
    if value in (None, ""):
        row.note(MISSING_COLUMNS, column, "is empty" if column in row.values else "is missing")
    else:
        row.note(UNKNOWN_VERDICTS, column, f"is {str(value)[:40]!r}")
