"""Simulated people who vote in the demo arena, so that its board has something to show.

They are annotators of kind `simulated` and their votes are of source `simulation`: a board never mixes them with those
of people. They go the way that people go: a battle is drawn for them, and the vote is cast by their session.
"""

import math
import random
from collections.abc import Mapping
from uuid import UUID

import psycopg
from psycopg.rows import DictRow
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.accounts.service import start_session
from app.accounts.tables import Annotator
from app.accounts.tokens import hash_token
from app.arenas.tables import Arena
from app.battles.draw import Drawer
from app.db.engine import Database
from app.votes.cast import Credentials, cast
from app.votes.rules import Choice

PEOPLE = 8
VOTES_EACH = 40
TIE_WIDTH = 0.35
SEED = 20_261_121

_SIDES = text("""
    SELECT array_agg(m.name ORDER BY (c.id = b.first_contestant) DESC) AS names
    FROM battle b, unnest(b.contestants) AS c (id)
    JOIN model_version v ON v.id = c.id JOIN model m ON m.id = v.model_id
    WHERE b.id = :battle_id
""")


async def simulate_votes(database: Database, arena: Arena, strengths: Mapping[str, float]) -> int:
    """Let simulated people vote by a Bradley-Terry model of the given strengths. Returns the number of votes."""
    chance = random.Random(SEED)  # noqa: S311 (a simulation must be repeatable)
    cast_votes = 0
    for _ in range(PEOPLE):
        async with database.session() as session:
            annotator = Annotator(kind="simulated")
            session.add(annotator)
            await session.flush()
            token = await start_session(session, annotator.id, days=1)
        async with database.single_statements() as connection, database.direct() as direct:
            drawer = Drawer(connection, arena.id, annotator.id, lease_minutes=5, source="simulation")
            credentials = Credentials(hash_token(token), None)
            cast_votes += await _vote_all(direct, drawer, credentials, strengths, chance)
    return cast_votes


async def _vote_all(
    direct: psycopg.AsyncConnection[DictRow],
    drawer: Drawer,
    credentials: Credentials,
    strengths: Mapping[str, float],
    chance: random.Random,
) -> int:
    for number in range(VOTES_EACH):
        battle_id = await drawer.next_battle()
        if battle_id is None:
            return number
        choice = await _choose(drawer.connection, battle_id, strengths, chance)
        await cast(direct, credentials, battle_id, choice=choice, revision=0, source="simulation")
    return VOTES_EACH


async def _choose(
    connection: AsyncConnection, battle_id: UUID, strengths: Mapping[str, float], chance: random.Random
) -> Choice:
    side_a, side_b = (await connection.execute(_SIDES, {"battle_id": battle_id})).scalar_one()
    difference = strengths[side_a] - strengths[side_b] + chance.gauss(0, 1) * math.pi / math.sqrt(3)
    if abs(difference) < TIE_WIDTH:
        return "both_bad" if strengths[side_a] + strengths[side_b] < 0 else "tie"
    return "side_a" if difference > 0 else "side_b"
