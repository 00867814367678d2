"""What changed between two boards: who moved, and whether further than the intervals allow. Pure."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from math import fsum

from pydantic import BaseModel, Field

from app.leaderboards.repository import StoredBoard
from app.leaderboards.schemas import EntryOut


class SnapshotOut(BaseModel):
    """One computation of a board, without its lines."""

    id: uuid.UUID
    slice: str
    method: str
    votes: int
    input_hash: str
    code_version: str
    duration_seconds: float
    computed_at: datetime


class Move(BaseModel):
    """One model on both boards; null where a board does not rank it."""

    model: str
    rating_before: float | None
    rating_after: float | None
    change: float | None = Field(description="In points, both boards centred on the models that both rank; else null.")
    rank_before: int | None
    rank_after: int | None
    votes_before: int
    votes_after: int
    beyond_intervals: bool = Field(
        description="Whether the 95 % intervals of the two ratings, centred alike, have no point in common. Boards"
        " share votes, so an honest change is rarely that large."
    )


class DiffOut(BaseModel):
    """From an earlier snapshot to a later one, or between any two: best first on the second."""

    before: SnapshotOut
    after: SnapshotOut
    changed_settings: list[str] = Field(description="Names of settings in which the two differ, also slice and method.")
    joined: list[str] = Field(description="Models that only the second ranks.")
    left: list[str] = Field(description="Models that only the first ranks.")
    moves: list[Move]


def snapshot_out(board: StoredBoard) -> SnapshotOut:
    one = board.snapshot
    return SnapshotOut(
        id=one.id,
        slice=one.slice,
        method=one.method,
        votes=one.votes,
        input_hash=one.input_hash,
        code_version=one.code_version,
        duration_seconds=one.duration_seconds,
        computed_at=one.created_at,
    )


def diff_boards(before: StoredBoard, after: StoredBoard) -> DiffOut:
    """Every model of either board, with what became of it.

    Ratings of a board say how models compare with each other; their mean is 1000 whichever models are ranked. Changes
    are therefore those of ratings centred on the models that both boards rank.
    """
    earlier = {entry.model: entry for entry in before.entries}
    later = {entry.model: entry for entry in after.entries}
    old, new = _ratings(before), _ratings(after)
    both = old.keys() & new.keys()
    shift = fsum(new[name] - old[name] for name in both) / len(both) if both else 0.0
    names = [*later, *(name for name in earlier if name not in later)]
    return DiffOut(
        before=snapshot_out(before),
        after=snapshot_out(after),
        changed_settings=_changed_settings(before, after),
        joined=sorted(new.keys() - old.keys()),
        left=sorted(old.keys() - new.keys()),
        moves=[_move(name, earlier.get(name), later.get(name), shift) for name in names],
    )


def _ratings(board: StoredBoard) -> dict[str, float]:
    return {entry.model: entry.rating for entry in board.entries if entry.rating is not None}


def _move(name: str, before: EntryOut | None, after: EntryOut | None, shift: float) -> Move:
    """`shift` is what the mean of the models ranked twice moved by because others came or went."""
    old, new = (before.rating if before else None), (after.rating if after else None)
    return Move(
        model=name,
        rating_before=old,
        rating_after=new,
        change=None if old is None or new is None else new - old - shift,
        rank_before=before.rank if before else None,
        rank_after=after.rank if after else None,
        votes_before=before.votes if before else 0,
        votes_after=after.votes if after else 0,
        beyond_intervals=_are_apart(before, after, shift),
    )


def _are_apart(one: EntryOut | None, other: EntryOut | None, shift: float) -> bool:
    bounds: Sequence[float | None] = (
        (one.rating_lower, one.rating_upper, other.rating_lower, other.rating_upper) if one and other else (None,)
    )
    known = [bound for bound in bounds if bound is not None]
    return len(known) == 4 and (known[0] + shift > known[3] or known[2] > known[1] + shift)


def _changed_settings(before: StoredBoard, after: StoredBoard) -> list[str]:
    one, other = before.snapshot, after.snapshot
    names = sorted(one.settings.keys() | other.settings.keys())
    changed = [name for name in names if one.settings.get(name) != other.settings.get(name)]
    if one.slice != other.slice and "slice" not in changed:
        changed.append("slice")
    return changed + ["method"] * (one.method != other.method)
