"""Reading and writing people."""

import uuid

from sqlalchemy import RowMapping, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.tables import Annotator, ApiToken, AppUser, LoginSession


async def find_session(session: AsyncSession, token_hash: bytes) -> RowMapping | None:
    """The live session with this token: annotator_id, app_user_id, email, role."""
    statement = (
        select(LoginSession.annotator_id, AppUser.id.label("app_user_id"), AppUser.email, AppUser.role)
        .outerjoin(AppUser, AppUser.id == LoginSession.app_user_id)
        .where(
            LoginSession.token_hash == token_hash,
            LoginSession.revoked_at.is_(None),
            LoginSession.expires_at > func.now(),
            AppUser.disabled_at.is_(None),
        )
    )
    return (await session.execute(statement)).mappings().one_or_none()


async def find_api_token(session: AsyncSession, token_hash: bytes) -> RowMapping | None:
    """The live API token: scopes, annotator_id, app_user_id, email, role."""
    statement = (
        select(ApiToken.scopes, Annotator.id.label("annotator_id"), AppUser.id.label("app_user_id"))
        .add_columns(AppUser.email, AppUser.role)
        .join(AppUser, AppUser.id == ApiToken.app_user_id)
        .outerjoin(Annotator, Annotator.app_user_id == AppUser.id)
        .where(
            ApiToken.token_hash == token_hash,
            ApiToken.revoked_at.is_(None),
            AppUser.disabled_at.is_(None),
            or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > func.now()),
        )
    )
    return (await session.execute(statement)).mappings().one_or_none()


async def find_user_by_email(session: AsyncSession, email: str) -> AppUser | None:
    return await session.scalar(select(AppUser).where(func.lower(AppUser.email) == email.lower()))


async def list_api_tokens(session: AsyncSession, app_user_id: uuid.UUID) -> list[ApiToken]:
    statement = select(ApiToken).where(ApiToken.app_user_id == app_user_id, ApiToken.revoked_at.is_(None))
    return list(await session.scalars(statement.order_by(ApiToken.created_at.desc())))


async def revoke_session(session: AsyncSession, token_hash: bytes) -> None:
    statement = update(LoginSession).where(LoginSession.token_hash == token_hash, LoginSession.revoked_at.is_(None))
    await session.execute(statement.values(revoked_at=func.now()))


async def revoke_api_token(session: AsyncSession, app_user_id: uuid.UUID, token_id: uuid.UUID) -> bool:
    """Whether the token was the user's, and live until now."""
    statement = (
        update(ApiToken)
        .where(ApiToken.id == token_id, ApiToken.app_user_id == app_user_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=func.now())
        .returning(ApiToken.id)
    )
    return await session.scalar(statement) is not None
