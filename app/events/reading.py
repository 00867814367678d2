"""What happened between the two snapshots of a cursor: votes in pages, and the few other events."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.events.cursor import Cursor, Position
from app.events.payloads import VoteTold

# The range on recorded_xid is what the index serves.
_BETWEEN = """
    {row}.arena_id = :arena_id
    AND {row}.recorded_xid >= pg_snapshot_xmin(CAST(:seen AS pg_snapshot))
    AND {row}.recorded_xid < pg_snapshot_xmax(CAST(:upto AS pg_snapshot))
    AND NOT pg_visible_in_snapshot({row}.recorded_xid, CAST(:seen AS pg_snapshot))
    AND pg_visible_in_snapshot({row}.recorded_xid, CAST(:upto AS pg_snapshot))
    AND (CAST(:not_before AS timestamptz) IS NULL OR {row}.created_at >= :not_before)
"""
_AFTER = """
    AND v.recorded_xid >= CAST(:xid AS xid8)
    AND (v.recorded_xid, v.battle_id, v.revision)
        > (CAST(:xid AS xid8), CAST(:battle_id AS uuid), CAST(:revision AS smallint))
"""
# The page is chosen before anything is joined but the annotator, by whose kind it is.
_VOTES = """
    SELECT v.recorded_xid::text::bigint AS xid, v.battle_id, v.revision, b.matchup_id, v.winner, v.strength,
        v.after_reveal, b.kind AS battle_kind, b.protocol_version, v.source, a.name AS model_a, c.name AS model_b,
        v.annotator_id, v.annotator_kind, v.cast_at, v.created_at
    FROM (
        SELECT v.*, n.kind AS annotator_kind FROM vote v JOIN annotator n ON n.id = v.annotator_id
        WHERE {between} {after} {imported} AND n.kind = ANY(:kinds)
        ORDER BY v.recorded_xid, v.battle_id, v.revision LIMIT :most
    ) v
    JOIN battle b ON b.id = v.battle_id AND b.arena_id = v.arena_id
    JOIN LATERAL ({name}) a ON true
    LEFT JOIN LATERAL ({other_name}) c ON true
    ORDER BY v.recorded_xid, v.battle_id, v.revision
"""
_NAME = """
    SELECT m.name || CASE o.label WHEN '' THEN '' ELSE '@' || o.label END AS name
    FROM model_version o JOIN model m ON m.id = o.model_id WHERE o.id = b.contestants[{place}]
"""
_EVENTS = text(f"""
    SELECT e.id, e.type, e.data, e.created_at FROM event e WHERE {_BETWEEN.format(row="e")}
    ORDER BY e.recorded_xid, e.id
""")


@dataclass(frozen=True)
class EventTold:
    """A row of the outbox."""

    id: uuid.UUID
    type: str
    data: dict[str, Any]
    created_at: datetime

    @property
    def event_id(self) -> str:
        return f"event_{self.id.hex}"


async def read_votes(
    session: AsyncSession,
    arena_id: uuid.UUID,
    cursor: Cursor,
    *,
    kinds: Sequence[str],
    most: int,
    imported: bool,
    not_before: datetime | None = None,
) -> list[VoteTold]:
    """The next votes of a cursor that has something to read; fewer than `most` only where these are the last.

    imported: whether votes that came with a file are among them.
    """
    values = {**_window(arena_id, cursor, not_before), "kinds": list(kinds), "most": most}
    if cursor.after is not None:
        after = cursor.after
        values |= {"xid": str(after.xid), "battle_id": after.battle_id, "revision": after.revision}
    statement = _VOTES.format(
        between=_BETWEEN.format(row="v"),
        after="" if cursor.after is None else _AFTER,
        imported="" if imported else "AND v.source <> 'import'",
        name=_NAME.format(place=1),
        other_name=_NAME.format(place=2),
    )
    return [VoteTold(**row) for row in (await session.execute(text(statement), values)).mappings()]


async def read_events(
    session: AsyncSession, arena_id: uuid.UUID, cursor: Cursor, *, not_before: datetime | None = None
) -> list[EventTold]:
    """All other events of a cursor that has something to read."""
    rows = await session.execute(_EVENTS, _window(arena_id, cursor, not_before))
    return [EventTold(**row) for row in rows.mappings()]


def position_of(vote: VoteTold) -> Position:
    return Position(vote.xid, vote.battle_id, vote.revision)


def _window(arena_id: uuid.UUID, cursor: Cursor, not_before: datetime | None) -> dict[str, Any]:
    return {"arena_id": arena_id, "seen": cursor.seen, "upto": cursor.upto, "not_before": not_before}
