"""Who may see and change the registry: researchers and administrators, who share one."""

from typing import Literal

from app.accounts.viewer import Viewer
from app.errors import ForbiddenError, SignInRequiredError


def require_researcher(viewer: Viewer, scope: Literal["read", "manage"]) -> None:
    """Raise unless the viewer may read or manage models and providers."""
    if not viewer.is_signed_in:
        raise SignInRequiredError("Models are for researchers to see and add. Sign in, or send an API token.")
    if not viewer.is_researcher:
        raise ForbiddenError("Models are for researchers and administrators to see and add.")
    viewer.require(scope)


def require_administrator(viewer: Viewer, what: str) -> None:
    """Raise unless the viewer is an administrator; `what` completes "Only an administrator can …"."""
    if viewer.role != "admin":
        raise ForbiddenError(f"Only an administrator can {what}. Ask one, or leave it out.")
