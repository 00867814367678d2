"""Models over the API."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from app.accounts.dependencies import SettingsDependency, ViewerDependency
from app.db.session import DatabaseDependency, ReadSession, WriteSession
from app.model_registry import applying, service, trying
from app.model_registry.schemas import (
    ModelChange,
    ModelIn,
    ModelOut,
    TrialIn,
    TrialOut,
    VersionChange,
    VersionIn,
    VersionOut,
)
from app.model_registry.yaml_file import MOST_CHARACTERS

router = APIRouter(prefix="/api/models", tags=["models"])


@router.get("")
async def list_models(session: ReadSession, viewer: ViewerDependency) -> list[ModelOut]:
    """All models by name, with their versions and what the calls of the last 24 hours say. For researchers."""
    return await service.list_models(session, viewer)


@router.post("", status_code=201)
async def add_model(body: ModelIn, session: WriteSession, viewer: ViewerDependency, response: Response) -> ModelOut:
    """Add a model with its first version, which is a draft unless it says otherwise."""
    added = await service.add_model(session, viewer, body)
    response.headers["Location"] = f"/api/models/{added.id}"
    return added


@router.post("/apply")
async def apply_file(
    session: WriteSession,
    viewer: ViewerDependency,
    settings: SettingsDependency,
    text: Annotated[str, Body(media_type="application/yaml", max_length=MOST_CHARACTERS)],
    dry_run: Annotated[bool, Query(description="Only say what would change.")] = False,
) -> list[applying.Change]:
    """Make the registry say what a YAML file says; the answer lists what that changed."""
    return await applying.apply_file(session, viewer, settings, text, dry_run=dry_run)


@router.get("/{model_id}")
async def get_model(model_id: uuid.UUID, session: ReadSession, viewer: ViewerDependency) -> ModelOut:
    return await service.get_model(session, viewer, model_id)


@router.patch("/{model_id}")
async def change_model(
    model_id: uuid.UUID, body: ModelChange, session: WriteSession, viewer: ViewerDependency
) -> ModelOut:
    """Change what is known of a model: organisation, licence, link, modalities, aliases. Its name stays."""
    return await service.change_model(session, viewer, model_id, body)


@router.post("/{model_id}/versions", status_code=201)
async def add_version(
    model_id: uuid.UUID, body: VersionIn, session: WriteSession, viewer: ViewerDependency
) -> VersionOut:
    """Add a version: other weights, another provider, or other settings."""
    return await service.add_version(session, viewer, model_id, body)


@router.patch("/versions/{version_id}")
async def change_version(
    version_id: uuid.UUID, body: VersionChange, session: WriteSession, viewer: ViewerDependency
) -> VersionOut:
    """Change the state, the prices or the limits of a version. What shapes its answers never changes."""
    return await service.change_version(session, viewer, version_id, body)


@router.post("/versions/{version_id}/test")
async def test_version(
    version_id: uuid.UUID,
    body: TrialIn,
    database: DatabaseDependency,
    viewer: ViewerDependency,
    settings: SettingsDependency,
) -> TrialOut:
    """Ask the model something short. The answer says how long it took and what it cost, or what went wrong."""
    return await trying.try_version(database, viewer, settings, version_id, body)
