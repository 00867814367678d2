"""Where a webhook may lead: to the open internet alone, told when the address is set. Connecting checks again."""

import asyncio
import re

from app.errors import InvalidInputError
from app.providers.addresses import Resolve, check_address, check_literal, parse_address
from app.providers.protocol import ForbiddenAddressError, UnreachableError

LONGEST = 2_000
_LOOKUP_SECONDS = 5.0
# What may stand in a query (RFC 3986), with percent signs as they come.
_QUERY = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@/?%\[\]]*")


async def check_target(url: str, resolve: Resolve | None = None) -> None:
    """Raises InvalidInputError with what is wrong. A name is looked up; nothing is sent there."""
    if len(url) > LONGEST:
        raise InvalidInputError(f"The address must not be longer than {LONGEST:,} characters.")
    base, _, query = url.partition("?")
    try:
        parsed = parse_address(base)
    except ForbiddenAddressError as error:
        raise InvalidInputError(str(error)) from error
    if not _QUERY.fullmatch(query):
        raise InvalidInputError("What follows the ? in the address holds a character that must be written as %xx.")
    try:
        check_literal(parsed, allow_private=False)
        async with asyncio.timeout(_LOOKUP_SECONDS):
            await check_address(base, allow_private=False, resolve=resolve)
    except ForbiddenAddressError as error:
        raise InvalidInputError(
            "The address leads into a private or reserved network. Webhooks go to the open internet alone."
        ) from error
    except (UnreachableError, TimeoutError) as error:
        raise InvalidInputError("The name in the address is not known. Check how it is written.") from error
