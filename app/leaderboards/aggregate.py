"""Counting an arena's votes: one consistent look at the database, and one block of integers out of it."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Database
from app.leaderboards.compute import CountedVotes
from app.leaderboards.schemas import KINDS, ModelFacts
from app.ratings import WINNERS, CodedVotes

# A million votes are joined and sorted in memory instead of on disk.
_ROOM = text("SET LOCAL work_mem = '128MB'")

_HORIZON = text("""
    SELECT pg_current_snapshot()::text AS counted, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS watermark,
        (SELECT system_identifier FROM pg_control_system()) AS cluster
""")

_CONTESTANTS = text("""
    SELECT v.id, m.name || CASE v.label WHEN '' THEN '' ELSE '@' || v.label END AS name,
        m.organisation, m.licence, m.link
    FROM model_version v JOIN model m ON m.id = v.model_id
    WHERE EXISTS (SELECT FROM matchup_slot s WHERE s.model_version_id = v.id AND s.arena_id = :arena_id)
    ORDER BY m.name, v.label
""")

# One number a vote: (code of a * models + code of b) * 4 + code of the winner. A battle of a model against itself says
# nothing about any other. A filter for each kind takes half the time of GROUP BY, which sorts whole rows.
_BLOCK = """
    string_agg(int4send(number), ''::bytea ORDER BY cast_at NULLS FIRST, source_row NULLS FIRST, battle_id)
    FILTER (WHERE kind = '{kind}') AS {kind}"""
_VOTES = text(f"""
    WITH code AS (
        SELECT * FROM unnest(CAST(:version_ids AS uuid[]), CAST(:codes AS int[])) AS c (version_id, code)
    ), counting AS (
        SELECT n.kind, v.cast_at, v.source_row, v.battle_id,
            (a.code * :models + b.code) * 4 + array_position(CAST(:winners AS text[]), v.winner::text) - 1 AS number
        FROM battle t
        JOIN vote v ON v.battle_id = t.id AND v.arena_id = t.arena_id AND v.revision = t.revision
        JOIN annotator n ON n.id = v.annotator_id
        JOIN code a ON a.version_id = t.contestants[1]
        JOIN code b ON b.version_id = t.contestants[2]
        WHERE t.arena_id = :arena_id AND v.winner IS NOT NULL AND NOT v.after_reveal AND a.code <> b.code
        AND NOT EXISTS (
            SELECT FROM vote_exclusion x
            WHERE x.battle_id = t.id AND x.arena_id = t.arena_id AND x.lifted_at IS NULL)
    )
    SELECT {", ".join(_BLOCK.format(kind=kind) for kind in KINDS)} FROM counting
""")


@dataclass(frozen=True)
class Horizon:
    """What the transaction that counted could see: see LeaderboardWatermark."""

    counted: str
    watermark: int
    cluster: int


async def count_votes(database: Database, arena_id: uuid.UUID) -> tuple[Horizon, CountedVotes]:
    """The votes that count on an arena's default board.

    Those of people; where there are none, of simulated annotators; where there are none of those either, of judges.
    Kinds are never mixed.
    """
    async with _one_look(database) as session:
        await session.execute(_ROOM)
        seen = (await session.execute(_HORIZON)).one()
        contestants = (await session.execute(_CONTESTANTS, {"arena_id": arena_id})).all()
        facts = {
            row.name: ModelFacts(name=row.name, organisation=row.organisation, licence=row.licence, link=row.link)
            for row in contestants
        }
        models = tuple(sorted(facts))
        position = {name: code for code, name in enumerate(models)}
        found = await session.execute(
            _VOTES,
            {
                "arena_id": arena_id,
                "version_ids": [row.id for row in contestants],
                "codes": [position[row.name] for row in contestants],
                "models": len(models),
                "winners": list(WINNERS),
            },
        )
        blocks = {kind: block for kind, block in zip(KINDS, found.one(), strict=True) if block}
    kind = next((kind for kind in KINDS if kind in blocks), None)
    return Horizon(seen.counted, seen.watermark, seen.cluster), CountedVotes(
        kind=kind,
        votes_by_kind={kind: len(blocks[kind]) // 4 for kind in KINDS if kind in blocks},
        votes=_decode(models, blocks[kind] if kind else b""),
        facts=tuple(facts[name] for name in models),
    )


@asynccontextmanager
async def _one_look(database: Database) -> AsyncIterator[AsyncSession]:
    """A read-only session in which every statement sees the same votes."""
    engine = database.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    async with AsyncSession(engine) as session, session.begin():
        yield session


def _decode(models: tuple[str, ...], block: bytes) -> CodedVotes:
    key = np.frombuffer(block, dtype=">i4").astype(np.int64)
    pair, winner = np.divmod(key, len(WINNERS))
    model_a, model_b = np.divmod(pair, max(len(models), 1))
    return CodedVotes(models=models, model_a=model_a, model_b=model_b, winner=winner)
