"""How far somebody has read what happened in an arena, also where transactions commit in another order than they began.

A cursor is two of Postgres' own snapshots: everything that `seen` sees has been read, and of what `upto` sees and
`seen` does not, all up to the row `after`. What is in between never changes, because rows are only added and every row
that `upto` sees is committed; so it can be read in pages, by whoever comes along, in one order. Once it is read
through, `upto` becomes `seen`. As text a cursor is what the stream gives as id and what a webhook keeps.
"""

import re
import uuid
from dataclasses import dataclass, replace
from typing import Self

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import ConflictError, InvalidInputError

LONGEST = 4_000
_SNAPSHOT = r"[0-9]{1,20}:[0-9]{1,20}:(?:[0-9]{1,20}(?:,[0-9]{1,20})*)?"
_FORM = re.compile(
    rf"(?P<cluster>[0-9]{{1,20}});(?P<seen>{_SNAPSHOT});(?P<upto>(?:{_SNAPSHOT})?)"
    r"(?:;(?P<xid>[0-9]{1,20});(?P<battle>[0-9a-f]{32});(?P<revision>[0-9]{1,5}))?",
    re.ASCII,
)
# Sees nothing: no transaction has an id below 3.
NOTHING_SEEN = "3:3:"

_HERE = text("SELECT system_identifier AS cluster, pg_current_snapshot()::text AS snapshot FROM pg_control_system()")
# A snapshot that ends after the present one is of a time that a restore has undone.
_IS_PAST = text("""
    SELECT bool_and(pg_snapshot_xmax(CAST(given AS pg_snapshot)) <= pg_snapshot_xmax(pg_current_snapshot()))
        AND coalesce(CAST(CAST(:xid AS text) AS xid8) < pg_snapshot_xmax(pg_current_snapshot()), true)
    FROM unnest(ARRAY[CAST(:seen AS text), CAST(:upto AS text)]) AS s (given) WHERE given IS NOT NULL
""")


@dataclass(frozen=True)
class Position:
    """One revision of a vote, in the order in which votes are read."""

    xid: int
    battle_id: uuid.UUID
    revision: int


@dataclass(frozen=True)
class Cursor:
    """cluster: the server whose transactions are meant; on another their numbers mean nothing."""

    cluster: int
    seen: str
    upto: str | None = None
    after: Position | None = None

    def __str__(self) -> str:
        parts = [str(self.cluster), self.seen, self.upto or ""]
        if self.after is not None:
            parts += [str(self.after.xid), self.after.battle_id.hex, str(self.after.revision)]
        return ";".join(parts)

    @classmethod
    def parse(cls, given: str) -> Self:
        """Raises InvalidInputError where it is not one that __str__ wrote."""
        found = _FORM.fullmatch(given) if len(given) <= LONGEST else None
        if found is None:
            raise InvalidInputError("The position is not one that this stream gave out. Start again without it.")
        after = None
        if found["xid"]:
            after = Position(int(found["xid"]), uuid.UUID(found["battle"]), int(found["revision"]))
        return cls(int(found["cluster"]), found["seen"], found["upto"] or None, after)

    def moved_to(self, position: Position) -> Self:
        return replace(self, after=position)

    def closed(self) -> Self:
        """What `upto` sees is read."""
        return replace(self, seen=self.upto or self.seen, upto=None, after=None)


async def at_present(session: AsyncSession) -> Cursor:
    """Behind everything that is committed now."""
    row = (await session.execute(_HERE)).one()
    return Cursor(row.cluster, row.snapshot)


async def at_the_start(session: AsyncSession) -> Cursor:
    row = (await session.execute(_HERE)).one()
    return Cursor(row.cluster, NOTHING_SEEN)


async def widened(session: AsyncSession, cursor: Cursor) -> Cursor:
    """The cursor with something to read: where it had read all, up to what is committed now."""
    if cursor.upto is not None:
        return cursor
    return replace(cursor, upto=(await at_present(session)).seen)


async def check(session: AsyncSession, cursor: Cursor) -> None:
    """Raises ConflictError where the cursor is of another server, a DataError where Postgres cannot read it."""
    xid = None if cursor.after is None else str(cursor.after.xid)
    is_past = await session.scalar(_IS_PAST, {"seen": cursor.seen, "upto": cursor.upto, "xid": xid})
    if not is_past or cursor.cluster != (await at_present(session)).cluster:
        raise ConflictError("The position is of another server, or from before a restore. Start again without it.")
