"""Battles: getting the next one, loading one, skipping and flagging."""

import uuid
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.viewer import Viewer
from app.arenas.schemas import ProtocolDocument
from app.arenas.service import arena_and_protocol
from app.arenas.tables import Arena
from app.battles import repository, totals
from app.battles.content import by_side, text_of
from app.battles.draw import Drawer
from app.battles.schemas import FlagIn, TurnOut
from app.battles.tables import Battle, BattleFlag
from app.db.engine import Database
from app.errors import ConflictError, NotFoundError

_SKIP = """
WITH before AS (
    SELECT id, state FROM battle WHERE id = %(battle_id)s
), ended AS (
    UPDATE battle SET state = 'skipped', ended_at = now()
    WHERE id = %(battle_id)s AND annotator_id = %(annotator_id)s AND state IN ('shown', 'expired')
    RETURNING id, arena_id, matchup_id
), uncovered AS (
    UPDATE matchup m SET coverage = greatest(m.coverage - 1, 0)
    FROM ended e JOIN before b ON b.id = e.id AND b.state = 'shown'
    WHERE m.id = e.matchup_id AND m.arena_id = e.arena_id
)
SELECT id FROM ended
"""


@dataclass(frozen=True)
class Progress:
    """How far a person is in an arena."""

    done: int
    total: int


@dataclass(frozen=True)
class ShownBattle:
    """A battle with all that its page shows. Nothing in it names a model."""

    battle: Battle
    arena: Arena
    protocol: ProtocolDocument
    turns: list[TurnOut]


async def next_battle(
    database: Database, arena: Arena, annotator_id: uuid.UUID, *, lease_minutes: int, source: str
) -> uuid.UUID | None:
    """The battle that this person should see now; None when they have had all there is."""
    async with database.single_statements() as connection:
        return await Drawer(connection, arena.id, annotator_id, lease_minutes, source).next_battle()


async def prepare_battle(
    database: Database, arena_id: uuid.UUID, annotator_id: uuid.UUID, *, lease_minutes: int, source: str
) -> None:
    """Draw the one after, once the response is out."""
    async with database.single_statements() as connection:
        await Drawer(connection, arena_id, annotator_id, lease_minutes, source).prepare_battle()


async def access_battle(session: AsyncSession, viewer: Viewer, battle_id: uuid.UUID) -> Battle:
    """The viewer's own battle; the only way to load one. Another's looks the same as none at all."""
    battle = None
    if viewer.annotator_id is not None:
        battle = await repository.find_battle(session, battle_id, viewer.annotator_id)
    if battle is None:
        raise NotFoundError("You have no battle at this address. It may belong to another browser or session.")
    return battle


async def show_battle(session: AsyncSession, viewer: Viewer, battle_id: uuid.UUID) -> ShownBattle:
    battle = await access_battle(session, viewer, battle_id)
    arena, protocol = await arena_and_protocol(session, battle.arena_id, battle.protocol_version)
    exchanges = await repository.conversation(session, battle.arena_id, battle.matchup_id)
    turns = []
    for exchange in exchanges:
        # What was written before a battle failed may be half an answer, or one that moderation stopped.
        is_withheld = battle.state == "failed" and exchange is exchanges[-1]
        slots = ("", "") if is_withheld else (text_of(exchange.response_a), text_of(exchange.response_b))
        side_a, side_b = by_side(battle.side_order, *slots)
        turns.append(TurnOut(prompt=text_of(exchange.prompt), side_a=side_a, side_b=side_b))
    return ShownBattle(battle, arena, protocol, turns)


async def progress(session: AsyncSession, arena_id: uuid.UUID, annotator_id: uuid.UUID | None) -> Progress:
    total = await totals.count_matchups(session, arena_id)
    done = await repository.count_done(session, arena_id, annotator_id) if annotator_id else 0
    return Progress(done, max(total, done))


async def skip_battle(session: AsyncSession, viewer: Viewer, battle_id: uuid.UUID) -> Battle:
    """End a battle without a vote. Skipping twice is the same as once; a vote is never un-published by it."""
    battle = await access_battle(session, viewer, battle_id)
    connection = await session.connection()
    skipped = await connection.exec_driver_sql(_SKIP, {"battle_id": battle_id, "annotator_id": viewer.annotator_id})
    if skipped.first() is None and battle.state != "skipped":
        raise ConflictError("You have voted on this battle, so it cannot be skipped. Undo the vote instead.")
    await session.refresh(battle)
    return battle


async def flag_battle(session: AsyncSession, viewer: Viewer, battle_id: uuid.UUID, flag: FlagIn) -> Battle:
    """Tell the researchers that something is wrong; a battle still without a vote is skipped with it."""
    battle = await access_battle(session, viewer, battle_id)
    session.add(BattleFlag(arena_id=battle.arena_id, battle_id=battle.id, reason=flag.reason, note=flag.note))
    await session.flush()
    if battle.state in ("shown", "expired"):
        return await skip_battle(session, viewer, battle_id)
    return battle


async def list_flags(session: AsyncSession, arena: Arena) -> list[repository.Flagged]:
    return await repository.list_flags(session, arena.id)
