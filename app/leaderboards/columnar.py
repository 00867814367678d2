"""What cannot be aggregated: single votes in order, with who cast them on what, as one block of bytes from Postgres.

Clustered intervals, online Elo, agreement and style control need to know more of a vote than its pair and outcome. No
vote becomes a Python object: a record of fixed length each, which NumPy reads as it stands.
"""

import uuid
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.leaderboards.counting import CURRENT, FIRST_OF_DAY, ORDER_OF_DAY
from app.leaderboards.schemas import AnnotatorKind
from app.leaderboards.selection import select_by
from app.leaderboards.slices import SliceDefinition
from app.leaderboards.tallies import Contestants
from app.ratings import WINNERS, CodedVotes
from app.ratings.arrays import FloatArray, IntArray, read_only_floats, read_only_integers

MOST_COLUMNAR_VOTES = 25_000_000
"""Postgres hands out no block above a gigabyte, and a record has 36 bytes."""

MEASURES = ("characters", "headers", "lists", "bold")

_RECORD = np.dtype([("number", ">i4"), ("voter", "S16"), ("item", "S16")])
_STYLE_RECORD = np.dtype([("item", "S16"), ("measures", ">i8", (2, len(MEASURES)))])
_SIDES = 3

# (code of a * models + code of b) * 4 + code of the winner, times 3, plus the display order: 0 where it was not
# recorded, 1 where slot a was on side A, 2 where slot b was.
_BLOCK = """
    WITH code AS (
        SELECT * FROM unnest(CAST(:version_ids AS uuid[]), CAST(:codes AS int[])) AS c (version_id, code)
    ), counting AS (
        SELECT {first} v.cast_at, v.source_row, v.battle_id, v.annotator_id, t.matchup_id,
            ((a.code * :models + b.code) * 4 + array_position(CAST(:winners AS text[]), v.winner::text) - 1) * 3
                + CASE t.side_order WHEN 'ab' THEN 1 WHEN 'ba' THEN 2 ELSE 0 END AS number
        {current}
        {order}
    )
    SELECT string_agg(int4send(number) || uuid_send(annotator_id) || uuid_send(matchup_id), ''::bytea
        ORDER BY cast_at NULLS FIRST, source_row NULLS FIRST, battle_id) FROM counting
"""
_CODE_JOINS = """
    JOIN code a ON a.version_id = t.contestants[1]
    JOIN code b ON b.version_id = t.contestants[2]
"""
_STYLES = text(f"""
    SELECT string_agg(uuid_send(matchup_id) || {
    " || ".join(f"int8send({measure}_{slot})" for slot in "ab" for measure in MEASURES)
}, ''::bytea)
    FROM (
        SELECT matchup_id, {
    ", ".join(
        f"coalesce(sum({measure}) FILTER (WHERE slot = '{slot}'), 0)::bigint AS {measure}_{slot}"
        for slot in "ab"
        for measure in MEASURES
    )
} FROM response WHERE arena_id = :arena_id GROUP BY matchup_id
    ) s
""")


@dataclass(frozen=True, eq=False)
class ColumnarVotes:
    """An arena's counting votes of one kind of annotator, in canonical order: by cast_at, source_row and battle.

    votes:       (V,) codes over all the arena's models
    voters:      (V,) who cast each, numbered in the order in which they first voted
    items:       (V,) the matchup that each is on, numbered alike
    sides:       (V,) 1 where slot a was on side A, 2 where slot b was, 0 where that was not recorded
    matchup_ids: (I,) bytes of the matchups' ids, by the items' numbers
    """

    votes: CodedVotes
    voters: IntArray
    items: IntArray
    sides: IntArray
    matchup_ids: np.ndarray[tuple[int, ...], np.dtype[np.bytes_]]


async def read_votes(
    session: AsyncSession,
    arena_id: uuid.UUID,
    definition: SliceDefinition,
    kind: AnnotatorKind,
    contestants: Contestants,
) -> ColumnarVotes:
    """The single votes of a slice by one kind of annotator."""
    selection = select_by(definition)
    current = CURRENT.format(
        joins=_CODE_JOINS + selection.joins, conditions=f"{selection.conditions} AND n.kind = :kind"
    )
    first, order = (FIRST_OF_DAY, ORDER_OF_DAY) if definition.one_vote_a_day else ("", "")
    parameters: dict[str, Any] = {
        "arena_id": arena_id,
        "kind": kind,
        "version_ids": list(contestants.version_ids),
        "codes": list(contestants.codes),
        "models": len(contestants.names),
        "winners": list(WINNERS),
        **selection.parameters,
    }
    statement = text(_BLOCK.format(first=first, current=current, order=order))
    return _decode(contestants.names, await session.scalar(statement, parameters) or b"")


async def read_styles(
    session: AsyncSession, arena_id: uuid.UUID, votes: ColumnarVotes
) -> tuple[FloatArray, FloatArray]:
    """(V, 4) style measures of model a's and of model b's answers of each vote, in the order of MEASURES.

    A conversation of several turns is measured as a whole.
    """
    rows = np.frombuffer(await session.scalar(_STYLES, {"arena_id": arena_id}) or b"", dtype=_STYLE_RECORD)
    order = np.argsort(rows["item"])
    known = rows["item"][order]
    place = np.searchsorted(known, votes.matchup_ids)
    found = np.zeros((len(votes.matchup_ids), 2, len(MEASURES)))
    is_known = place < len(known)
    is_known[is_known] = known[place[is_known]] == votes.matchup_ids[is_known]
    found[is_known] = rows["measures"][order[place[is_known]]]
    by_vote = found[votes.items]
    return read_only_floats(by_vote[:, 0]), read_only_floats(by_vote[:, 1])


def _decode(models: tuple[str, ...], block: bytes) -> ColumnarVotes:
    records = np.frombuffer(block, dtype=_RECORD)
    key, sides = np.divmod(records["number"].astype(np.int64), _SIDES)
    pair, winner = np.divmod(key, len(WINNERS))
    model_a, model_b = np.divmod(pair, max(len(models), 1))
    voters, _ = _numbered(records["voter"])
    items, matchup_ids = _numbered(records["item"])
    return ColumnarVotes(
        votes=CodedVotes(models=models, model_a=model_a, model_b=model_b, winner=winner),
        voters=voters,
        items=items,
        sides=read_only_integers(sides),
        matchup_ids=matchup_ids,
    )


def _numbered(
    ids: np.ndarray[tuple[int, ...], np.dtype[np.bytes_]],
) -> tuple[IntArray, np.ndarray[tuple[int, ...], np.dtype[np.bytes_]]]:
    """Numbers from 0 in the order of first appearance, so that they are the same wherever the votes come from."""
    known, first, inverse = np.unique(ids, return_index=True, return_inverse=True)
    order = np.argsort(first)
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order))
    return read_only_integers(number[inverse]), known[order]
