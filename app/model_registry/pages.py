"""Models: the list, adding one with its first version, and a model's own page with all that can be changed there."""

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Form, Query, Request
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from app.accounts.dependencies import SettingsDependency, ViewerDependency
from app.accounts.viewer import Viewer
from app.config import Settings
from app.db.session import ReadSession, WriteSession
from app.errors import ConflictError, InvalidInputError
from app.model_registry import provider_service, service
from app.model_registry.access import require_researcher
from app.model_registry.forms import SAMPLING, FactsForm, LimitsForm, ModelForm, VersionForm, problem_in_words
from app.model_registry.schemas import ModelOut, VersionChange, VersionOut, VersionState
from app.model_registry.states import EFFECTS, STEPS
from app.model_registry.trying import EXAMPLE_PROMPT
from app.model_registry.words import money, seconds, settings_in_words, why
from app.web.templating import render

router = APIRouter(include_in_schema=False)

MODALITIES = ("text", "image", "audio", "video", "file")
REFUSALS = (ValidationError, ConflictError, InvalidInputError)


@router.get("/models")
async def models_page(
    request: Request, session: ReadSession, viewer: ViewerDependency, settings: SettingsDependency
) -> Response:
    models = await service.list_models(session, viewer)
    providers = await provider_service.list_providers(session, viewer, settings)
    served = [model for model in models if any(version.provider for version in model.versions)]
    imported = [model for model in models if model not in served]
    context = {
        "served": served,
        "imported": imported,
        "providers": providers,
        "money": money,
        "seconds": seconds,
    }
    return render(request, "model_registry/list.html", context)


@router.get("/models/new")
async def new_model_page(
    request: Request, session: ReadSession, viewer: ViewerDependency, settings: SettingsDependency, provider: str = ""
) -> Response:
    form = ModelForm(provider=provider, modalities=["text"])
    return await _new_model(request, session, viewer, settings, {"form": form, "problem": None})


@router.post("/models/new")
async def add_model(
    request: Request,
    session: WriteSession,
    viewer: ViewerDependency,
    settings: SettingsDependency,
    form: Annotated[ModelForm, Form()],
) -> Response:
    require_researcher(viewer, "manage")
    try:
        model = await service.add_model(session, viewer, form.to_model())
    except REFUSALS as error:
        context = {"form": form, "problem": problem_in_words(error)}
        return await _new_model(request, session, viewer, settings, context, 422)
    return RedirectResponse(f"/models/{model.id}?done=added#versions", 303)


@router.get("/models/{model_id}")
async def model_page(
    model_id: uuid.UUID,
    request: Request,
    session: ReadSession,
    viewer: ViewerDependency,
    done: Annotated[str, Query(max_length=20)] = "",
    version: uuid.UUID | None = None,
    was: VersionState | None = None,
) -> Response:
    return await model_response(request, session, viewer, model_id, {"done": done, "changed": version, "was": was})


@router.post("/models/{model_id}")
async def change_model(
    model_id: uuid.UUID,
    request: Request,
    session: WriteSession,
    viewer: ViewerDependency,
    form: Annotated[FactsForm, Form()],
) -> Response:
    require_researcher(viewer, "manage")
    try:
        await service.change_model(session, viewer, model_id, form.to_model_change())
    except REFUSALS as error:
        context = {"facts": form, "problem": problem_in_words(error)}
        return await model_response(request, session, viewer, model_id, context, 422)
    return RedirectResponse(f"/models/{model_id}?done=saved", 303)


@router.get("/models/{model_id}/versions/new")
async def new_version_page(
    model_id: uuid.UUID,
    request: Request,
    session: ReadSession,
    viewer: ViewerDependency,
    settings: SettingsDependency,
    like: uuid.UUID | None = None,
) -> Response:
    """The form, filled with what another version has."""
    model = await service.get_model(session, viewer, model_id)
    served = [version for version in model.versions if version.provider]
    chosen = [version for version in served if version.id == like] or served[-1:]
    form = _form_like(chosen[0]) if chosen else VersionForm()
    return await _new_version(request, session, viewer, settings, {"model": model, "form": form, "problem": None})


