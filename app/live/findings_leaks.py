"""The battles of a live arena in which a name leaked, each once, and what a researcher does about their votes."""

import asyncio
import itertools
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.battles.content import text_of
from app.db.base import new_id
from app.errors import NotFoundError
from app.live.findings import LAST, NAME_OF_VERSION, PAGE
from app.moderation.personal_data import mask
from app.web.pagination import Page, encode_cursor

AROUND: Final = 60  # characters of an answer that are shown before and after a leaked name
LOOKED_AT: Final = 1_000  # and that are masked before: half of a number is no number
MOST_QUOTES: Final = 3  # of one answer; whoever names itself often does so alike

# A battle stands where its newest leak does. Postgres has no max() of uuid before 18.
_LEAKS = text(f"""
    WITH newest AS (
        SELECT DISTINCT ON (battle_id) battle_id, id FROM identity_leak
        WHERE arena_id = :arena_id ORDER BY battle_id, id DESC
    ), page AS (
        SELECT id, battle_id FROM newest WHERE id < :before ORDER BY id DESC LIMIT :most
    )
    SELECT p.id AS key, l.battle_id, l.turn_index, l.slot, l.name, l.start, l."end", l.created_at, r.blocks,
        {NAME_OF_VERSION} AS model,
        EXISTS (SELECT FROM vote_exclusion x WHERE (x.battle_id, x.arena_id) = (l.battle_id, l.arena_id)
            AND x.reason = 'identity-leak' AND x.lifted_at IS NULL) AS is_excluded,
        EXISTS (SELECT FROM vote t WHERE (t.battle_id, t.arena_id) = (l.battle_id, l.arena_id)) AS has_votes
    FROM page p
    JOIN identity_leak l ON (l.battle_id, l.arena_id) = (p.battle_id, :arena_id)
    JOIN battle b ON (b.id, b.arena_id) = (l.battle_id, l.arena_id)
    JOIN response r ON (r.matchup_id, r.arena_id, r.slot, r.turn_index)
        = (b.matchup_id, b.arena_id, l.slot, l.turn_index)
    JOIN model_version v ON v.id = b.contestants[CASE l.slot WHEN 'a' THEN 1 ELSE 2 END]
    JOIN model m ON m.id = v.model_id
    ORDER BY p.id DESC, l.turn_index, l.slot, l.start, l.id
""")

_HAS_LEAK = text("""
    SELECT b.id FROM battle b WHERE b.arena_id = :arena_id AND b.id = :battle_id
        AND EXISTS (SELECT FROM identity_leak l WHERE (l.battle_id, l.arena_id) = (b.id, b.arena_id))
    FOR UPDATE OF b
""")

_LIFT = text("""
    UPDATE vote_exclusion SET lifted_at = now() WHERE arena_id = :arena_id AND battle_id = :battle_id
        AND reason = 'identity-leak' AND lifted_at IS NULL
""")

_RAISE = text("""
    INSERT INTO vote_exclusion (id, arena_id, battle_id, reason, excluded_by)
    SELECT :id, :arena_id, :battle_id, 'identity-leak', 'researcher'
    WHERE NOT EXISTS (SELECT FROM vote_exclusion x WHERE x.arena_id = :arena_id AND x.battle_id = :battle_id
        AND x.reason = 'identity-leak' AND x.lifted_at IS NULL)
""")


class Piece(NamedTuple):
    """A part of a quotation, on one line."""

    text: str
    is_name: bool


@dataclass(frozen=True)
class LeakyAnswer:
    """An answer with the names in it, each once, and the first places where they stand. turn counts from 1."""

    model: str
    turn: int
    names: Sequence[str]
    quotes: Sequence[Sequence[Piece]]
    places: int


@dataclass(frozen=True)
class LeakyBattle:
    battle_id: uuid.UUID
    created_at: datetime
    is_excluded: bool
    has_votes: bool
    answers: Sequence[LeakyAnswer]


