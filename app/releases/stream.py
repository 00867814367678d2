"""The votes of an arena from one snapshot of the database, in constant memory.

They come in the canonical order, that in which they were cast, or else prompt by prompt, and matchup by matchup within
a prompt, in the canonical order within each: so that rows can be made of several votes without holding more than those.
"""

import asyncio
import datetime
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Database
from app.releases.pseudonyms import Pseudonym
from app.releases.record import Exchange, Exclusion, VoteRecord

FIRST_BATCH = 4
MOST_ROWS = 1_000
BATCH_BYTES = 2**19

# Narrow rows are sorted first, and only then joined to their texts, one at a time as the cursor moves: sorting the
# texts as well would write all of them to the server's disk before the first row comes. The conversation is a lateral
# join because Postgres remembers the results of one: where many have voted on the same matchup, its texts are put
# together once for as many as fit into work_mem, which takes a third of the time.
_VOTES = """
SELECT o.battle_id::text, o.revision, o.is_current, o.matchup, o.prompt_id::text, o.contestants[1]::text,
    o.contestants[2]::text, o.winner, o.strength, o.after_reveal, o.annotator_id::text, o.annotator_kind,
    o.protocol_version, o.repeat, o.side_order, o.sampler, o.propensity, o.source, o.shown_at, o.cast_at,
    o.source_row, o.language,
    ARRAY(SELECT DISTINCT g.tag FROM prompt_tag g WHERE (g.prompt_id, g.arena_id) = (o.prompt_id, o.arena_id)
        ORDER BY g.tag) AS tags,
    (SELECT json_agg(json_build_array(x.reason, x.excluded_by, x.created_at AT TIME ZONE 'UTC',
        x.lifted_at AT TIME ZONE 'UTC') ORDER BY x.created_at, x.id)::text
        FROM vote_exclusion x WHERE (x.battle_id, x.arena_id) = (o.battle_id, o.arena_id)) AS exclusions,
    c.turns
FROM (
    SELECT v.battle_id, v.arena_id, v.revision, v.revision = b.revision AS is_current, b.matchup_id, m.prompt_id,
        coalesce(m.external_id, m.id::text) AS matchup, b.contestants, v.winner, v.strength, v.after_reveal,
        v.annotator_id, n.kind AS annotator_kind, b.protocol_version, b.repeat, b.side_order, b.sampler, b.propensity,
        v.source, b.shown_at, v.cast_at, v.source_row, p.language
    FROM vote v
    JOIN battle b ON (b.id, b.arena_id) = (v.battle_id, v.arena_id)
    JOIN matchup m ON (m.id, m.arena_id) = (b.matchup_id, b.arena_id)
    JOIN prompt p ON (p.id, p.arena_id) = (m.prompt_id, m.arena_id)
    JOIN annotator n ON n.id = v.annotator_id
    WHERE v.arena_id = %(arena_id)s
    ORDER BY {inner}v.cast_at NULLS FIRST, v.source_row NULLS FIRST, v.battle_id, v.revision
) o
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_array(t.blocks, a.blocks, b.blocks) ORDER BY t.turn_index)::text AS turns
    FROM turn t
    LEFT JOIN response a ON (a.matchup_id, a.arena_id, a.slot, a.turn_index)
        = (t.matchup_id, t.arena_id, 'a', t.turn_index)
    LEFT JOIN response b ON (b.matchup_id, b.arena_id, b.slot, b.turn_index)
        = (t.matchup_id, t.arena_id, 'b', t.turn_index)
    WHERE (t.matchup_id, t.arena_id) = (o.matchup_id, o.arena_id)
) c ON true
ORDER BY {outer}o.cast_at NULLS FIRST, o.source_row NULLS FIRST, o.battle_id, o.revision
"""

_IN_ORDER = _VOTES.format(inner="", outer="")
_BY_PROMPT = _VOTES.format(inner="m.prompt_id, b.matchup_id, ", outer="o.prompt_id, o.matchup_id, ")

_ROOM = text("SET LOCAL work_mem = '64MB'")

StoredVote = Sequence[Any]


@asynccontextmanager
async def snapshot(database: Database) -> AsyncIterator[AsyncSession]:
    """A session that sees the database as it was at its first statement, however long it reads."""
    async with database.read_session() as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        await session.execute(_ROOM)
        yield session


async def stream_votes(
    session: AsyncSession, arena_id: uuid.UUID, *, by_prompt: bool = False
) -> AsyncGenerator[Sequence[StoredVote]]:
    """Batches of rows of the query, through a cursor on the server; each is fetched while the one before is being used.

    Long texts make the batches shorter.
    """
    raw = await (await session.connection()).get_raw_connection()
    driver: Any = raw.driver_connection
    async with driver.cursor(name="release") as cursor:
        await cursor.execute(_BY_PROMPT if by_prompt else _IN_ORDER, {"arena_id": arena_id})
        coming = asyncio.create_task(cursor.fetchmany(FIRST_BATCH))
        try:
            while rows := await coming:
                coming = asyncio.create_task(cursor.fetchmany(_next_size(rows)))
                yield rows
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)


def _next_size(rows: Sequence[StoredVote]) -> int:
    bytes_a_row = sum(len(row[-1] or "") for row in rows) / len(rows)
    return max(1, min(MOST_ROWS, int(BATCH_BYTES / max(bytes_a_row, 1))))


def to_record(row: StoredVote, names: Mapping[str, str], pseudonym: Pseudonym) -> VoteRecord:
    """A stored vote without the ids of people, and with models by name (version id -> name)."""
    (*fields, exclusions, turns) = row
    fields[5], fields[6] = names[fields[5]], names[fields[6]]
    fields[10] = pseudonym(fields[10])
    set_aside = [_exclusion(item, pseudonym) for item in orjson.loads(exclusions)] if exclusions else []
    return VoteRecord._make((*fields, set_aside, _exchanges(turns) if turns else ()))


@lru_cache(maxsize=1)
def _exchanges(turns: str) -> Sequence[Exchange]:
    """Votes that follow each other on one matchup share its conversation, so that a group of them holds it once."""
    return tuple(Exchange(*turn) for turn in orjson.loads(turns))


def _exclusion(item: Sequence[Any], pseudonym: Pseudonym) -> Exclusion:
    """A rule is named as it is; a person, known by an e-mail address, is not."""
    reason, excluded_by, created_at, lifted_at = item
    by = pseudonym(excluded_by) if "@" in excluded_by else excluded_by
    return Exclusion(reason, by, _utc(created_at), _utc(lifted_at) if lifted_at else None)


def _utc(time: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(time).replace(tzinfo=datetime.UTC)
