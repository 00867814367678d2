"""Providers: adding and changing them, and what is told of their credentials."""

import uuid
from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.viewer import Viewer
from app.config import Settings
from app.db.base import new_id
from app.db.committed import log_when_committed
from app.errors import ConflictError, NotFoundError
from app.model_registry import repository
from app.model_registry.access import require_administrator, require_researcher
from app.model_registry.addresses import check_provider
from app.model_registry.credentials import CredentialError, Vault, resolve, set_at
from app.model_registry.schemas import CredentialOut, ProviderChange, ProviderIn, ProviderOut
from app.model_registry.tables import Provider

KINDS_OF_ADMINISTRATORS = ("replay", "fault")

log = structlog.get_logger(__name__)


async def list_providers(session: AsyncSession, viewer: Viewer, settings: Settings) -> list[ProviderOut]:
    """By name."""
    require_researcher(viewer, "read")
    return [_out(provider, versions, settings) for provider, versions in await repository.list_providers(session)]


async def get_provider(
    session: AsyncSession, viewer: Viewer, settings: Settings, provider_id: uuid.UUID
) -> ProviderOut:
    require_researcher(viewer, "read")
    provider = await _load(session, provider_id)
    return _out(provider, await repository.count_versions(session, provider.id), settings)


async def add_provider(session: AsyncSession, viewer: Viewer, settings: Settings, wanted: ProviderIn) -> ProviderOut:
    """Raises InvalidInputError for an address that cannot be, ForbiddenError for what administrators alone may add."""
    require_researcher(viewer, "manage")
    if wanted.kind in KINDS_OF_ADMINISTRATORS:
        require_administrator(viewer, f"add {wanted.kind} providers")
    _require_rights(viewer, allow_private=wanted.allow_private, variable=wanted.credential_variable)
    base_url = wanted.base_url or None
    is_administrator = viewer.role == "admin"
    warning = await check_provider(
        wanted.kind, base_url, wanted.options, allow_private=wanted.allow_private, is_administrator=is_administrator
    )
    provider_id = new_id()
    values = wanted.model_dump(exclude={"credential", "base_url"}) | {"id": provider_id, "base_url": base_url}
    if wanted.credential is not None:
        values["credential"] = Vault(settings).seal(provider_id, wanted.credential)
    provider = await repository.add_provider(session, values)
    if provider is None:
        raise ConflictError(f"There is a provider {wanted.name} already. Choose another name.")
    log_when_committed(session, log, "provider added", provider=provider.name, kind=provider.kind, by=viewer.email)
    return _out(provider, 0, settings, warning)


async def change_provider(
    session: AsyncSession, viewer: Viewer, settings: Settings, provider_id: uuid.UUID, change: ProviderChange
) -> ProviderOut:
    """A new address takes the credential away unless the same change brings one.

    Otherwise whoever may change the address could have the credential sent to a machine of their own.
    """
    require_researcher(viewer, "manage")
    provider = await _load(session, provider_id, lock=True)
    given = change.model_fields_set
    if not may_change(viewer, provider):
        require_administrator(viewer, "change this provider")
    _require_rights(viewer, allow_private=bool(change.allow_private), variable=change.credential_variable)
    base_url = (change.base_url or None) if "base_url" in given else provider.base_url
    allow_private = provider.allow_private if change.allow_private is None else change.allow_private
    is_moved = base_url != provider.base_url
    warning = None
    if is_moved or allow_private != provider.allow_private:
        is_administrator = viewer.role == "admin"
        warning = await check_provider(
            provider.kind, base_url, provider.options, allow_private=allow_private, is_administrator=is_administrator
        )
    if is_moved or change.remove_credential or change.credential or change.credential_variable:
        provider.credential_variable = change.credential_variable
        provider.credential = Vault(settings).seal(provider.id, change.credential) if change.credential else None
    provider.base_url, provider.allow_private = base_url, allow_private
    await session.flush()
    log_when_committed(session, log, "provider changed", provider=provider.name, changed=sorted(given), by=viewer.email)
    return _out(provider, await repository.count_versions(session, provider.id), settings, warning)


async def remove_provider(session: AsyncSession, viewer: Viewer, provider_id: uuid.UUID) -> None:
    """Only while it serves nothing: what answered under its name has to stay known."""
    require_researcher(viewer, "manage")
    provider = await _load(session, provider_id, lock=True)
    if not may_change(viewer, provider):
        require_administrator(viewer, "remove this provider")
    versions = await repository.count_versions(session, provider.id)
    if versions:
        raise ConflictError(
            f"{provider.name} serves {versions} versions of models, so it stays. Its credential can be removed."
        )
    await session.delete(provider)
    await session.flush()
    log_when_committed(session, log, "provider removed", provider=provider.name, by=viewer.email)


def may_change(viewer: Viewer, provider: Provider | ProviderOut) -> bool:
    """Researchers change what they might have added themselves."""
    return viewer.role == "admin" or (provider.kind not in KINDS_OF_ADMINISTRATORS and not provider.allow_private)


def _require_rights(viewer: Viewer, *, allow_private: bool, variable: str | None) -> None:
    """A variable is the operator's: whoever chose an address of their own could have it by naming it."""
    if allow_private:
        require_administrator(viewer, "let a provider stand in the server's own network")
    if variable is not None:
        require_administrator(viewer, "take a credential from the server's environment")


async def _load(session: AsyncSession, provider_id: uuid.UUID, *, lock: bool = False) -> Provider:
    provider = await repository.find_provider(session, provider_id, lock=lock)
    if provider is None:
        raise NotFoundError("There is no such provider.")
    return provider


def _out(provider: Provider, versions: int, settings: Settings, warning: str | None = None) -> ProviderOut:
    shown: Mapping[str, Any] = {
        name: getattr(provider, name)
        for name in ("id", "name", "kind", "base_url", "options", "allow_private", "created_at")
    }
    return ProviderOut(**shown, credential=_describe(provider, settings), versions=versions, warning=warning)


def _describe(provider: Provider, settings: Settings) -> CredentialOut:
    """That there is one, since when, and whether it can be used; never more."""
    problem = None
    try:
        resolve(Vault(settings), provider.id, provider.credential, provider.credential_variable)
    except CredentialError as error:
        problem = error.detail
    if provider.credential is not None:
        return CredentialOut(kind="stored", set_at=set_at(provider.credential), problem=problem)
    if provider.credential_variable is not None:
        return CredentialOut(kind="variable", variable=provider.credential_variable, problem=problem)
    return CredentialOut(kind="none")
