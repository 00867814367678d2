"""One tree of errors. Each class carries the status and the title that a person or program is shown."""

from collections.abc import Mapping, Sequence
from typing import Any


class PreferendumError(Exception):
    """Something that the person or program who asked can understand and act on."""

    status = 400
    title = "This could not be done"

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra: Mapping[str, Any] = extra

    @property
    def slug(self) -> str:
        """The problem's type, as RFC 9457 wants it: stable, and the same for every case of its kind."""
        name = type(self).__name__.removesuffix("Error")
        return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")


class InvalidInputError(PreferendumError):
    status = 422
    title = "The request is not valid"

    def __init__(self, detail: str, errors: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(detail, errors=list(errors))


class SignInRequiredError(PreferendumError):
    status = 401
    title = "Please sign in"


class ForbiddenError(PreferendumError):
    status = 403
    title = "This is not yours to do"


class CrossSiteError(ForbiddenError):
    title = "The request came from another site"


class NotFoundError(PreferendumError):
    status = 404
    title = "There is nothing here"


class ConflictError(PreferendumError):
    status = 409
    title = "This does not fit the present state"


class AlreadyVotedError(ConflictError):
    title = "You have already voted on this"


class UndoWindowClosedError(ConflictError):
    title = "It is too late to undo this vote"


class RateLimitedError(PreferendumError):
    status = 429
    title = "Too many at once"

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail, retry_after=retry_after)
        self.retry_after = retry_after


class UnavailableError(PreferendumError):
    status = 503
    title = "Not available at the moment"
