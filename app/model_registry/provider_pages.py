"""Providers: the list, adding one, and one's own page with its address and credential."""

import uuid
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from app.accounts.dependencies import SettingsDependency, ViewerDependency
from app.accounts.viewer import Viewer
from app.config import Settings
from app.db.session import ReadSession, WriteSession
from app.errors import ConflictError, ForbiddenError, InvalidInputError
from app.model_registry import provider_service
from app.model_registry.access import require_researcher
from app.model_registry.addresses import NAME_IS_UNKNOWN
from app.model_registry.forms import AddressForm, CredentialForm, ProviderForm, problem_in_words
from app.model_registry.schemas import ProviderOut
from app.model_registry.words import settings_in_words
from app.model_registry.yaml_file import read_mapping
from app.web.templating import render

router = APIRouter(prefix="/models/providers", include_in_schema=False)

KINDS = (
    (
        "openai",
        "OpenAI-compatible",
        (
            "Chat completions: vLLM, llama.cpp, Ollama, and most hosted services. "
            "Needs an address; hosted services need a credential too."
        ),
    ),
    ("anthropic", "Anthropic", "The messages protocol. Needs an address and a credential."),
    (
        "replay",
        "Replay",
        (
            "Stored outputs, played back at a chosen pace. For demonstrations and measurements. "
            "Needs the option outputs, a list of texts; no address, no credential."
        ),
    ),
    (
        "fault",
        "Fault",
        (
            "Slow, stalling, breaking or refusing on purpose. For tests of an arena. "
            "Needs nothing: the name that it knows a version by is the mood, unless the option mood is set."
        ),
    ),
)
REFUSALS = (ValidationError, ConflictError, ForbiddenError, InvalidInputError)


@router.get("")
async def providers_page(
    request: Request,
    session: ReadSession,
    viewer: ViewerDependency,
    settings: SettingsDependency,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    providers = await provider_service.list_providers(session, viewer, settings)
    return render(request, "model_registry/providers.html", {"providers": providers, "done": done})


@router.get("/new")
async def new_provider_page(request: Request, viewer: ViewerDependency) -> Response:
    require_researcher(viewer, "manage")
    return _new(request, viewer, {"form": ProviderForm(), "problem": None, "typed_credential": False})


@router.post("/new")
async def add_provider(
    request: Request,
    session: WriteSession,
    viewer: ViewerDependency,
    settings: SettingsDependency,
    form: Annotated[ProviderForm, Form()],
) -> Response:
    require_researcher(viewer, "manage")
    try:
        wanted = form.to_provider(read_mapping(form.options))
        provider = await provider_service.add_provider(session, viewer, settings, wanted)
    except REFUSALS as error:
        typed = bool(form.credential.get_secret_value())
        return _new(request, viewer, {"form": form, "problem": problem_in_words(error), "typed_credential": typed}, 422)
    return _to_page(provider, "added")


@router.get("/{provider_id}")
async def provider_page(
    provider_id: uuid.UUID,
    request: Request,
    session: ReadSession,
    viewer: ViewerDependency,
    settings: SettingsDependency,
    done: Annotated[str, Query(max_length=20)] = "",
    unknown: bool = False,
) -> Response:
    context = {"done": done, "warning": NAME_IS_UNKNOWN if unknown else None}
    return await _page(request, session, viewer, settings, provider_id, context)


@router.post("/{provider_id}/credential")
async def set_credential(
    provider_id: uuid.UUID,
    request: Request,
    session: WriteSession,
    viewer: ViewerDependency,
    settings: SettingsDependency,
    form: Annotated[CredentialForm, Form()],
) -> Response:
    require_researcher(viewer, "manage")
    try:
        change = form.to_change()
        if len(change.model_fields_set) == 1 and not change.remove_credential:
            raise InvalidInputError("Type the credential first.")
        await provider_service.change_provider(session, viewer, settings, provider_id, change)
    except REFUSALS as error:
        context = {"problem": problem_in_words(error)}
        return await _page(request, session, viewer, settings, provider_id, context, 422)
    return RedirectResponse(f"/models/providers/{provider_id}?done=saved", 303)


@router.post("/{provider_id}/address")
async def set_address(
    provider_id: uuid.UUID,
    request: Request,
    session: WriteSession,
    viewer: ViewerDependency,
    settings: SettingsDependency,
    form: Annotated[AddressForm, Form()],
) -> Response:
    require_researcher(viewer, "manage")
    try:
        before = await provider_service.get_provider(session, viewer, settings, provider_id)
        after = await provider_service.change_provider(session, viewer, settings, provider_id, form.to_change())
    except REFUSALS as error:
        context = {"form": form, "problem": problem_in_words(error)}
        return await _page(request, session, viewer, settings, provider_id, context, 422)
    done = "saved" if after.credential.kind == before.credential.kind else "moved"
    return _to_page(after, done)


@router.post("/{provider_id}/remove")
async def remove_provider(provider_id: uuid.UUID, session: WriteSession, viewer: ViewerDependency) -> Response:
    await provider_service.remove_provider(session, viewer, provider_id)
    return RedirectResponse("/models/providers?done=removed", 303)


def _to_page(provider: ProviderOut, done: str) -> Response:
    unknown = "&unknown=true" if provider.warning == NAME_IS_UNKNOWN else ""
    return RedirectResponse(f"/models/providers/{provider.id}?done={done}{unknown}", 303)


def _new(request: Request, viewer: Viewer, context: Mapping[str, Any], status_code: int = 200) -> Response:
    """Researchers are offered what they may add."""
    barred = () if viewer.role == "admin" else provider_service.KINDS_OF_ADMINISTRATORS
    kinds = [kind for kind in KINDS if kind[0] not in barred]
    return render(request, "model_registry/new_provider.html", {"kinds": kinds, **context}, status_code=status_code)


async def _page(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    settings: Settings,
    provider_id: uuid.UUID,
    extra: Mapping[str, Any],
    status_code: int = 200,
) -> Response:
    provider = await provider_service.get_provider(session, viewer, settings, provider_id)
    context = {
        "provider": provider,
        "form": AddressForm(base_url=provider.base_url or "", allow_private=provider.allow_private),
        "may_change": provider_service.may_change(viewer, provider),
        "settings_words": settings_in_words,
        "done": "",
        "warning": None,
        "problem": None,
        **extra,
    }
    return render(request, "model_registry/provider.html", context, status_code=status_code)
