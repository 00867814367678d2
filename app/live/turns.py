"""A live battle's rows: making one, claiming its turn, storing what was written. Each function is a transaction.

A turn is written by one request at a time, wherever it runs: the claim names the request, and holds until a moment that
the request keeps moving on. When a process dies, its claims lapse, and the turn can be written again.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

LEASE_SECONDS = 20

# One battle at a time is on a person's screen in an arena.
_END = """
UPDATE battle SET state = 'skipped', ended_at = now(), writing_until = NULL
WHERE arena_id = %(arena_id)s AND annotator_id = %(annotator_id)s AND state IN ('shown', 'writing')
"""

_OPEN = """
WITH asked AS (
    INSERT INTO matchup (id, arena_id, prompt_id, lineup, state)
    VALUES (%(matchup_id)s, %(arena_id)s, %(prompt_id)s, %(lineup)s, 'paused')
), placed AS (
    INSERT INTO matchup_slot (matchup_id, arena_id, slot, model_version_id)
    SELECT %(matchup_id)s, %(arena_id)s, (ARRAY['a', 'b'])[place], id
    FROM unnest(%(contestants)s::uuid[]) WITH ORDINALITY AS c (id, place)
), turned AS (
    INSERT INTO turn (matchup_id, arena_id, turn_index, blocks)
    VALUES (%(matchup_id)s, %(arena_id)s, 0, %(blocks)s)
), counted AS (
    UPDATE arena_model SET battles = battles + 1
    WHERE arena_id = %(arena_id)s AND model_version_id = ANY(%(contestants)s::uuid[])
), balance AS (
    SELECT coalesce(sum(CASE b.first_contestant
        WHEN (%(contestants)s::uuid[])[1] THEN 1 WHEN (%(contestants)s::uuid[])[2] THEN -1 END), 0) AS lead
    FROM battle b WHERE b.annotator_id = %(annotator_id)s AND b.lineup = %(lineup)s
), side AS (
    SELECT CASE WHEN cardinality(%(contestants)s::uuid[]) = 2 AND (lead > 0 OR (lead = 0 AND %(coin)s))
        THEN 'ba' ELSE 'ab' END AS side_order FROM balance
)
INSERT INTO battle (id, arena_id, matchup_id, annotator_id, protocol_version, contestants, lineup, side_order,
    first_contestant, sampler, propensity, source, kind, state, shown_at)
SELECT %(battle_id)s, %(arena_id)s, %(matchup_id)s, %(annotator_id)s, %(protocol_version)s, %(contestants)s::uuid[],
    %(lineup)s, side_order, (%(contestants)s::uuid[])[CASE side_order WHEN 'ab' THEN 1 ELSE 2 END],
    %(sampler)s, %(propensity)s, %(source)s, %(kind)s, 'writing', now()
