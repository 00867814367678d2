"""Whether a provider can be where and what it is said to be, told before it is added."""

from collections.abc import Mapping
from typing import Any

from app.errors import InvalidInputError
from app.providers.addresses import ASK_AN_ADMINISTRATOR, check_address
from app.providers.build import build_provider
from app.providers.http import make_client
from app.providers.protocol import ProviderError, UnreachableError

KINDS_WITH_ADDRESS = ("openai", "anthropic")
NAME_IS_UNKNOWN = "The name in its address is not known here yet. Nothing answers until it is."
_ALLOW_IT = " Tick “In the server's own network” (in a file, allow_private: true) if it is to stand there."


async def check_provider(
    kind: str, base_url: str | None, options: Mapping[str, Any], *, allow_private: bool, is_administrator: bool
) -> str | None:
    """A warning, or None. Raises InvalidInputError with the reason where it cannot be.

    A name in the address is looked up; nothing is sent there. An unknown name is only a warning: it may be known later,
    or elsewhere, and every call looks it up and checks it again. is_administrator: whoever asks may allow more.
    """
    if kind not in KINDS_WITH_ADDRESS and base_url is not None:
        raise InvalidInputError(f"A {kind} provider has no address: it calls nobody.")
    if kind in KINDS_WITH_ADDRESS and base_url is None:
        raise InvalidInputError("The address is missing, such as https://api.example.com/v1.")
    try:
        async with make_client() as client:
            build_provider(kind, base_url, None, options, client, allow_private=allow_private)
        if base_url is not None:
            await check_address(base_url, allow_private=allow_private)
    except UnreachableError:
        return NAME_IS_UNKNOWN
    except ProviderError as error:
        said = str(error)
        raise InvalidInputError(said.replace(ASK_AN_ADMINISTRATOR, _ALLOW_IT) if is_administrator else said) from error
    return None
