"""What it takes to call a version of a model: loaded in one short session, and used without one."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from app.config import Settings
from app.model_registry import repository
from app.model_registry.credentials import CredentialError, Vault, resolve
from app.model_registry.schemas import VersionState
from app.model_registry.service import named
from app.model_registry.tables import Model, ModelVersion, Provider
from app.providers.build import build_provider
from app.providers.calling import Limits
from app.providers.protocol import MisconfiguredError
from app.providers.protocol import Provider as BuiltProvider

_PER = Decimal(1_000_000)
_SMALLEST = Decimal("0.00000001")


@dataclass(frozen=True)
class Contestant:
    """A version of a model with all that a call needs. problem says why it cannot be called; credential hides itself.

    settings are as they are sent: system_prompt, temperature, top_p, max_tokens, seed, stop, where they are set.
    Prices are US dollars per million tokens, the budget US dollars a day.
    """

    version_id: uuid.UUID
    model_id: uuid.UUID
    model_name: str
    label: str
    display_name: str
    organisation: str | None
    licence: str | None
    link: str | None
    modalities: tuple[str, ...]
    aliases: tuple[str, ...]
    settings: Mapping[str, Any]
    served_as: str
    state: VersionState
    provider_id: uuid.UUID | None
    provider_name: str | None
    provider_kind: str | None
    base_url: str | None
    options: Mapping[str, Any]
    allow_private: bool
    credential: SecretStr | None
    problem: str | None
    input_price: Decimal | None
    output_price: Decimal | None
    daily_budget: Decimal | None
    max_concurrency: int
    first_fragment_seconds: float
    whole_seconds: float


async def load_contestants(
    session: AsyncSession, version_ids: Collection[uuid.UUID], settings: Settings
) -> dict[uuid.UUID, Contestant]:
    """The versions that there are. One that cannot be called is among them, with its problem in words."""
    vault = Vault(settings)
    rows = await repository.find_versions(session, version_ids=version_ids)
    return {version.id: _contestant(version, model, provider, vault) for version, model, provider in rows}


def cost(contestant: Contestant, input_tokens: int | None, output_tokens: int | None) -> Decimal | None:
    """US dollars, to eight places. None where neither price is known, or the tokens that a known price is for are not.

    A price that is not set counts as nothing beside one that is.
    """
    total: Decimal | None = None
    for price, tokens in ((contestant.input_price, input_tokens), (contestant.output_price, output_tokens)):
        if price is None:
            continue
        if tokens is None:
            return None
        total = (total or Decimal(0)) + price * tokens / _PER
    return None if total is None else total.quantize(_SMALLEST)


def build(contestant: Contestant, client: httpx.AsyncClient) -> BuiltProvider:
    """The provider that serves it. client: of `app.providers.http.make_client`. Raises ProviderError if none can."""
    if contestant.problem is not None or contestant.provider_kind is None:
        raise MisconfiguredError(contestant.problem or "No provider serves it.")
    credential = contestant.credential.get_secret_value() if contestant.credential else None
    return build_provider(
        contestant.provider_kind,
        contestant.base_url,
        credential,
        contestant.options,
        client,
        allow_private=contestant.allow_private,
    )


def limits_of(contestant: Contestant) -> Limits:
    """The limits of one of its calls."""
    return Limits(
        first_fragment_seconds=contestant.first_fragment_seconds,
        whole_seconds=contestant.whole_seconds,
        max_concurrency=contestant.max_concurrency,
    )


def is_within_budget(contestant: Contestant, spent: Decimal) -> bool:
    """Whether another call may be made on a day on which so much was spent. The call itself may go over."""
    return contestant.daily_budget is None or spent < contestant.daily_budget


def _contestant(version: ModelVersion, model: Model, provider: Provider | None, vault: Vault) -> Contestant:
    credential, problem = _credential(provider, vault)
    state: VersionState = version.state  # type: ignore[assignment]  # a check constraint holds it to the four
    return Contestant(
        version_id=version.id,
        model_id=model.id,
        model_name=model.name,
        label=version.label,
        display_name=named(model, version),
        organisation=model.organisation,
        licence=model.licence,
        link=model.link,
        modalities=tuple(model.modalities),
        aliases=tuple(model.aliases),
        settings=version.settings,
        served_as=version.served_as,
        state=state,
        provider_id=provider.id if provider else None,
        provider_name=provider.name if provider else None,
        provider_kind=provider.kind if provider else None,
        base_url=provider.base_url if provider else None,
        options=provider.options if provider else {},
        allow_private=bool(provider and provider.allow_private),
        credential=credential,
        problem=problem,
        input_price=version.input_price,
        output_price=version.output_price,
        daily_budget=version.daily_budget,
        max_concurrency=version.max_concurrency,
        first_fragment_seconds=version.first_fragment_seconds,
        whole_seconds=version.whole_seconds,
    )


def _credential(provider: Provider | None, vault: Vault) -> tuple[SecretStr | None, str | None]:
    """The credential, or why there can be none."""
    if provider is None:
        return None, "Its outputs were imported; no provider serves it."
    try:
        return resolve(vault, provider.id, provider.credential, provider.credential_variable), None
    except CredentialError as error:
        return None, error.detail
