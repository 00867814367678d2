"""When a delivery is tried again, when a webhook rests, and when it is given up. Pure.

The times are those that Standard Webhooks 1.0.0 recommends, from the failure of one attempt to the next; a random part
spreads what failed together. Attempts end after about three days.
"""

import random
from datetime import datetime, timedelta

_DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
MOST_ATTEMPTS = len(_DELAYS) + 1
_JITTER = 0.2

PATIENCE = timedelta(days=5)
"""A webhook of which every attempt failed for so long is switched off."""
_LEAST_FAILURES = 10
_FREE_FAILURES = 2
_LONGEST_REST = timedelta(seconds=60)


def next_attempt(failed_attempts: int, now: datetime) -> datetime | None:
    """When a delivery whose attempts so far all failed is due again; None where it is given up."""
    if failed_attempts >= MOST_ATTEMPTS:
        return None
    delay = _DELAYS[failed_attempts - 1]
    return now + delay * random.uniform(1, 1 + _JITTER)  # noqa: S311 (it need not be unforeseeable)


def rest(failures: int) -> timedelta | None:
    """How long nothing at all is sent after so many failures in a row: 1, 2, 4 … seconds, a minute at most.

    A receiver with thousands of events waiting is not hit by all of them each time it is tried.
    """
    if failures <= _FREE_FAILURES:
        return None
    return min(timedelta(seconds=1 << min(failures - _FREE_FAILURES - 1, 6)), _LONGEST_REST)


def is_hopeless(failures: int, failing_since: datetime, now: datetime) -> bool:
    return failures >= _LEAST_FAILURES and now - failing_since >= PATIENCE
