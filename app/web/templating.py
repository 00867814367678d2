"""Jinja2, with everything escaped, undefined names an error, and static files addressed by their content."""

import hashlib
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from app.config import PROJECT_FOLDER, code_version

MISSING = "\N{EN DASH}"
STATIC = PROJECT_FOLDER / "static"


@cache
def static_url(path: str) -> str:
    """The address of a static file; its hash lets browsers keep it for ever."""
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={digest}"


def format_number(value: float | None, digits: int = 0) -> str:
    if value is None or math.isnan(value):
        return MISSING
    return f"{value:,.{digits}f}"


def format_time(value: datetime | None) -> str:
    return MISSING if value is None else value.astimezone(UTC).strftime("%-d %B %Y, %H:%M UTC")


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(PROJECT_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=format_number, time=format_time)
    environment.globals.update(static_url=static_url, version=code_version())
    return environment


environment = _environment()


def render_to_string(template: str, context: Mapping[str, Any]) -> str:
    """A page outside a request, such as an error's. Nobody is known to be signed in there."""
    return environment.get_template(template).render({"viewer": None, "path": "", **context})


def render(
    request: Request,
    template: str,
    context: Mapping[str, Any],
    *,
    status_code: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """A page of a request. Templates always know `viewer` (once the request asked who it is) and `path`."""
    viewer = getattr(request.state, "viewer", None)
    page = environment.get_template(template).render({"viewer": viewer, "path": request.url.path, **context})
    return HTMLResponse(page, status_code, headers=dict(headers or {}))
