"""Drawing the next matchup for a person.

Least covered first: among the matchups of the lowest coverage that the person has never had, WINDOW are looked at in
the order of their random `shuffle` and one is taken with equal chance; that chance is stored as the propensity. The
order was itself drawn at random when the matchups came in, so that no matchup of a stratum is preferred to another.
A window, because counting a stratum of 100,000 rows for each draw would cost more than all the rest.

Sides: the contestant that stood on side A less often, for this person and this pair, stands there now; a fair coin
decides where both did equally often. Pick and coin come from `secrets`: whoever watches many draws cannot predict one.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.base import new_id

WINDOW = 64
SAMPLER = f"least-covered/{WINDOW}"
ATTEMPTS = 5

# The correlated "IS NULL" keeps the plan on ix_matchup_draw, in order, so that it stops after WINDOW rows; as an anti
# join the planner is free to sort the whole arena first.
_DRAW = """
WITH pool AS (
    SELECT m.id, m.prompt_id, m.lineup, m.coverage, m.shuffle
    FROM matchup m
    WHERE m.arena_id = %(arena_id)s AND m.state = 'active'
      AND (SELECT b.id FROM battle b WHERE b.arena_id = m.arena_id AND b.annotator_id = %(annotator_id)s
           AND b.matchup_id = m.id LIMIT 1) IS NULL
    ORDER BY m.coverage, m.shuffle
    LIMIT %(window)s
), stratum AS (
    SELECT id, lineup, count(*) OVER () AS size, row_number() OVER (ORDER BY shuffle, id) - 1 AS place
    FROM pool WHERE coverage = (SELECT min(coverage) FROM pool)
), chosen AS (
    SELECT id, lineup, size FROM stratum WHERE place = %(pick)s %% size
), pair AS (
    SELECT array_agg(s.model_version_id ORDER BY s.slot) AS contestants
    FROM matchup_slot s JOIN chosen c ON c.id = s.matchup_id WHERE s.arena_id = %(arena_id)s
), balance AS (
    SELECT coalesce(sum(CASE b.first_contestant WHEN p.contestants[1] THEN 1 WHEN p.contestants[2] THEN -1 END), 0)
        AS lead
    FROM pair p CROSS JOIN chosen c
    LEFT JOIN battle b ON b.annotator_id = %(annotator_id)s AND b.lineup = c.lineup
), side AS (
    SELECT CASE WHEN lead > 0 OR (lead = 0 AND %(coin)s) THEN 'ba' ELSE 'ab' END AS side_order FROM balance
), drawn AS (
    INSERT INTO battle (id, arena_id, matchup_id, annotator_id, protocol_version, contestants, lineup, side_order,
        first_contestant, sampler, propensity, source, state, shown_at, leased_until)
    SELECT %(battle_id)s, a.id, c.id, %(annotator_id)s, a.protocol_version, p.contestants, c.lineup, side_order,
        p.contestants[CASE side_order WHEN 'ab' THEN 1 ELSE 2 END], %(sampler)s::text, 1.0 / c.size,
        %(source)s::text, %(state)s::text,
        CASE WHEN %(state)s::text = 'shown' THEN now() END, now() + make_interval(mins => %(lease_minutes)s)
    FROM chosen c CROSS JOIN pair p CROSS JOIN side JOIN arena a ON a.id = %(arena_id)s AND a.state = 'open'
    ON CONFLICT DO NOTHING
    RETURNING id, arena_id, matchup_id
), covered AS (
    UPDATE matchup m SET coverage = m.coverage + 1 FROM drawn d
    WHERE m.id = d.matchup_id AND m.arena_id = d.arena_id
)
SELECT (SELECT id FROM drawn) AS battle_id, (SELECT count(*) FROM pool) AS candidates
"""

# What this person already has: the battle on their screen, or the one prepared behind it, which now comes forward.
_PROMOTE = """
WITH shown AS (
    SELECT id FROM battle
    WHERE arena_id = %(arena_id)s AND annotator_id = %(annotator_id)s AND state = 'shown'
), promoted AS (
    UPDATE battle SET state = 'shown', shown_at = now(), leased_until = now() + make_interval(mins => %(lease_minutes)s)
    WHERE arena_id = %(arena_id)s AND annotator_id = %(annotator_id)s AND state = 'prepared'
      AND NOT EXISTS (SELECT 1 FROM shown)
    RETURNING id
)
SELECT id FROM shown UNION ALL SELECT id FROM promoted
"""

# With nothing new left, what the person was shown once and let lapse may come back.
_REVIVE = """
WITH lapsed AS (
    SELECT id, arena_id FROM battle
    WHERE arena_id = %(arena_id)s AND annotator_id = %(annotator_id)s AND state = 'expired'
    ORDER BY leased_until LIMIT 1
), revived AS (
    UPDATE battle b SET state = 'shown', leased_until = now() + make_interval(mins => %(lease_minutes)s)
    FROM lapsed l WHERE b.id = l.id AND b.arena_id = l.arena_id AND b.state = 'expired'
      AND NOT EXISTS (SELECT 1 FROM battle o WHERE o.arena_id = %(arena_id)s AND o.annotator_id = %(annotator_id)s
                      AND o.state = 'shown')
    RETURNING b.id, b.arena_id, b.matchup_id
), covered AS (
    UPDATE matchup m SET coverage = m.coverage + 1 FROM revived r WHERE m.id = r.matchup_id AND m.arena_id = r.arena_id
)
SELECT id FROM revived
"""


@dataclass(frozen=True)
class Drawer:
    """Draws for one person in one arena. Every statement is a transaction of its own."""

    connection: AsyncConnection
    arena_id: UUID
    annotator_id: UUID
    lease_minutes: int
    source: str = "web"

    async def next_battle(self) -> UUID | None:
        """The battle to show now: the one on the screen, the prepared one, or a new draw; None when nothing is left.

        Two tabs that ask at once get the same battle: a partial unique index allows one shown battle a person, and the
        loser of the race asks again.
        """
        for _ in range(ATTEMPTS):
            if battle_id := await self._scalar(_PROMOTE):
                return battle_id
            battle_id, candidates = await self._draw("shown")
            if battle_id is not None:
                return battle_id
            if candidates == 0:
                return await self._scalar(_REVIVE)
        return None

    async def prepare_battle(self) -> None:
        """Draw one ahead, so that the next is there the moment it is asked for."""
        await self._draw("prepared")

    async def _draw(self, state: str) -> tuple[UUID | None, int]:
        result = await self.connection.exec_driver_sql(
            _DRAW,
            {
                "arena_id": self.arena_id,
                "annotator_id": self.annotator_id,
                "battle_id": new_id(),
                "window": WINDOW,
                "pick": secrets.randbelow(2**31),
                "coin": bool(secrets.randbits(1)),
                "sampler": SAMPLER,
                "source": self.source,
                "state": state,
                "lease_minutes": self.lease_minutes,
            },
        )
        row = result.one()
        return row.battle_id, row.candidates

    async def _scalar(self, statement: str) -> UUID | None:
        result = await self.connection.exec_driver_sql(
            statement,
            {
                "arena_id": self.arena_id,
                "annotator_id": self.annotator_id,
                "lease_minutes": self.lease_minutes,
            },
        )
        battle_id: UUID | None = result.scalar()
        return battle_id


@dataclass(frozen=True)
class Expiry:
    """What a sweep of lapsed leases did."""

    lapsed: int
    returned: int


_EXPIRE = """
WITH lapsed AS (
    UPDATE battle SET state = 'expired' WHERE state = 'shown' AND leased_until < %(now)s
    RETURNING arena_id, matchup_id
), returned AS (
    DELETE FROM battle WHERE state = 'prepared' AND leased_until < %(now)s
    RETURNING arena_id, matchup_id
), freed AS (
    SELECT arena_id, matchup_id, count(*) AS n
    FROM (SELECT * FROM lapsed UNION ALL SELECT * FROM returned) AS both_kinds GROUP BY 1, 2
), uncovered AS (
    UPDATE matchup m SET coverage = greatest(m.coverage - f.n, 0) FROM freed f
    WHERE m.id = f.matchup_id AND m.arena_id = f.arena_id
)
SELECT (SELECT count(*) FROM lapsed) AS lapsed, (SELECT count(*) FROM returned) AS returned
"""


async def expire_leases(connection: AsyncConnection, now: datetime) -> Expiry:
    """Let lapsed battles go: what was shown can still be voted on; what was only prepared had no reader and goes."""
    row = (await connection.exec_driver_sql(_EXPIRE, {"now": now})).one()
    return Expiry(row.lapsed, row.returned)
