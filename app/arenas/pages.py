"""The home page with its arenas, making an arena, and its settings."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import RedirectResponse, Response

from app.accounts.dependencies import ViewerDependency
from app.arenas import service
from app.arenas.schemas import ArenaCreate, ArenaUpdate, Mode, ProtocolDocument, Slug, Winner
from app.db.session import ReadSession, WriteSession
from app.errors import ConflictError
from app.web.templating import render

router = APIRouter(include_in_schema=False)


class SettingsForm(BaseModel):
    """The settings page as a browser sends it: a box that is not ticked is not sent at all."""

    model_config = ConfigDict(extra="forbid")

    title: str
    description: str = ""
    state: Literal["draft", "open", "closed"]
    question: str
    guidelines: str = ""
    extra_options: list[Literal["tie", "both_bad"]] = []
    reveal: bool = False
    undo_seconds: int = 30

    def update(self) -> ArenaUpdate:
        options: tuple[Winner, ...] = ("model_a", "model_b", *self.extra_options)
        protocol = ProtocolDocument(
            question=self.question,
            options=options,
            guidelines=self.guidelines,
            reveal=self.reveal,
            undo_seconds=self.undo_seconds,
        )
        return ArenaUpdate(title=self.title, description=self.description, state=self.state, protocol=protocol)


@router.get("/")
async def home(request: Request, session: ReadSession, viewer: ViewerDependency) -> Response:
    arenas = await service.list_arenas(session, viewer)
    return render(request, "arenas/home.html", {"arenas": arenas})


@router.get("/arenas/new")
async def new_arena_page(request: Request, viewer: ViewerDependency) -> Response:
    viewer.require("manage")
    return render(request, "arenas/new.html", {"form": {}, "problem": None})


@router.post("/arenas/new")
async def create_arena(
    request: Request,
    session: WriteSession,
    viewer: ViewerDependency,
    slug: Annotated[str, Form()],
    title: Annotated[str, Form()],
    description: Annotated[str, Form()] = "",
    mode: Annotated[Mode, Form()] = "curated",
) -> Response:
    form = {"slug": slug, "title": title, "description": description, "mode": mode}
    try:
        wanted = ArenaCreate.model_validate(form)
        await service.create_arena(
            session, viewer, slug=wanted.slug, title=wanted.title, description=wanted.description, mode=wanted.mode
        )
    except (ValidationError, ConflictError) as error:
        context = {"form": form, "problem": problem_in_words(error)}
        return render(request, "arenas/new.html", context, status_code=422)
    return RedirectResponse(f"/arenas/{wanted.slug}/{'live' if mode == 'live' else 'manage'}", 303)


@router.get("/arenas/{slug}/manage")
async def settings_page(slug: Slug, request: Request, session: ReadSession, viewer: ViewerDependency) -> Response:
    return await _settings(request, session, viewer, slug, {})


@router.post("/arenas/{slug}/manage")
async def save_settings(
    slug: Slug,
    request: Request,
    session: WriteSession,
    viewer: ViewerDependency,
    form: Annotated[SettingsForm, Form()],
) -> Response:
    await service.access_arena(session, viewer, slug, "manage")
    try:
        await service.update_arena(session, viewer, slug, form.update())
    except ValidationError as error:
        return await _settings(request, session, viewer, slug, {"problem": problem_in_words(error), "form": form}, 422)
    return RedirectResponse(f"/arenas/{slug}/manage?saved=1", 303)


async def _settings(
    request: Request,
    session: ReadSession,
    viewer: ViewerDependency,
    slug: str,
    extra: Mapping[str, Any],
    status_code: int = 200,
) -> Response:
    arena = await service.access_arena(session, viewer, slug, "manage")
    protocol = await service.current_protocol(session, arena)
    saved = request.query_params.get("saved") == "1"
    context = {"arena": arena, "protocol": protocol, "saved": saved, "problem": None, **extra}
    return render(request, "arenas/manage.html", context, status_code=status_code)


def problem_in_words(error: ValidationError | ConflictError) -> str:
    """The first thing that is wrong, with the name of its field."""
    if isinstance(error, ConflictError):
        return error.detail
    first = error.errors()[0]
    return f"{' '.join(str(part) for part in first['loc'])}: {first['msg']}"
