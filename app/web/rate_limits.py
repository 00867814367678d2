"""How often somebody may ask, counted in the database, so that any number of web processes share the count.

Windows are fixed: at their border twice the limit can pass, which is what it costs to keep one row for each.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from psycopg import AsyncConnection
from psycopg.rows import DictRow

from app.errors import RateLimitedError

KEPT = timedelta(hours=2)

_COUNT = """
INSERT INTO rate_window (key, starts_at, count) VALUES (%(key)s, %(starts_at)s, 1)
ON CONFLICT (key, starts_at) DO UPDATE SET count = rate_window.count + 1
RETURNING count
"""


@dataclass(frozen=True)
class Limit:
    """At most `most` in a window of `seconds`. `what` is told in the plural: "questions of one person an hour"."""

    what: str
    who: str
    most: int
    seconds: int

    def key(self) -> bytes:
        return hashlib.sha256(f"{self.what}\n{self.who}".encode()).digest()


async def count_against(connection: AsyncConnection[DictRow], limit: Limit, now: datetime) -> None:
    """Count one use; raise RateLimitedError, which says when to try again, where it is one too many."""
    second = int(now.timestamp())
    starts_at = datetime.fromtimestamp(second - second % limit.seconds, UTC)
    row = await (await connection.execute(_COUNT, {"key": limit.key(), "starts_at": starts_at})).fetchone()
    if row is not None and row["count"] > limit.most:
        seconds = limit.seconds - second % limit.seconds
        wait = f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"
        raise RateLimitedError(f"The limit is {limit.most:,} {limit.what}. Try again in {wait}.", seconds)


async def forget_old_windows(connection: AsyncConnection[DictRow], now: datetime) -> None:
    """Drop what no limit looks at any more."""
    await connection.execute("DELETE FROM rate_window WHERE starts_at < %s", (now - KEPT,))
