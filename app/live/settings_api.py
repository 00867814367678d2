"""The settings of a live arena, its pool and the state of its sampling, over the API."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query

from app.accounts.dependencies import SettingsDependency, ViewerDependency
from app.arenas.schemas import LiveSettings, Slug
from app.db.session import ReadSession, WriteSession
from app.live import pool
from app.live.managing import access_managed
from app.live.pool import Member, Place
from app.live.sampling_state import Exposure, PairState, SamplingState, sampling_state

router = APIRouter(prefix="/api/arenas/{slug}", tags=["live arenas"])

MostPairs = Annotated[int, Query(alias="most", ge=1, le=1_000)]


@router.get("/live")
async def get_live_settings(slug: Slug, session: ReadSession, viewer: ViewerDependency) -> LiveSettings:
    """How the arena is run. To change some of it, send those to PATCH the arena as `live`."""
    return (await access_managed(session, viewer, slug)).settings


@router.get("/pool")
async def get_pool(
    slug: Slug, session: ReadSession, settings: SettingsDependency, viewer: ViewerDependency
) -> list[Member]:
    """The models that are in the pool, and those that left it, with why one cannot be drawn now."""
    managed = await access_managed(session, viewer, slug)
    return await pool.members(session, settings, managed.arena.id)


@router.put("/pool/{version_id}", status_code=204)
async def put_into_pool(
    slug: Slug,
    version_id: uuid.UUID,
    body: Place,
    session: WriteSession,
    settings: SettingsDependency,
    viewer: ViewerDependency,
) -> None:
    """Have a model version in the pool with this role and weight, whether it is there already or not."""
    managed = await access_managed(session, viewer, slug)
    await pool.put(session, settings, managed.arena.id, version_id, body)


@router.delete("/pool/{version_id}", status_code=204)
async def remove_from_pool(slug: Slug, version_id: uuid.UUID, session: WriteSession, viewer: ViewerDependency) -> None:
    """It is drawn no more; battles, votes and its place on the board stay."""
    managed = await access_managed(session, viewer, slug)
    await pool.remove(session, managed.arena.id, version_id)


@router.get("/sampling")
async def get_sampling(
    slug: Slug,
    session: ReadSession,
    settings: SettingsDependency,
    viewer: ViewerDependency,
    most: MostPairs = 100,
) -> SamplingState:
    """The policy, and what it comes to as things stand."""
    return await sampling_state(session, settings, await access_managed(session, viewer, slug), most_pairs=most)


@router.get("/sampling/exposure")
async def get_exposure(
    slug: Slug, session: ReadSession, settings: SettingsDependency, viewer: ViewerDependency
) -> list[Exposure]:
    """For each model of the pool its battles so far, and in how many of the next ones it is expected to be."""
    managed = await access_managed(session, viewer, slug)
    return (await sampling_state(session, settings, managed, most_pairs=0)).models


@router.get("/sampling/pairs")
async def get_pairs(
    slug: Slug,
    session: ReadSession,
    settings: SettingsDependency,
    viewer: ViewerDependency,
    most: MostPairs = 100,
) -> list[PairState]:
    """The pairs that the policy wants votes on most, with their votes so far."""
    managed = await access_managed(session, viewer, slug)
    return (await sampling_state(session, settings, managed, most_pairs=most)).pairs
