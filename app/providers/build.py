"""Makes providers from plain values, as they are stored."""

from collections.abc import Mapping
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from app.providers.addresses import parse_address
from app.providers.anthropic_messages import AnthropicMessages, AnthropicMessagesOptions
from app.providers.fault import Fault, FaultOptions
from app.providers.openai_chat import OpenAIChat, OpenAIChatOptions
from app.providers.protocol import MisconfiguredError, Provider
from app.providers.replay import Replay, ReplayOptions

_Options = TypeVar("_Options", bound=BaseModel)


def build_provider(
    kind: str,
    base_url: str | None,
    credential: str | None,
    options: Mapping[str, Any],
    client: httpx.AsyncClient,
    *,
    allow_private: bool = False,
) -> Provider:
    """A provider, which costs nothing to make. Raises MisconfiguredError, or ForbiddenAddressError for its address.

    kind: openai, anthropic, replay or fault; the last two call nobody. client: of `make_client`, shared by all.
    Names are looked up only when it is called; `addresses.check_address` tells earlier.
    """
    match kind:
        case "openai":
            chosen = _checked(OpenAIChatOptions, options)
            address = _address(base_url)
            return OpenAIChat(client, address, _word(credential), chosen, allow_private=allow_private)
        case "anthropic":
            wanted = _checked(AnthropicMessagesOptions, options)
            address = _address(base_url)
            return AnthropicMessages(client, address, _word(credential), wanted, allow_private=allow_private)
        case "replay":
            return Replay(_checked(ReplayOptions, options))
        case "fault":
            return Fault(_checked(FaultOptions, options))
        case _:
            raise MisconfiguredError(f"There is no kind of provider called {kind!r}.")


def _address(base_url: str | None) -> httpx.URL:
    if not base_url:
        raise MisconfiguredError("The provider has no address.")
    return parse_address(base_url)


def _word(credential: str | None) -> str | None:
    """The credential, if a header can carry it. The message must not repeat it."""
    if credential and not (credential.isascii() and credential.isprintable() and " " not in credential):
        raise MisconfiguredError("The credential is not one word of printable ASCII characters.")
    return credential or None


def _checked(kind: type[_Options], options: Mapping[str, Any]) -> _Options:
    try:
        return kind.model_validate(options)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise MisconfiguredError(f"The option {place} is wrong: {first['msg']}.") from None
