"""How many matchups an arena has, remembered for a while where counting is dear.

A count reads every row: a millisecond for ten thousand. It stands on every battle's page, and nobody minds if "12 of
100,000" is a minute old. Small arenas are counted each time.
"""

import time
import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.battles import repository

MATCHUPS_A_SECOND = 2_000
LONGEST_SECONDS = 60.0

_remembered: dict[uuid.UUID, tuple[float, int]] = {}


async def count_matchups(session: AsyncSession, arena_id: uuid.UUID) -> int:
    """The number of active matchups; at most a minute old, and one second a full two thousand of them."""
    until, total = _remembered.get(arena_id, (0.0, 0))
    if time.monotonic() < until:
        return total
    total = await repository.count_matchups(session, arena_id)
    _remembered[arena_id] = (time.monotonic() + min(total // MATCHUPS_A_SECOND, LONGEST_SECONDS), total)
    return total
