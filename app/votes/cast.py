"""Casting a vote and taking it back: one statement each, one round trip, one transaction.

Correctness rests on one conditional UPDATE under READ COMMITTED and on the key (battle, revision): of any number of
copies of a request, in any processes, one finds the battle in the revision that it names and writes the next; the
others find it changed and read what was decided. Nothing else stands on this path.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from psycopg import AsyncConnection
from psycopg.rows import DictRow

from app.votes.rules import Choice

# Who asks, by cookie or by API token. One of the two hashes is NULL.
_PERSON = """
person AS (
    SELECT annotator_id FROM login_session
    WHERE token_hash = %(session_hash)s AND revoked_at IS NULL AND expires_at > now()
    UNION ALL
    SELECT n.id FROM api_token k JOIN app_user u ON u.id = k.app_user_id AND u.disabled_at IS NULL
    JOIN annotator n ON n.app_user_id = u.id
    WHERE k.token_hash = %(token_hash)s AND k.revoked_at IS NULL AND 'vote' = ANY(k.scopes)
      AND (k.expires_at IS NULL OR k.expires_at > now())
)"""

_CAST = f"""
WITH {_PERSON}, before AS (
    SELECT id, state FROM battle WHERE id = %(battle_id)s
), judged AS (
    UPDATE battle b SET state = 'voted', revision = b.revision + 1, ended_at = now()
    FROM person q, arena a, protocol p
    WHERE b.id = %(battle_id)s AND b.annotator_id = q.annotator_id
      AND b.state IN ('shown', 'retracted', 'expired') AND b.revision = %(revision)s AND b.kind <> 'direct'
      AND a.id = b.arena_id AND a.state = 'open'
      AND p.arena_id = b.arena_id AND p.version = b.protocol_version
      AND p.document->'options' ? (CASE WHEN %(choice)s::text LIKE 'side%%' THEN 'model_a' ELSE %(choice)s::text END)
    RETURNING b.id, b.arena_id, b.matchup_id, b.annotator_id, b.revision, b.side_order, b.contestants, b.kind,
        (p.document->>'reveal')::boolean AS reveal, (p.document->>'undo_seconds')::int AS undo_seconds,
        CASE %(choice)s::text
            WHEN 'side_a' THEN CASE b.side_order WHEN 'ab' THEN 'model_a' ELSE 'model_b' END
            WHEN 'side_b' THEN CASE b.side_order WHEN 'ab' THEN 'model_b' ELSE 'model_a' END
            ELSE %(choice)s::text END AS winner
), recorded AS (
    INSERT INTO vote (battle_id, arena_id, revision, annotator_id, winner, after_reveal, source, cast_at)
    SELECT id, arena_id, revision, annotator_id, winner, (revision > 1 AND reveal) OR kind = 'named',
        %(source)s::text, now()
    FROM judged
    RETURNING cast_at, after_reveal
), covered AS (
    UPDATE matchup m SET coverage = m.coverage + 1
    FROM judged j JOIN before b ON b.id = j.id AND b.state = 'expired'
    WHERE m.id = j.matchup_id AND m.arena_id = j.arena_id
)
SELECT j.revision, %(choice)s::text AS choice, r.after_reveal, r.cast_at,
    r.cast_at + make_interval(secs => j.undo_seconds) AS undo_until, j.side_order,
    CASE WHEN j.reveal THEN (
        SELECT array_agg(ARRAY[m.name || CASE v.label WHEN '' THEN '' ELSE '@' || v.label END,
            m.organisation, m.licence, m.link] ORDER BY c.place)
        FROM unnest(j.contestants) WITH ORDINALITY AS c (id, place)
        JOIN model_version v ON v.id = c.id JOIN model m ON m.id = v.model_id
    ) END AS models
FROM judged j, recorded r
"""

# Taking back is a new revision without a winner. The matchup is free for others again: a choice made after the names
# were seen is kept, but counts no more.
_RETRACT = f"""
WITH {_PERSON}, taken_back AS (
    UPDATE battle b SET state = 'retracted', revision = b.revision + 1
    FROM person q, vote v, protocol p
    WHERE b.id = %(battle_id)s AND b.annotator_id = q.annotator_id AND b.state = 'voted'
      AND v.battle_id = b.id AND v.arena_id = b.arena_id AND v.revision = b.revision
      AND p.arena_id = b.arena_id AND p.version = b.protocol_version
      AND v.cast_at + make_interval(secs => (p.document->>'undo_seconds')::int) > now()
    RETURNING b.id, b.arena_id, b.matchup_id, b.annotator_id, b.revision, v.after_reveal
), recorded AS (
    INSERT INTO vote (battle_id, arena_id, revision, annotator_id, winner, source, cast_at)
    SELECT id, arena_id, revision, annotator_id, NULL, %(source)s::text, now() FROM taken_back
), uncovered AS (
    UPDATE matchup m SET coverage = greatest(m.coverage - 1, 0) FROM taken_back t
    WHERE m.id = t.matchup_id AND m.arena_id = t.arena_id AND NOT t.after_reveal
)
SELECT revision FROM taken_back
"""


@dataclass(frozen=True)
class Credentials:
    """The hashes of what the request carries; the statement itself finds out whose they are."""

    session_hash: bytes | None
    token_hash: bytes | None

    def parameters(self) -> dict[str, bytes | None]:
        return {"session_hash": self.session_hash, "token_hash": self.token_hash}


@dataclass(frozen=True)
class Cast:
    """A recorded vote. models holds [name, organisation, licence, link] by slot, or None where nothing is revealed."""

    revision: int
    choice: Choice
    after_reveal: bool
    cast_at: datetime
    undo_until: datetime
    side_order: str
    models: list[list[str | None]] | None


async def cast(
    connection: AsyncConnection[DictRow],
    credentials: Credentials,
    battle_id: uuid.UUID,
    *,
    choice: Choice,
    revision: int,
    source: str,
) -> Cast | None:
    """Record the vote if the battle is theirs, open, and in the revision that was shown; otherwise None."""
    result = await connection.execute(
        _CAST,
        {
            **credentials.parameters(),
            "battle_id": battle_id,
            "choice": choice,
            "revision": revision,
            "source": source,
        },
    )
    row = await result.fetchone()
    return None if row is None else Cast(**row)


async def retract(
    connection: AsyncConnection[DictRow], credentials: Credentials, battle_id: uuid.UUID, *, source: str
) -> int | None:
    """Take the current vote back if it is theirs and within the window. The new revision, or None."""
    result = await connection.execute(_RETRACT, {**credentials.parameters(), "battle_id": battle_id, "source": source})
    row = await result.fetchone()
    return None if row is None else row["revision"]
