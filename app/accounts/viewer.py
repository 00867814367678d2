"""Who is asking: the person or program behind a request."""

import uuid
from dataclasses import dataclass
from typing import Literal

from app.errors import ForbiddenError, SignInRequiredError

Role = Literal["admin", "researcher", "annotator"]
Scope = Literal["read", "vote", "manage", "export"]
SCOPES: tuple[Scope, ...] = ("read", "vote", "manage", "export")
SCOPES_OF_ROLE: dict[Role, frozenset[Scope]] = {
    "annotator": frozenset({"read", "vote"}),
    "researcher": frozenset(SCOPES),
    "admin": frozenset(SCOPES),
}


@dataclass(frozen=True)
class Viewer:
    """A stranger has neither annotator nor account; an anonymous annotator has no account.

    scopes are what this request may do at most: those of the API token, or those of the role.
    """

    annotator_id: uuid.UUID | None = None
    app_user_id: uuid.UUID | None = None
    email: str | None = None
    role: Role = "annotator"
    scopes: frozenset[Scope] = SCOPES_OF_ROLE["annotator"]

    @property
    def is_signed_in(self) -> bool:
        return self.app_user_id is not None

    @property
    def is_researcher(self) -> bool:
        return self.is_signed_in and self.role in ("researcher", "admin")

    def owns(self, owner_id: uuid.UUID | None) -> bool:
        """Whether things of this owner are the viewer's to manage: their own, and for an admin everybody's."""
        if not self.is_researcher:
            return False
        return self.role == "admin" or owner_id == self.app_user_id

    def require(self, scope: Scope) -> None:
        """Raise unless this request may do what the scope names."""
        if scope in self.scopes:
            return
        if not self.is_signed_in:
            raise SignInRequiredError("This needs an account. Sign in, or send an API token.")
        raise ForbiddenError(f"This needs the right to {scope}, which this account or token does not have.")


STRANGER = Viewer()
OPERATOR = Viewer(role="admin", app_user_id=uuid.UUID(int=0), scopes=SCOPES_OF_ROLE["admin"])
"""Whoever runs a command on the server's own machine."""
