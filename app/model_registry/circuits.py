"""The state of a version's circuit, read off its newest calls.

Each web process has a circuit breaker of its own (`app.providers.circuit`), in memory, because it must decide without
asking the database. What people see is derived here by the same rule from the calls of all processes, which are in the
database anyway: it needs no state of its own, outlives restarts, and says the same on every page. A process that has
seen fewer of the failures may still let a call through.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from app.model_registry.schemas import CircuitOut
from app.providers.protocol import ERRORS

ENOUGH_CALLS = 5
OPEN_FOR = timedelta(seconds=30)
SHOWN_FOR = timedelta(minutes=15)
"""How far back calls are looked at: failures that long ago say nothing of now."""
NEUTRAL = sorted(kind for kind, error in ERRORS.items() if not error.breaks_circuit)
"""Failures that say nothing of the endpoint, such as a question that it does not accept."""


class CallEnd(NamedTuple):
    """When a call that says something of the endpoint ended, and the kind of its failure if it failed."""

    ended_at: datetime
    error: str | None


def circuit_after(calls: Sequence[CallEnd], now: datetime) -> CircuitOut:
    """The circuit after these calls, which are ordered by their end."""
    failures = 0
    for call in reversed(calls):
        if call.error is None:
            break
        failures += 1
    if failures < ENOUGH_CALLS:
        return CircuitOut(failures=failures)
    until = calls[-1].ended_at + OPEN_FOR
    return CircuitOut(state="open" if now < until else "half_open", failures=failures, until=until)