async def leaks(session: AsyncSession, arena_id: uuid.UUID, before: uuid.UUID | None) -> Page[LeakyBattle]:
    """Newest first, from the cursor on."""
    values = {"arena_id": arena_id, "most": PAGE + 1, "before": before or LAST}
    rows = (await session.execute(_LEAKS, values)).mappings().all()
    battles = [list(group) for _, group in itertools.groupby(rows, key=lambda row: row["key"])]
    # Looking for personal data takes milliseconds a text, and others wait on this thread.
    items = await asyncio.to_thread(lambda: list(map(_battle, battles[:PAGE])))
    return Page(items, encode_cursor(battles[PAGE - 1][0]["key"]) if len(battles) > PAGE else None)


async def lift(session: AsyncSession, arena_id: uuid.UUID, battle_id: uuid.UUID) -> None:
    """Have a battle's votes count again, although a name leaked in it."""
    await _lock(session, arena_id, battle_id)
    await session.execute(_LIFT, {"arena_id": arena_id, "battle_id": battle_id})


async def exclude(session: AsyncSession, arena_id: uuid.UUID, battle_id: uuid.UUID) -> None:
    """Set a battle's votes aside again: a lifted exclusion stays lifted, and another is raised."""
    await _lock(session, arena_id, battle_id)
    await session.execute(_RAISE, {"id": new_id(), "arena_id": arena_id, "battle_id": battle_id})


async def _lock(session: AsyncSession, arena_id: uuid.UUID, battle_id: uuid.UUID) -> None:
    """Hold the battle until the end of the transaction, so that two who press at once raise one exclusion."""
    values = {"arena_id": arena_id, "battle_id": battle_id}
    if (await session.execute(_HAS_LEAK, values)).first() is None:
        raise NotFoundError("No name leaked in this battle.")


def _battle(rows: Sequence[RowMapping]) -> LeakyBattle:
    answers = [list(group) for _, group in itertools.groupby(rows, key=lambda row: (row["turn_index"], row["slot"]))]
    return LeakyBattle(
        battle_id=rows[0]["battle_id"],
        created_at=max(row["created_at"] for row in rows),
        is_excluded=rows[0]["is_excluded"],
        has_votes=rows[0]["has_votes"],
        answers=list(map(_answer, answers)),
    )


def _answer(rows: Sequence[RowMapping]) -> LeakyAnswer:
    places = list(_places((row["start"], row["end"]) for row in rows))
    answer = text_of(rows[0]["blocks"])
    return LeakyAnswer(
        model=rows[0]["model"],
        turn=rows[0]["turn_index"] + 1,
        names=list(dict.fromkeys(row["name"] for row in rows)),
        quotes=[quote(answer, near) for near in places[:MOST_QUOTES]],
        places=len(places),
    )


def _places(spans: Iterable[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Spans that one quotation shows together, in order, without those that overlap an earlier one."""
    near: list[tuple[int, int]] = []
    for start, end in spans:
        if near and start < near[-1][1]:
            continue
        if near and start - near[-1][1] > 2 * AROUND:
            yield near
            near = []
        near.append((start, end))
    yield near


def quote(answer: str, spans: Sequence[tuple[int, int]]) -> list[Piece]:
    """What stands at and around the spans, masked, on one line."""
    first, last = spans[0][0], spans[-1][1]
    before = _on_one_line(mask(answer[max(first - LOOKED_AT, 0) : first]))
    after = _on_one_line(mask(answer[last : last + LOOKED_AT]))
    pieces = [Piece(before if len(before) <= AROUND else f"…{before[-AROUND:]}", is_name=False)]
    for (start, end), following in itertools.zip_longest(spans, spans[1:]):
        pieces.append(Piece(_on_one_line(answer[start:end]), is_name=True))
        if following is not None:
            pieces.append(Piece(_on_one_line(mask(answer[end : following[0]])), is_name=False))
    return [*pieces, Piece(after if len(after) <= AROUND else f"{after[:AROUND]}…", is_name=False)]


def _on_one_line(part: str) -> str:
    return re.sub(r"\s+", " ", part)
