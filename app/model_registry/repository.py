"""Reading and writing providers, models and versions."""

import uuid
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from sqlalchemy import Select, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.arenas.tables import ArenaModel
from app.db.base import new_id
from app.model_registry.tables import Model, ModelCall, ModelVersion, Provider


class Served(NamedTuple):
    """A version with its model, and its provider; None for the latter where outputs were imported."""

    version: ModelVersion
    model: Model
    provider: Provider | None


async def list_providers(session: AsyncSession) -> list[tuple[Provider, int]]:
    """By name, each with how many versions it serves."""
    served = select(func.count()).where(ModelVersion.provider_id == Provider.id).scalar_subquery()
    rows = await session.execute(select(Provider, served).order_by(func.lower(Provider.name), Provider.id))
    return [(provider, versions) for provider, versions in rows]


async def find_provider(session: AsyncSession, provider_id: uuid.UUID, *, lock: bool = False) -> Provider | None:
    return await session.get(Provider, provider_id, with_for_update=lock)


async def find_provider_by_name(session: AsyncSession, name: str) -> Provider | None:
    return await session.scalar(select(Provider).where(Provider.name == name))


async def count_versions(session: AsyncSession, provider_id: uuid.UUID) -> int:
    statement = select(func.count()).where(ModelVersion.provider_id == provider_id)
    return (await session.execute(statement)).scalar_one()


async def add_provider(session: AsyncSession, values: dict[str, Any]) -> Provider | None:
    """None where there is one of this name."""
    statement = insert(Provider).values(values).on_conflict_do_nothing().returning(Provider)
    return await session.scalar(statement)


async def find_model(session: AsyncSession, model_id: uuid.UUID) -> Model | None:
    return await session.get(Model, model_id)


async def find_model_by_name(session: AsyncSession, name: str) -> Model | None:
    return await session.scalar(select(Model).where(Model.name == name))


async def list_models(session: AsyncSession) -> list[Model]:
    return list(await session.scalars(select(Model).order_by(func.lower(Model.name), Model.id)))


async def add_model(session: AsyncSession, values: dict[str, Any]) -> Model | None:
    """None where there is one of this name."""
    statement = insert(Model).values(id=new_id(), **values).on_conflict_do_nothing().returning(Model)
    return await session.scalar(statement)


async def add_version(session: AsyncSession, values: dict[str, Any]) -> ModelVersion | None:
    """None where the model has a version of this label."""
    statement = insert(ModelVersion).values(id=new_id(), **values).on_conflict_do_nothing().returning(ModelVersion)
    return await session.scalar(statement)


async def lock_version(session: AsyncSession, version_id: uuid.UUID) -> Served | None:
    """The version, locked until the end of the transaction."""
    statement = _versions().where(ModelVersion.id == version_id).with_for_update(of=ModelVersion)
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else Served(*row)


async def find_versions(
    session: AsyncSession, *, version_ids: Iterable[uuid.UUID] | None = None, model_id: uuid.UUID | None = None
) -> list[Served]:
    """Versions with their models and providers, oldest first."""
    statement = _versions().order_by(ModelVersion.created_at, ModelVersion.id)
    if version_ids is not None:
        statement = statement.where(ModelVersion.id.in_(version_ids))
    if model_id is not None:
        statement = statement.where(ModelVersion.model_id == model_id)
    return [Served(*row) for row in await session.execute(statement)]


async def find_drawn(session: AsyncSession, version_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those that any arena has called."""
    called = exists().where(ModelCall.model_version_id == ModelVersion.id, ModelCall.arena_id.is_not(None))
    return set(await session.scalars(select(ModelVersion.id).where(ModelVersion.id.in_(version_ids), called)))


async def count_pools(session: AsyncSession, version_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """In the pools of how many arenas each version is."""
    statement = (
        select(ArenaModel.model_version_id, func.count())
        .where(ArenaModel.model_version_id.in_(version_ids), ArenaModel.left_at.is_(None))
        .group_by(ArenaModel.model_version_id)
    )
    return {version_id: count for version_id, count in await session.execute(statement)}  # noqa: C416 (rows are no pairs to mypy)


def _versions() -> Select[ModelVersion, Model, Provider]:
    return (
        select(ModelVersion, Model, Provider)
        .join(Model, Model.id == ModelVersion.model_id)
        .outerjoin(Provider, Provider.id == ModelVersion.provider_id)
        .execution_options(populate_existing=True)  # numbers as Postgres keeps them, also just after a change
    )