@router.post("/models/{model_id}/versions/new")
async def add_version(
    model_id: uuid.UUID,
    request: Request,
    session: WriteSession,
    viewer: ViewerDependency,
    settings: SettingsDependency,
    form: Annotated[VersionForm, Form()],
) -> Response:
    require_researcher(viewer, "manage")
    model = await service.get_model(session, viewer, model_id)
    try:
        await service.add_version(session, viewer, model_id, form.to_version())
    except REFUSALS as error:
        context = {"model": model, "form": form, "problem": problem_in_words(error)}
        return await _new_version(request, session, viewer, settings, context, 422)
    return RedirectResponse(f"/models/{model_id}?done=added#versions", 303)


@router.post("/models/versions/{version_id}/state")
async def change_state(
    version_id: uuid.UUID,
    session: WriteSession,
    viewer: ViewerDependency,
    state: Annotated[VersionState, Form()],
) -> Response:
    before = await service.get_version(session, viewer, version_id)
    await service.change_version(session, viewer, version_id, VersionChange(state=state))
    return RedirectResponse(f"/models/{before.model_id}?done=state&version={version_id}&was={before.state}", 303)


@router.post("/models/versions/{version_id}/limits")
async def change_limits(
    version_id: uuid.UUID,
    request: Request,
    session: WriteSession,
    viewer: ViewerDependency,
    form: Annotated[LimitsForm, Form()],
) -> Response:
    require_researcher(viewer, "manage")
    version = await service.get_version(session, viewer, version_id)
    try:
        await service.change_version(session, viewer, version_id, form.to_version_change())
    except REFUSALS as error:
        context = {"limits": form, "changed": version_id, "problem": problem_in_words(error)}
        return await model_response(request, session, viewer, version.model_id, context, 422)
    return RedirectResponse(f"/models/{version.model_id}?done=saved", 303)


async def model_response(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    model_id: uuid.UUID,
    extra: Mapping[str, Any],
    status_code: int = 200,
) -> Response:
    """A model's page. extra: what was just done, or refused with what was typed, or the outcome of a test."""
    model = await service.get_model(session, viewer, model_id)
    context = {
        "model": model,
        "facts": _facts_of(model),
        "modalities": MODALITIES,
        "effects": EFFECTS,
        "steps": STEPS,
        "drawn": await service.drawn(session, model),
        "why": why,
        "example_prompt": EXAMPLE_PROMPT,
        "money": money,
        "seconds": seconds,
        "settings_words": settings_in_words,
        "limits_of": _limits_of,
        **dict.fromkeys(("done", "changed", "was", "problem", "limits", "trial", "asked")),
        **extra,
    }
    return render(request, "model_registry/model.html", context, status_code=status_code)


async def _new_model(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    settings: Settings,
    context: Mapping[str, Any],
    status_code: int = 200,
) -> Response:
    providers = await provider_service.list_providers(session, viewer, settings)
    viewer.require("manage")
    shown = {"providers": providers, "modalities": MODALITIES, **context}
    return render(request, "model_registry/new_model.html", shown, status_code=status_code)


async def _new_version(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    settings: Settings,
    context: Mapping[str, Any],
    status_code: int = 200,
) -> Response:
    providers = await provider_service.list_providers(session, viewer, settings)
    viewer.require("manage")
    return render(
        request, "model_registry/new_version.html", {"providers": providers, **context}, status_code=status_code
    )


def _facts_of(model: ModelOut) -> FactsForm:
    return FactsForm.model_construct(
        organisation=model.organisation or "",
        licence=model.licence or "",
        link=model.link or "",
        modalities=list(model.modalities),
        aliases="\n".join(model.aliases),
    )


def _limits_of(version: VersionOut) -> LimitsForm:
    money_fields = ("input_price", "output_price", "daily_budget")
    return LimitsForm(
        **{name: _plain(getattr(version, name)) for name in money_fields},
        max_concurrency=str(version.max_concurrency),
        first_fragment_seconds=f"{version.first_fragment_seconds:g}",
        whole_seconds=f"{version.whole_seconds:g}",
    )


def _form_like(version: VersionOut) -> VersionForm:
    own = {name: str(version.settings[name]) for name in SAMPLING if name in version.settings}
    extra = {name: value for name, value in version.settings.items() if name not in (*SAMPLING, "stop")}
    return VersionForm(
        provider=version.provider or "",
        served_as=version.served_as,
        stop="\n".join(version.settings.get("stop", [])),
        extra="\n".join(f"{name}: {orjson.dumps(value).decode()}" for name, value in extra.items()),
        **own,
        **_limits_of(version).model_dump(),
    )


def _plain(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount.normalize():f}"
