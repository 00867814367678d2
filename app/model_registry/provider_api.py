"""Providers over the API. Credentials go in and never come out."""

import uuid

from fastapi import APIRouter, Response

from app.accounts.dependencies import SettingsDependency, ViewerDependency
from app.db.session import ReadSession, WriteSession
from app.model_registry import provider_service
from app.model_registry.schemas import ProviderChange, ProviderIn, ProviderOut

router = APIRouter(prefix="/api/providers", tags=["models"])


@router.get("")
async def list_providers(
    session: ReadSession, viewer: ViewerDependency, settings: SettingsDependency
) -> list[ProviderOut]:
    """Where models are served, by name. For researchers."""
    return await provider_service.list_providers(session, viewer, settings)


@router.post("", status_code=201)
async def add_provider(
    body: ProviderIn, session: WriteSession, viewer: ViewerDependency, settings: SettingsDependency, response: Response
) -> ProviderOut:
    """Add a provider. Administrators alone add replay and fault providers, private addresses, and variables."""
    added = await provider_service.add_provider(session, viewer, settings, body)
    response.headers["Location"] = f"/api/providers/{added.id}"
    return added


@router.get("/{provider_id}")
async def get_provider(
    provider_id: uuid.UUID, session: ReadSession, viewer: ViewerDependency, settings: SettingsDependency
) -> ProviderOut:
    return await provider_service.get_provider(session, viewer, settings, provider_id)


@router.patch("/{provider_id}")
async def change_provider(
    provider_id: uuid.UUID,
    body: ProviderChange,
    session: WriteSession,
    viewer: ViewerDependency,
    settings: SettingsDependency,
) -> ProviderOut:
    """Change the address or the credential. A new address takes the credential away unless one comes with it."""
    return await provider_service.change_provider(session, viewer, settings, provider_id, body)


@router.delete("/{provider_id}", status_code=204)
async def remove_provider(provider_id: uuid.UUID, session: WriteSession, viewer: ViewerDependency) -> None:
    """Remove a provider that serves nothing."""
    await provider_service.remove_provider(session, viewer, provider_id)
