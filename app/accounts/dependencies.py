"""The viewer and the cookie, as FastAPI dependencies."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from app.accounts import service
from app.accounts.viewer import STRANGER, Viewer
from app.config import Settings
from app.db.session import DatabaseDependency


def settings_of(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def get_settings(request: Request) -> Settings:
    """Asynchronous, as all dependencies here: others go through a thread pool, which costs more than a vote."""
    return settings_of(request)


SettingsDependency = Annotated[Settings, Depends(get_settings)]


def cookie_name(settings: Settings) -> str:
    """The __Host- prefix ties a cookie to this host and to https; browsers refuse it over plain http."""
    return "__Host-session" if settings.secure_cookies else "session"


def session_token(request: Request) -> str | None:
    return request.cookies.get(cookie_name(settings_of(request)))


def bearer_token(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def set_session_cookie(response: Response, settings: Settings, token: str) -> None:
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=settings.session_days * 86_400,
        httponly=True,
        secure=settings.secure_cookies,
        samesite="lax",
    )


def clear_session_cookie(response: Response, settings: Settings) -> None:
    response.delete_cookie(cookie_name(settings), httponly=True, secure=settings.secure_cookies, samesite="lax")


async def current_viewer(request: Request, database: DatabaseDependency) -> Viewer:
    """Who is asking, by API token or else by cookie; a stranger where there is neither."""
    viewer = STRANGER
    if token := bearer_token(request):
        async with database.glance() as session:
            viewer = await service.viewer_of_api_token(session, token)
    elif token := session_token(request):
        async with database.glance() as session:
            viewer = await service.viewer_of_session(session, token)
    request.state.viewer = viewer
    return viewer


ViewerDependency = Annotated[Viewer, Depends(current_viewer)]
