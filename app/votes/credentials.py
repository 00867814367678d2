"""What a request carries, for the one statement that finds out whose it is."""

from typing import Annotated

from fastapi import Depends, Request

from app.accounts.dependencies import bearer_token, session_token
from app.accounts.tokens import hash_token
from app.votes.cast import Credentials


def credentials_of(request: Request) -> Credentials:
    """An API token takes precedence over a cookie, as it does everywhere."""
    if token := bearer_token(request):
        return Credentials(None, hash_token(token))
    token = session_token(request)
    return Credentials(hash_token(token) if token else None, None)


async def credentials(request: Request) -> Credentials:
    return credentials_of(request)


CredentialsDependency = Annotated[Credentials, Depends(credentials)]
