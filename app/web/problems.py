"""One handler for all errors: a page for people, RFC 9457 problem+json for programs."""

import http
from collections.abc import Mapping
from typing import Any

import orjson
import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.errors import (
    InvalidInputError,
    NotFoundError,
    PreferendumError,
    RateLimitedError,
    SignInRequiredError,
    UnavailableError,
)
from app.web.templating import render_to_string

_AWAY = (OperationalError, InterfaceError, PoolTimeoutError, psycopg.OperationalError, psycopg.InterfaceError)

log = structlog.get_logger(__name__)


def wants_html(headers: Headers, path: str) -> bool:
    """Pages answer browsers; the API always answers programs."""
    return not path.startswith("/api") and "text/html" in headers.get("accept", "")


def error_response(
    headers: Headers, path: str, error: PreferendumError, extra_headers: Mapping[str, str] | None = None
) -> Response:
    """The error as its reader wants it."""
    if wants_html(headers, path):
        page = render_to_string("error.html", {"error": error, "path": path, "sign_in": _sign_in_helps(error)})
        return Response(page, error.status, media_type="text/html", headers=extra_headers)
    problem = {
        "type": f"/problems/{error.slug}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        **error.extra,
    }
    return Response(orjson.dumps(problem), error.status, media_type="application/problem+json", headers=extra_headers)


def _sign_in_helps(error: PreferendumError) -> bool:
    return isinstance(error, SignInRequiredError)


def install(app: FastAPI) -> None:
    """Register the handlers."""

    def respond(request: Request, error: PreferendumError, headers: Mapping[str, str] | None = None) -> Response:
        return error_response(request.headers, request.url.path, error, headers)

    @app.exception_handler(PreferendumError)
    async def ours(request: Request, error: PreferendumError) -> Response:
        return respond(request, error, _headers_of(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return respond(request, _invalid(error, is_page=wants_html(request.headers, request.url.path)))

    @app.exception_handler(HTTPException)
    async def starlette(request: Request, error: HTTPException) -> Response:
        if error.status_code == http.HTTPStatus.NOT_FOUND:
            return respond(request, _no_such_page())
        return respond(request, _from_status(error), error.headers)

    @app.exception_handler(psycopg.Error)
    @app.exception_handler(DBAPIError)
    @app.exception_handler(PoolTimeoutError)
    async def database(request: Request, error: Exception) -> Response:
        if isinstance(getattr(error, "orig", error), psycopg.DataError):  # such as NUL in an address or a form
            log.warning("the database refused a value", path=request.url.path, error=str(error))
            return respond(request, InvalidInputError("A value holds a character or a number that cannot be stored."))
        log.error("database error", path=request.url.path, error=str(error), exc_info=error)
        if isinstance(error, _AWAY):
            away = UnavailableError("The database cannot be reached. Nothing was changed; try again in a moment.")
            return respond(request, away, {"Retry-After": "2"})
        return respond(request, _unexpected())

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        log.error("unexpected error", path=request.url.path, exc_info=error)
        return respond(request, _unexpected())


def _headers_of(error: PreferendumError) -> Mapping[str, str] | None:
    if isinstance(error, SignInRequiredError):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, RateLimitedError):
        return {"Retry-After": str(error.retry_after)}
    return None


def _problem(item: Mapping[str, Any]) -> dict[str, str]:
    where = " → ".join(str(part) for part in item["loc"])
    return {"where": where, "message": str(item["msg"]), "kind": str(item["type"])}


def _from_status(error: HTTPException) -> PreferendumError:
    made = PreferendumError(str(error.detail))
    made.status = error.status_code
    made.title = http.HTTPStatus(error.status_code).phrase
    return made


def _invalid(error: RequestValidationError, *, is_page: bool) -> PreferendumError:
    """Programs are told every field; people with an address that cannot be, that there is no such page."""
    if is_page and any(item["loc"][0] == "path" for item in error.errors()):
        return _no_such_page()
    problems = [_problem(item) for item in error.errors()]
    first = problems[0]
    return InvalidInputError(f"{first['where']}: {first['message']}", problems)


def _no_such_page() -> PreferendumError:
    return NotFoundError("No page has this address. It may have been mistyped.")


def _unexpected() -> PreferendumError:
    made = PreferendumError("Something failed on our side. It has been logged; what you sent was not changed.")
    made.status, made.title = 500, "An unexpected error"
    return made
