"""What several checks of one text say together."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one check says. categories are sorted, in the words of the check."""

    flagged: bool
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """outcome "unavailable": nothing was flagged, but a check could not be made; `allowed` then follows the setting."""

    allowed: bool
    outcome: Literal["passed", "blocked", "unavailable"]
    categories: tuple[str, ...] = ()


def decide(verdicts: Iterable[Verdict | None], *, fail_open: bool) -> Decision:
    """One flag blocks. None stands for a check that could not be made: fail_open lets the text through all the same."""
    given = list(verdicts)
    flagged = [verdict for verdict in given if verdict is not None and verdict.flagged]
    if flagged:
        categories = {category for verdict in flagged for category in verdict.categories}
        return Decision(allowed=False, outcome="blocked", categories=tuple(sorted(categories)))
    if None in given:
        return Decision(allowed=fail_open, outcome="unavailable")
    return Decision(allowed=True, outcome="passed")
