"""Models and their versions: adding them, changing what may change, and telling how they do."""

import uuid
from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.viewer import Viewer
from app.db.committed import log_when_committed
from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.model_registry import calls, repository
from app.model_registry.access import require_researcher
from app.model_registry.repository import Served
from app.model_registry.schemas import (
    ModelChange,
    ModelIn,
    ModelOut,
    VersionChange,
    VersionIn,
    VersionOut,
    VersionState,
)
from app.model_registry.states import may_become
from app.model_registry.tables import Model, ModelVersion

_FACTS = ("id", "name", "organisation", "licence", "link", "modalities", "aliases", "created_at")
_OF_VERSION = (
    "id",
    "model_id",
    "label",
    "state",
    "served_as",
    "settings",
    "input_price",
    "output_price",
    "daily_budget",
    "max_concurrency",
    "first_fragment_seconds",
    "whole_seconds",
    "created_at",
)

log = structlog.get_logger(__name__)


async def list_models(session: AsyncSession, viewer: Viewer) -> list[ModelOut]:
    """All models by name, with their versions and how these do."""
    require_researcher(viewer, "read")
    models = await repository.list_models(session)
    versions = await _told(session, await repository.find_versions(session))
    return [_model_out(model, versions.get(model.id, [])) for model in models]


async def get_model(session: AsyncSession, viewer: Viewer, model_id: uuid.UUID) -> ModelOut:
    require_researcher(viewer, "read")
    model = await _load_model(session, model_id)
    versions = await _told(session, await repository.find_versions(session, model_id=model_id))
    return _model_out(model, versions.get(model_id, []))


async def add_model(session: AsyncSession, viewer: Viewer, wanted: ModelIn) -> ModelOut:
    """A model with its first version."""
    require_researcher(viewer, "manage")
    async with session.begin_nested():  # a version that is refused takes its model with it
        model = await repository.add_model(session, wanted.model_dump(exclude={"version"}))
        if model is None:
            raise ConflictError(f"There is a model {wanted.name} already. Add a version to it, or choose another name.")
        await _add_version(session, model, wanted.version)
    log_when_committed(session, log, "model added", model=model.name, by=viewer.email)
    return await get_model(session, viewer, model.id)


async def change_model(session: AsyncSession, viewer: Viewer, model_id: uuid.UUID, change: ModelChange) -> ModelOut:
    """Change what is known of a model. Its name stays: votes and boards know it by that."""
    require_researcher(viewer, "manage")
    model = await _load_model(session, model_id)
    for name in change.model_fields_set:
        value = getattr(change, name)
        setattr(model, name, list(value) if isinstance(value, tuple) else value or None)
    await session.flush()
    log_when_committed(
        session, log, "model changed", model=model.name, changed=sorted(change.model_fields_set), by=viewer.email
    )
    return await get_model(session, viewer, model_id)


async def add_version(session: AsyncSession, viewer: Viewer, model_id: uuid.UUID, wanted: VersionIn) -> VersionOut:
    require_researcher(viewer, "manage")
    model = await _load_model(session, model_id)
    version = await _add_version(session, model, wanted)
    log_when_committed(session, log, "model version added", version=named(model, version), by=viewer.email)
    return await get_version(session, viewer, version.id)


async def get_version(session: AsyncSession, viewer: Viewer, version_id: uuid.UUID) -> VersionOut:
    require_researcher(viewer, "read")
    found = await repository.find_versions(session, version_ids=[version_id])
    if not found:
        raise NotFoundError("There is no such version of a model.")
    [[version]] = (await _told(session, found)).values()
    return version


async def change_version(
    session: AsyncSession, viewer: Viewer, version_id: uuid.UUID, change: VersionChange
) -> VersionOut:
    """Change prices, limits or the state. What shapes the answers never changes: that is another version."""
    require_researcher(viewer, "manage")
    version, model = await _load_served(session, version_id)
    given = change.model_fields_set
    if "state" in given:
        await _change_state(session, version, model, change.state)
    for name in given - {"state"}:
        setattr(version, name, getattr(change, name))
    await session.flush()
    log_when_committed(
        session, log, "model version changed", version=named(model, version), changed=sorted(given), by=viewer.email
    )
    return await get_version(session, viewer, version_id)


async def drawn(session: AsyncSession, model: ModelOut) -> set[uuid.UUID]:
    """The versions that arenas have called, which can be drafts no more."""
    return await repository.find_drawn(session, [version.id for version in model.versions])


def named(model: Model, version: ModelVersion) -> str:
    """The name of a version, as votes, boards and exports have it."""
    return f"{model.name}@{version.label}" if version.label else model.name


async def _add_version(session: AsyncSession, model: Model, wanted: VersionIn) -> ModelVersion:
    provider = await repository.find_provider_by_name(session, wanted.provider)
    if provider is None:
        raise InvalidInputError(f"There is no provider {wanted.provider}. Add it first, or choose another.")
    values = wanted.model_dump(exclude={"provider", "settings"}) | {
        "model_id": model.id,
        "provider_id": provider.id,
        "settings": wanted.settings.stored(),
    }
    version = await repository.add_version(session, values)
    if version is None:
        label = f"version {wanted.label}" if wanted.label else "version without a label"
        raise ConflictError(f"{model.name} has a {label} already. Choose another label.")
    return version


async def _change_state(session: AsyncSession, version: ModelVersion, model: Model, wanted: VersionState) -> None:
    current: VersionState = version.state  # type: ignore[assignment]  # a check constraint holds it to the four
    if wanted == current:
        return
    was_drawn = version.id in await repository.find_drawn(session, [version.id])
    if not may_become(current, wanted, was_drawn=was_drawn):
        why = "arenas have called it, so pause it instead" if wanted == "draft" else f"it is {current}"
        raise ConflictError(f"{named(model, version)} cannot become {wanted}: {why}.")
    version.state = wanted


async def _load_model(session: AsyncSession, model_id: uuid.UUID) -> Model:
    model = await repository.find_model(session, model_id)
    if model is None:
        raise NotFoundError("There is no such model.")
    return model


async def _load_served(session: AsyncSession, version_id: uuid.UUID) -> tuple[ModelVersion, Model]:
    found = await repository.lock_version(session, version_id)
    if found is None:
        raise NotFoundError("There is no such version of a model.")
    if found.provider is None:
        raise ConflictError("Its outputs were imported and it is never called, so there is nothing to set.")
    return found.version, found.model


async def _told(session: AsyncSession, rows: Sequence[Served]) -> dict[uuid.UUID, list[VersionOut]]:
    """Versions by model, each with what its calls say."""
    served = [version.id for version, _, provider in rows if provider is not None]
    recent = await calls.figures(session, served)
    spent = await calls.spent_today(session, served)
    circuits = await calls.circuit_states(session, served)
    pools = await repository.count_pools(session, served)
    told: dict[uuid.UUID, list[VersionOut]] = {}
    for version, model, provider in rows:
        shown: dict[str, Any] = {name: getattr(version, name) for name in _OF_VERSION}
        shown |= {"provider": provider.name if provider else None, "display_name": named(model, version)}
        if provider is not None:
            shown |= {
                "last_24_hours": recent[version.id],
                "spent_today": spent[version.id],
                "circuit": circuits[version.id],
                "pools": pools.get(version.id, 0),
            }
        told.setdefault(model.id, []).append(VersionOut(**shown))
    return told


def _model_out(model: Model, versions: Sequence[VersionOut]) -> ModelOut:
    return ModelOut(**{name: getattr(model, name) for name in _FACTS}, versions=list(versions))
