"""What a rule is: a stable code, how bad it is, why it matters, and what to do."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""Worst first. error: training or counting goes wrong. warning: probably a mistake. note: worth knowing."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong with a file.

    code:     its name in options and JSON; never changes
    severity: what it is unless a check, seeing the whole file, says otherwise
    title:    what is the case, as a heading
    why:      what comes of it
    mend:     what to do about it
    """

    code: str
    severity: Severity
    title: str
    why: str
    mend: str


def worst_first(severity: Severity) -> int:
    return SEVERITIES.index(severity)
