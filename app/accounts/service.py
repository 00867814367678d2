"""Signing in and out, anonymous annotators, accounts, API tokens."""

import asyncio
import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from pwdlib import PasswordHash
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import repository
from app.accounts.tables import Annotator, ApiToken, AppUser, LoginSession
from app.accounts.tokens import API_TOKEN_PREFIX, hash_token, new_token
from app.accounts.viewer import SCOPES_OF_ROLE, STRANGER, Role, Scope, Viewer
from app.errors import ConflictError, InvalidInputError, NotFoundError, SignInRequiredError

MINIMUM_PASSWORD_LENGTH = 12
_passwords = PasswordHash.recommended()


@cache
def _hash_of_nobody() -> str:
    """Compared when the address is unknown, so that both cases take equally long."""
    return _passwords.hash("nobody's password")


async def viewer_of_session(session: AsyncSession, token: str) -> Viewer:
    """Who holds this cookie; a stranger where it is unknown, revoked or expired."""
    row = await repository.find_session(session, hash_token(token))
    if row is None:
        return STRANGER
    role: Role = row["role"] or "annotator"
    return Viewer(row["annotator_id"], row["app_user_id"], row["email"], role, SCOPES_OF_ROLE[role])


async def viewer_of_api_token(session: AsyncSession, token: str) -> Viewer:
    """Whose program this is. Unlike a stale cookie, an unknown token is an error: its sender expects rights."""
    row = await repository.find_api_token(session, hash_token(token))
    if row is None:
        raise SignInRequiredError("This API token is unknown, revoked or expired. Make a new one on your account page.")
    scopes = SCOPES_OF_ROLE[row["role"]] & frozenset(row["scopes"])
    return Viewer(row["annotator_id"], row["app_user_id"], row["email"], row["role"], scopes)


async def start_anonymous_session(session: AsyncSession, days: int) -> tuple[str, uuid.UUID]:
    """A new annotator known by nothing but the returned token. Returns (token, annotator id)."""
    annotator = Annotator(kind="human")
    session.add(annotator)
    await session.flush()
    return await start_session(session, annotator.id, days=days), annotator.id


async def sign_in(session: AsyncSession, email: str, password: str, days: int) -> str:
    """A fresh session's token, whatever session the browser had before."""
    user = await repository.find_user_by_email(session, email)
    password_hash = user.password_hash if user else await asyncio.to_thread(_hash_of_nobody)
    is_right = await asyncio.to_thread(_passwords.verify, password, password_hash)
    if user is None or not is_right or user.disabled_at is not None:
        raise SignInRequiredError("No account has this e-mail address and password. Check both and try again.")
    annotator_id = await _annotator_of(session, user.id)
    return await start_session(session, annotator_id, user.id, days=days)


async def sign_out(session: AsyncSession, token: str) -> None:
    await repository.revoke_session(session, hash_token(token))


async def create_user(session: AsyncSession, email: str, password: str, role: Role) -> AppUser:
    email = email.strip()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
        raise InvalidInputError(f"{email!r} is not an e-mail address.")
    if len(password) < MINIMUM_PASSWORD_LENGTH:
        raise InvalidInputError(f"The password needs at least {MINIMUM_PASSWORD_LENGTH} characters.")
    if await repository.find_user_by_email(session, email):
        raise ConflictError(f"{email} has an account already.")
    password_hash = await asyncio.to_thread(_passwords.hash, password)
    user = AppUser(email=email, password_hash=password_hash, role=role)
    session.add(user)
    await session.flush()
    session.add(Annotator(kind="human", app_user_id=user.id))
    await session.flush()
    return user


async def create_api_token(session: AsyncSession, viewer: Viewer, name: str, scopes: Sequence[Scope]) -> str:
    """The token itself, which is shown this once. Its scopes are at most those of the viewer."""
    if viewer.app_user_id is None:
        raise SignInRequiredError("API tokens belong to an account. Sign in first.")
    if not scopes:
        raise InvalidInputError("Choose at least one scope.")
    for scope in scopes:
        viewer.require(scope)
    token = new_token(API_TOKEN_PREFIX)
    session.add(
        ApiToken(token_hash=hash_token(token), app_user_id=viewer.app_user_id, name=name, scopes=sorted(set(scopes)))
    )
    await session.flush()
    return token


async def revoke_api_token(session: AsyncSession, viewer: Viewer, token_id: uuid.UUID) -> None:
    if viewer.app_user_id is None or not await repository.revoke_api_token(session, viewer.app_user_id, token_id):
        raise NotFoundError("You have no such token; it may have been revoked already.")


async def viewer_of_user(session: AsyncSession, email: str) -> Viewer:
    """An account as a viewer, for commands that act in somebody's name."""
    user = await repository.find_user_by_email(session, email)
    if user is None:
        raise NotFoundError(f"No account has the address {email}.")
    role: Role = user.role  # type: ignore[assignment]  # a check constraint holds it to the three roles
    return Viewer(await _annotator_of(session, user.id), user.id, user.email, role, SCOPES_OF_ROLE[role])


async def _annotator_of(session: AsyncSession, app_user_id: uuid.UUID) -> uuid.UUID:
    statement = select(Annotator.id).where(Annotator.app_user_id == app_user_id)
    return (await session.execute(statement)).scalar_one()


async def start_session(
    session: AsyncSession, annotator_id: uuid.UUID, app_user_id: uuid.UUID | None = None, *, days: int
) -> str:
    """A new session of an annotator, who may have an account. Returns the token that its cookie will hold."""
    token = new_token()
    session.add(
        LoginSession(
            token_hash=hash_token(token),
            annotator_id=annotator_id,
            app_user_id=app_user_id,
            expires_at=datetime.now(UTC) + timedelta(days=days),
        )
    )
    await session.flush()
    return token
