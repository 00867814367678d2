"""Reading what a release is about, and keeping the state of releases."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.arenas.tables import Arena, Protocol
from app.model_registry.tables import Model, ModelVersion
from app.releases.tables import Release
from app.votes.tables import Vote

UNFINISHED = ("waiting", "writing")


@dataclass(frozen=True)
class ModelFacts:
    """What a manifest says of a model version."""

    name: str
    organisation: str | None
    licence: str | None
    link: str | None


async def lock_release(session: AsyncSession, release_id: uuid.UUID) -> None:
    """Hold off other writers of the same release until this transaction ends, also if it ends by a crash."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:id, 0))"), {"id": str(release_id)})


async def find_release(session: AsyncSession, arena_id: uuid.UUID, release_id: uuid.UUID) -> Release | None:
    return await session.scalar(select(Release).where(Release.id == release_id, Release.arena_id == arena_id))


async def list_releases(
    session: AsyncSession, arena_id: uuid.UUID, before: uuid.UUID | None, limit: int
) -> Sequence[Release]:
    """Newest first."""
    statement = select(Release).where(Release.arena_id == arena_id).order_by(Release.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(Release.id < before)
    return (await session.scalars(statement)).all()


async def start_release(session: AsyncSession, release_id: uuid.UUID) -> Release | None:
    """From waiting to writing. One that is being written already was left by a worker that died: it starts again."""
    statement = (
        update(Release)
        .where(Release.id == release_id, Release.state.in_(UNFINISHED))
        .values(state="writing", rows_written=0, rows_total=None)
        .returning(Release)
    )
    return await session.scalar(statement)


async def state_of(session: AsyncSession, release_id: uuid.UUID) -> str | None:
    return await session.scalar(select(Release.state).where(Release.id == release_id))


async def report_progress(session: AsyncSession, release_id: uuid.UUID, done: int, total: int) -> bool:
    """Whether the release is still wanted."""
    statement = (
        update(Release)
        .where(Release.id == release_id, Release.state == "writing")
        .values(rows_written=done, rows_total=total)
        .returning(Release.id)
    )
    return await session.scalar(statement) is not None


async def end_release(session: AsyncSession, release_id: uuid.UUID, state: str, **values: Any) -> bool:
    """From waiting or writing to an end, or back to waiting. False if it had ended otherwise."""
    finished_at = None if state == "waiting" else func.now()
    statement = (
        update(Release)
        .where(Release.id == release_id, Release.state.in_(UNFINISHED))
        .values(state=state, finished_at=finished_at, **values)
        .returning(Release.id)
    )
    return await session.scalar(statement) is not None


async def find_arena(session: AsyncSession, arena_id: uuid.UUID) -> Arena:
    return (await session.execute(select(Arena).where(Arena.id == arena_id))).scalar_one()


async def list_protocols(session: AsyncSession, arena_id: uuid.UUID) -> Sequence[Protocol]:
    return (
        await session.scalars(select(Protocol).where(Protocol.arena_id == arena_id).order_by(Protocol.version))
    ).all()


async def model_facts(session: AsyncSession) -> dict[str, ModelFacts]:
    """All model versions by their id. A version that has a label is called name@label."""
    statement = select(
        ModelVersion.id, Model.name, ModelVersion.label, Model.organisation, Model.licence, Model.link
    ).join(Model, Model.id == ModelVersion.model_id)
    facts = {}
    for row in await session.execute(statement):
        name = f"{row.name}@{row.label}" if row.label else row.name
        facts[str(row.id)] = ModelFacts(name, row.organisation, row.licence, row.link)
    return facts


async def count_votes(session: AsyncSession, arena_id: uuid.UUID) -> int:
    """All revisions: what a release goes through."""
    return (await session.execute(select(func.count()).where(Vote.arena_id == arena_id))).scalar_one()


async def kinds_of_votes(session: AsyncSession, arena_id: uuid.UUID) -> set[str]:
    """Which kinds of annotators have voted in an arena."""
    statement = text("""
        SELECT k.kind FROM unnest(ARRAY['human', 'judge', 'simulated']) AS k (kind)
        WHERE EXISTS (SELECT 1 FROM annotator n JOIN battle b ON b.annotator_id = n.id
            WHERE n.kind = k.kind AND b.arena_id = :arena_id AND b.revision > 0)
    """)
    return set(await session.scalars(statement, {"arena_id": arena_id}))


async def watermark(session: AsyncSession) -> tuple[int, datetime]:
    """The oldest transaction that this snapshot may not hold, and the snapshot's time."""
    row = (await session.execute(text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, now()"))).one()
    return row[0], row[1]
