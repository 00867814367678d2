"""Taking outcomes apart."""

from app.imports.formats.shape import Outcome
from app.imports.records import Faults, ImportedMatchup


def sound(outcome: Outcome) -> ImportedMatchup:
    """The one matchup of a sound row."""
    assert isinstance(outcome, tuple), outcome
    assert len(outcome) == 1
    return outcome[0]


def faults(outcome: Outcome) -> Faults:
    assert isinstance(outcome, list), outcome
    return outcome


def columns(outcome: Outcome) -> list[str]:
    """Where a row is faulty, in the order in which it was found."""
    return [column for column, _ in faults(outcome)]