FROM side
"""

# One statement claims the turn and reads all that writing it takes: the person is waiting for the first word.
_CLAIM = """
WITH claimed AS (
    UPDATE battle SET writer = %(writer)s, writing_until = now() + make_interval(secs => %(seconds)s)
    WHERE id = %(battle_id)s AND annotator_id = %(annotator_id)s AND state = 'writing'
      AND (writing_until IS NULL OR writing_until < now())
    RETURNING id, arena_id, matchup_id, protocol_version, contestants, side_order
)
SELECT c.id AS battle_id, c.arena_id, c.contestants, c.side_order, o.live AS settings, p.document AS protocol, (
    SELECT jsonb_agg(jsonb_build_array(t.turn_index, t.blocks, a.blocks, b.blocks) ORDER BY t.turn_index)
    FROM turn t
    LEFT JOIN response a ON (a.matchup_id, a.arena_id, a.turn_index, a.slot)
        = (t.matchup_id, t.arena_id, t.turn_index, 'a')
    LEFT JOIN response b ON (b.matchup_id, b.arena_id, b.turn_index, b.slot)
        = (t.matchup_id, t.arena_id, t.turn_index, 'b')
    WHERE (t.matchup_id, t.arena_id) = (c.matchup_id, c.arena_id)
) AS exchanges
FROM claimed c
JOIN arena o ON o.id = c.arena_id
JOIN protocol p ON (p.arena_id, p.version) = (c.arena_id, c.protocol_version)
"""

_RENEW = """
UPDATE battle SET writing_until = now() + make_interval(secs => %(seconds)s)
WHERE id = %(battle_id)s AND writer = %(writer)s AND state = 'writing'
RETURNING id
"""

# Only the request that holds the claim may store; one that lost it finds nothing to change.
_STORE = """
WITH held AS (
    UPDATE battle SET state = %(state)s::text, writing_until = NULL,
        ended_at = CASE WHEN %(state)s::text = 'failed' THEN now() END
    WHERE id = %(battle_id)s AND writer = %(writer)s AND state = 'writing'
    RETURNING id, arena_id, matchup_id
), written AS (
    INSERT INTO response (matchup_id, arena_id, slot, turn_index, blocks, finish_reason,
        characters, headers, lists, bold)
    SELECT h.matchup_id, h.arena_id, r.slot, %(turn_index)s, r.blocks, r.finish_reason,
        r.characters, r.headers, r.lists, r.bold
    FROM held h CROSS JOIN jsonb_to_recordset(%(responses)s) AS r (slot text, blocks jsonb, finish_reason text,
        characters int, headers int, lists int, bold int)
    ON CONFLICT (matchup_id, arena_id, slot, turn_index) DO UPDATE SET blocks = excluded.blocks,
        finish_reason = excluded.finish_reason, characters = excluded.characters, headers = excluded.headers,
        lists = excluded.lists, bold = excluded.bold
), leaked AS (
    INSERT INTO identity_leak (id, arena_id, battle_id, turn_index, slot, name, start, "end")
    SELECT l.id, h.arena_id, h.id, %(turn_index)s, l.slot, l.name, l.start, l."end"
    FROM held h CROSS JOIN jsonb_to_recordset(%(leaks)s) AS l (id uuid, slot text, name text, start int, "end" int)
), set_aside AS (
    INSERT INTO vote_exclusion (id, arena_id, battle_id, reason, excluded_by)
    SELECT %(exclusion_id)s, h.arena_id, h.id, 'identity-leak', 'leak-finder'
    FROM held h WHERE jsonb_array_length(%(leaks)s) > 0 AND NOT EXISTS (
        SELECT 1 FROM vote_exclusion x
        WHERE x.battle_id = h.id AND x.arena_id = h.arena_id AND x.reason = 'identity-leak' AND x.lifted_at IS NULL)
)
SELECT id FROM held
"""

_ASK_ON = """
WITH asked AS (
    UPDATE battle SET state = 'writing', writer = NULL, writing_until = NULL
    WHERE id = %(battle_id)s AND annotator_id = %(annotator_id)s AND state IN ('shown', 'retracted', 'voted')
      AND (state <> 'voted' OR NOT %(reveals)s)
      AND (SELECT count(*) FROM turn t WHERE t.matchup_id = battle.matchup_id AND t.arena_id = battle.arena_id)
          = %(turn_index)s
    RETURNING arena_id, matchup_id
)
INSERT INTO turn (matchup_id, arena_id, turn_index, blocks)
SELECT matchup_id, arena_id, %(turn_index)s, %(blocks)s FROM asked
RETURNING turn_index
"""


@dataclass(frozen=True)
class NewBattle:
    """A battle to be made. contestants are by slot: one for a direct chat, two otherwise."""

    battle_id: uuid.UUID
    matchup_id: uuid.UUID
    arena_id: uuid.UUID
    annotator_id: uuid.UUID
    prompt_id: uuid.UUID
    protocol_version: int
    contestants: Sequence[uuid.UUID]
    lineup: uuid.UUID
    sampler: str
    propensity: float
    source: str
    kind: str
    blocks: list[dict[str, Any]]
    coin: bool


async def open_battle(connection: AsyncConnection[DictRow], new: NewBattle) -> None:
    """Make the battle, and end what the person still had open. Of two tabs that ask at once the later one stays."""
    parameters = {**vars(new), "contestants": list(new.contestants), "blocks": Jsonb(new.blocks)}
    while True:
        try:
            async with connection.transaction():
                await connection.execute(_END, parameters)
                await connection.execute(_OPEN, parameters)
        except UniqueViolation:
            continue
        return


@dataclass(frozen=True)
class Claim:
    """A turn that is this request's to write. settings and protocol are documents as they are stored.

    exchanges are (turn_index, prompt, response_a, response_b), each of the three blocks or None; the last is to be
    written.
    """

    battle_id: uuid.UUID
    arena_id: uuid.UUID
    contestants: Sequence[uuid.UUID]
    side_order: str | None
    settings: Mapping[str, Any]
    protocol: Mapping[str, Any]
    exchanges: Sequence[Sequence[Any]]


async def claim(
    connection: AsyncConnection[DictRow], battle_id: uuid.UUID, annotator_id: uuid.UUID, writer: uuid.UUID
) -> Claim | None:
    """The turn, if it is this request's to write now."""
    parameters = {"battle_id": battle_id, "annotator_id": annotator_id, "writer": writer, "seconds": LEASE_SECONDS}
    row = await (await connection.execute(_CLAIM, parameters)).fetchone()
    return None if row is None else Claim(**row)


async def renew(connection: AsyncConnection[DictRow], battle_id: uuid.UUID, writer: uuid.UUID) -> bool:
    """Hold the claim for longer. False where it is lost: another request writes, or the battle has ended."""
    parameters = {"battle_id": battle_id, "writer": writer, "seconds": LEASE_SECONDS}
    return await (await connection.execute(_RENEW, parameters)).fetchone() is not None


async def store(
    connection: AsyncConnection[DictRow],
    battle_id: uuid.UUID,
    writer: uuid.UUID,
    *,
    state: str,
    turn_index: int,
    responses: list[dict[str, Any]],
    leaks: list[dict[str, Any]],
    exclusion_id: uuid.UUID,
) -> bool:
    """Store a turn's answers and what follows from them. False where the claim was lost, and nothing was stored."""
    parameters = {
        "battle_id": battle_id,
        "writer": writer,
        "state": state,
        "turn_index": turn_index,
        "responses": Jsonb(responses),
        "leaks": Jsonb(leaks),
        "exclusion_id": exclusion_id,
    }
    return await (await connection.execute(_STORE, parameters)).fetchone() is not None


async def ask_on(
    connection: AsyncConnection[DictRow],
    battle_id: uuid.UUID,
    annotator_id: uuid.UUID,
    *,
    turn_index: int,
    blocks: list[dict[str, Any]],
    reveals: bool,
) -> bool:
    """Add the next turn. False where the battle cannot take one, or another tab was first."""
    parameters = {
        "battle_id": battle_id,
        "annotator_id": annotator_id,
        "turn_index": turn_index,
        "blocks": Jsonb(blocks),
        "reveals": reveals,
    }
    return await (await connection.execute(_ASK_ON, parameters)).fetchone() is not None
