"""Signing in and out, and the account's API tokens."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from app.accounts import repository, service
from app.accounts.dependencies import (
    SettingsDependency,
    ViewerDependency,
    clear_session_cookie,
    session_token,
    set_session_cookie,
)
from app.accounts.viewer import SCOPES_OF_ROLE, Scope, Viewer
from app.db.session import ReadSession, WriteSession
from app.errors import SignInRequiredError
from app.web.templating import render

router = APIRouter(include_in_schema=False)


def local_path(path: str) -> str:
    """A place on this site to go to; anything else, such as another site's address, becomes the home page."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


@router.get("/sign-in")
async def sign_in_page(request: Request, viewer: ViewerDependency, to: str = "/") -> Response:  # noqa: ARG001
    return render(request, "accounts/sign_in.html", {"to": local_path(to), "email": "", "problem": None})


@router.post("/sign-in")
async def sign_in(
    request: Request,
    session: WriteSession,
    settings: SettingsDependency,
    email: Annotated[str, Form(max_length=320)],
    password: Annotated[str, Form(max_length=1_000)],
    to: Annotated[str, Form(max_length=2_000)] = "/",
) -> Response:
    try:
        token = await service.sign_in(session, email.strip(), password, settings.session_days)
    except SignInRequiredError as error:
        context = {"to": local_path(to), "email": email, "problem": error.detail}
        return render(request, "accounts/sign_in.html", context, status_code=401)
    if old := session_token(request):
        await service.sign_out(session, old)  # a session that a stranger may have planted ends here
    response = RedirectResponse(local_path(to), 303)
    set_session_cookie(response, settings, token)
    return response


@router.post("/sign-out")
async def sign_out(request: Request, session: WriteSession, settings: SettingsDependency) -> Response:
    if token := session_token(request):
        await service.sign_out(session, token)
    response = RedirectResponse("/", 303)
    clear_session_cookie(response, settings)
    return response


@router.get("/account")
async def account_page(request: Request, session: ReadSession, viewer: ViewerDependency) -> Response:
    return await _account(request, session, viewer, new_token=None)


@router.post("/account/tokens")
async def create_token(
    request: Request,
    session: WriteSession,
    viewer: ViewerDependency,
    name: Annotated[str, Form(min_length=1, max_length=100)],
    scopes: Annotated[list[Scope], Form()],
) -> Response:
    """The page that answers is the only one that ever shows the token."""
    token = await service.create_api_token(session, viewer, name, scopes)
    return await _account(request, session, viewer, new_token=token)


@router.post("/account/tokens/{token_id}/revoke")
async def revoke_token(token_id: uuid.UUID, session: WriteSession, viewer: ViewerDependency) -> Response:
    await service.revoke_api_token(session, viewer, token_id)
    return RedirectResponse("/account", 303)


async def _account(request: Request, session: ReadSession, viewer: Viewer, new_token: str | None) -> Response:
    if viewer.app_user_id is None:
        raise SignInRequiredError("Sign in to see your account.")
    tokens = await repository.list_api_tokens(session, viewer.app_user_id)
    scopes = sorted(SCOPES_OF_ROLE[viewer.role])
    context = {"tokens": tokens, "new_token": new_token, "scopes": scopes}
    return render(request, "accounts/account.html", context)
