"""Who may have a live arena's prompts and answers sent where: checked wherever its settings are changed."""

from app.accounts.viewer import Viewer
from app.arenas.schemas import LiveSettings
from app.errors import ForbiddenError, InvalidInputError
from app.providers.addresses import check_address
from app.providers.protocol import ProviderError

# What the guard says further is of providers; a moderation endpoint in the own network is never reached.
_OF_PROVIDERS = " An administrator can allow that for this provider."


async def check_endpoint(viewer: Viewer, present: LiveSettings, wanted: LiveSettings) -> None:
    """Raises ForbiddenError or InvalidInputError where the viewer may not set this endpoint; as it was, it may stay."""
    if (wanted.moderation_url, wanted.moderation_variable) == (present.moderation_url, present.moderation_variable):
        return
    # A variable is the operator's: whoever chose an address of their own could have it sent there.
    if wanted.moderation_variable is not None and viewer.role != "admin":
        raise ForbiddenError(
            "Only an administrator can have a key from the server's environment sent to an address. "
            "Ask one, or leave the variable out."
        )
    if wanted.moderation_url is None or wanted.moderation_url == present.moderation_url:
        return
    try:
        await check_address(wanted.moderation_url, allow_private=False)
    except ProviderError as error:
        raise InvalidInputError(f"Moderation endpoint: {str(error).removesuffix(_OF_PROVIDERS)}") from error
