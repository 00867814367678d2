"""Whether a provider can be where and what it is said to be, told before it is added."""

from collections.abc import Mapping
from typing import Any

from app.errors import InvalidInputError
from app.providers.addresses import check_address
from app.providers.build import build_provider
from app.providers.http import make_client
from app.providers.protocol import ProviderError

KINDS_WITH_ADDRESS = ("openai", "anthropic")


async def check_provider(kind: str, base_url: str | None, options: Mapping[str, Any], *, allow_private: bool) -> None:
    """Raises InvalidInputError with the reason. A name in the address is looked up; nothing is sent there."""
    if kind not in KINDS_WITH_ADDRESS and base_url is not None:
        raise InvalidInputError(f"A {kind} provider has no address: it calls nobody.")
    if kind in KINDS_WITH_ADDRESS and base_url is None:
        raise InvalidInputError("The address is missing, such as https://api.example.com/v1.")
    try:
        if base_url is not None:
            await check_address(base_url, allow_private=allow_private)
        async with make_client() as client:
            build_provider(kind, base_url, None, options, client, allow_private=allow_private)
    except ProviderError as error:
        raise InvalidInputError(str(error)) from error
