"""From votes to a snapshot: one look at the database, the computation, and one short transaction that writes."""

import asyncio
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Database
from app.leaderboards import repository, slice_repository
from app.leaderboards.columnar import MOST_COLUMNAR_VOTES, read_styles, read_votes
from app.leaderboards.compute import METHOD, Board, CountedVotes, compute_board
from app.leaderboards.counting import Change, adopt, find_change, one_look
from app.leaderboards.kinds import choose_kind
from app.leaderboards.schemas import AnnotatorKind, BoardMethod, ModelFacts, SingleVotes
from app.leaderboards.slices import OVERALL, SliceDefinition
from app.leaderboards.tables import LeaderboardSnapshot
from app.leaderboards.tallies import Contestants, counts_with, write_change
from app.ratings import PairCounts

log = structlog.get_logger(__name__)

# Up to so many votes each count looks at all of them one by one; beyond, only as often as LOOK_PAUSE_SECONDS and
# LOOK_SHARE allow. See docs/decisions/0008-single-votes.md.
MOST_VOTES_EACH_TIME = 100_000
LOOK_PAUSE_SECONDS = 600.0
LOOK_SHARE = 0.05

_CONTESTANTS = text("""
    SELECT v.id, m.name || CASE v.label WHEN '' THEN '' ELSE '@' || v.label END AS name,
        m.organisation, m.licence, m.link
    FROM model_version v JOIN model m ON m.id = v.model_id
    WHERE EXISTS (SELECT FROM matchup_slot s WHERE s.model_version_id = v.id AND s.arena_id = :arena_id)
    ORDER BY m.name, v.label
""")


@dataclass(frozen=True)
class Look:
    """What one look at the database gave: the change of the stored counts, and what boards are computed from."""

    change: Change
    counted: CountedVotes


async def take_look(
    database: Database,
    arena_id: uuid.UUID,
    slice_name: str,
    definition: SliceDefinition,
    methods: Sequence[BoardMethod] = (METHOD,),
) -> Look:
    """A slice's counts as they are now, and the single votes where they are few or their time has come."""
    await adopt(database, arena_id, slice_name)
    async with one_look(database) as session:
        change = await find_change(session, arena_id, slice_name, definition)
        contestants, facts = await read_contestants(session, arena_id)
        by_kind = await counts_with(session, arena_id, slice_name, contestants, change)
        kind = choose_kind(by_kind)
        nothing = _empty(contestants)
        counted = CountedVotes(
            kind=kind,
            votes_by_kind={kind: int(counts.total_votes) for kind, counts in by_kind.items()},
            counts=by_kind[kind] if kind else nothing,
            facts=facts,
            definition=definition,
            earlier=await repository.last_look(session, arena_id, slice_name),
        )
        if kind is not None and _may_look(counted, methods):
            counted = await _look_closer(session, arena_id, kind, contestants, counted, methods)
    return Look(change, counted)


async def refresh_slice(
    database: Database,
    arena_id: uuid.UUID,
    slice_name: str,
    definition: SliceDefinition,
    methods: Sequence[BoardMethod] = (METHOD,),
) -> list[LeaderboardSnapshot]:
    """Count a slice's votes and write a snapshot for each method whose board is another than its last."""
    started = time.perf_counter()
    look = await take_look(database, arena_id, slice_name, definition, methods)
    looked = time.perf_counter() - started
    boards = []
    for method in methods:
        if method == "style-controlled" and look.counted.styles is None:
            continue  # too many votes to look at each now, or none
        began = time.perf_counter()
        board = await asyncio.to_thread(compute_board, look.counted, method)
        boards.append((_dated(board, look.counted, looked), looked + time.perf_counter() - began))
    written = []
    async with database.session() as session:
        is_there = slice_name == OVERALL or await slice_repository.lock_slice(session, arena_id, slice_name)
        if not is_there or not await write_change(session, arena_id, slice_name, look.change):
            return []
        for board, seconds in boards:
            if differs(board, await repository.last_input(session, arena_id, slice_name, board)):
                written.append(
                    await repository.add_snapshot(
                        session,
                        arena_id,
                        board,
                        watermark=look.change.horizon.watermark,
                        duration_seconds=seconds,
                        slice_name=slice_name,
                    )
                )
        if written:
            await repository.thin_snapshots(session, arena_id, slice_name)
    for snapshot in written:
        log.info(
            "leaderboard computed",
            arena=str(arena_id),
            slice=slice_name,
            method=snapshot.method,
            votes=snapshot.votes,
            seconds=round(snapshot.duration_seconds, 3),
        )
    return written


def differs(board: Board, latest: repository.LastInput | None) -> bool:
    """The same votes by the same method give the same numbers. An arena without votes has no board yet."""
    if latest is None:
        return board.votes > 0
    if (board.input_hash, board.settings) != (latest.input_hash, latest.settings):
        return True
    single = board.details.single_votes
    return single is not None and single.votes_hash != latest.votes_hash


async def read_contestants(session: AsyncSession, arena_id: uuid.UUID) -> tuple[Contestants, tuple[ModelFacts, ...]]:
    """The model versions of an arena, and what is known of each model in the order of its names."""
    rows = (await session.execute(_CONTESTANTS, {"arena_id": arena_id})).all()
    facts = {
        row.name: ModelFacts(name=row.name, organisation=row.organisation, licence=row.licence, link=row.link)
        for row in rows
    }
    names = tuple(sorted(facts))
    code = {name: index for index, name in enumerate(names)}
    contestants = Contestants([row.id for row in rows], names, [code[row.name] for row in rows])
    return contestants, tuple(facts[name] for name in names)


def _empty(contestants: Contestants) -> PairCounts:
    return PairCounts.from_rows((), models=contestants.names)


def _may_look(counted: CountedVotes, methods: Sequence[BoardMethod]) -> bool:
    votes, earlier = counted.counts.total_votes, counted.earlier
    if votes <= MOST_VOTES_EACH_TIME:
        return True
    if votes > MOST_COLUMNAR_VOTES:
        return False
    if earlier is None or earlier.looked_at is None or "style-controlled" in methods:
        return True
    pause = max(LOOK_PAUSE_SECONDS, earlier.seconds / LOOK_SHARE)
    return (datetime.now(UTC) - earlier.looked_at).total_seconds() >= pause


async def _look_closer(
    session: AsyncSession,
    arena_id: uuid.UUID,
    kind: AnnotatorKind,
    contestants: Contestants,
    counted: CountedVotes,
    methods: Sequence[BoardMethod],
) -> CountedVotes:
    single = await read_votes(session, arena_id, counted.definition, kind, contestants)
    styles = await read_styles(session, arena_id, single) if "style-controlled" in methods else None
    return replace(counted, single=single, styles=styles)


def _dated(board: Board, counted: CountedVotes, seconds: float) -> Board:
    """When the single votes were looked at, and how long it took: no part of the computation."""
    single = board.details.single_votes
    if counted.single is None or single is None:
        return board
    dated: SingleVotes = single.model_copy(update={"looked_at": datetime.now(UTC), "seconds": round(seconds, 3)})
    return replace(board, details=board.details.model_copy(update={"single_votes": dated}))
