"""Applying a YAML file from a page: first what it would change, then the same file again to do it."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import Response

from app.accounts.dependencies import SettingsDependency, ViewerDependency
from app.db.session import WriteSession
from app.errors import InvalidInputError
from app.model_registry.access import require_researcher
from app.model_registry.applying import apply_file
from app.model_registry.yaml_file import MOST_CHARACTERS
from app.web.templating import render

router = APIRouter(prefix="/models/apply", include_in_schema=False)

EXAMPLE = """\
providers:
  - name: my-service
    kind: openai
    base_url: https://api.example.com/v1

models:
  - name: owl-7b
    organisation: Owls Inc.
    versions:
      - provider: my-service
        served_as: owl-7b-instruct
        settings:
          temperature: 0.7
"""
_MOST_BYTES = 4 * MOST_CHARACTERS
_NOTHING: Mapping[str, Any] = {"text": "", "changes": None, "applied": False, "problems": None}


@router.get("")
async def file_page(request: Request, viewer: ViewerDependency) -> Response:
    require_researcher(viewer, "manage")
    return _page(request, {})


@router.post("")
async def apply_from_page(
    request: Request,
    session: WriteSession,
    viewer: ViewerDependency,
    settings: SettingsDependency,
    file: Annotated[UploadFile | None, File()] = None,
    text: Annotated[str, Form()] = "",
    apply: Annotated[bool, Form()] = False,
) -> Response:
    require_researcher(viewer, "manage")
    try:
        if file is not None and file.filename:
            text = _decoded(await file.read(_MOST_BYTES))
        changes = await apply_file(session, viewer, settings, text, dry_run=not apply)
    except InvalidInputError as error:
        problems = error.extra["errors"] or [{"where": "the file", "message": error.detail}]
        return _page(request, {"text": text, "problems": problems}, 422)
    return _page(request, {"text": text, "changes": changes, "applied": apply and bool(changes)})


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError("The file is not UTF-8 text.") from error


def _page(request: Request, context: Mapping[str, Any], status_code: int = 200) -> Response:
    shown = {**_NOTHING, "example": EXAMPLE, **context}
    return render(request, "model_registry/apply.html", shown, status_code=status_code)
