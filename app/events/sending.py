"""One attempt at one delivery, over the guarded client. What a receiver can do is to answer with a status, in time."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import aiohttp
import httpx

from app.events import signatures
from app.providers.http import AddressRefusedError

WHOLE_SECONDS: Final = 15.0
# The answer's body says nothing to us. A little of it is taken, so that the connection can serve again.
_MOST_BODY: Final = 64 * 1024
_BODY_SECONDS: Final = 1.0
GONE: Final = 410


@dataclass(frozen=True)
class Outcome:
    """How an attempt went. status is None where no answer came, error None where it went well."""

    status: int | None
    error: str | None
    seconds: float

    @property
    def is_delivered(self) -> bool:
        return self.error is None


async def send(client: httpx.AsyncClient, url: str, keys: Sequence[bytes], event_id: str, body: bytes) -> Outcome:
    """Send it once. Whatever the receiver does, this ends within WHOLE_SECONDS and raises nothing."""
    headers = {
        **signatures.headers(keys, event_id, int(time.time()), body),
        "content-type": "application/json",
        "user-agent": "Preferendum-Webhooks",
    }
    began = time.monotonic()
    status: int | None = None
    try:
        async with asyncio.timeout(WHOLE_SECONDS):
            async with _posted(client, url, body, headers) as response:
                status = response.status_code
                await _drain(response)
        error = _refusal(status)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as failure:
        # With a good status it has arrived, however the rest of the answer ended.
        error = _in_words(failure) if status is None else _refusal(status)
    return Outcome(status, error, time.monotonic() - began)


@contextlib.asynccontextmanager
async def _posted(
    client: httpx.AsyncClient, url: str, body: bytes, headers: Mapping[str, str]
) -> AsyncIterator[httpx.Response]:
    """Once more where a kept connection turns out to be closed: receivers close them without a word."""
    request = client.build_request("POST", url, content=body, headers=headers)
    try:
        response = await client.send(request, stream=True, follow_redirects=False)
    except httpx.TransportError as failure:
        if not any(isinstance(cause, aiohttp.ServerDisconnectedError) for cause in _causes(failure)):
            raise
        request = client.build_request("POST", url, content=body, headers=headers)
        response = await client.send(request, stream=True, follow_redirects=False)
    try:
        yield response
    finally:
        await response.aclose()


async def _drain(response: httpx.Response) -> None:
    read = 0
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in response.aiter_raw():
                read += len(chunk)
                if read > _MOST_BODY:
                    return
    except TimeoutError:
        return


def _refusal(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return f"It answered {status}, a redirect. Redirects are not followed: set the address that it leads to."
    if status == GONE:
        return "It answered 410: there is nothing here any more."
    return f"It answered {status}."


def _in_words(failure: Exception) -> str:
    """What went wrong, for the owner. The kinds are those of the causes: the transport's own are coarser."""
    causes = list(_causes(failure))

    def is_by(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    if is_by(AddressRefusedError):
        return "Nothing was sent: the address leads into a private or reserved network."
    if is_by(ssl.SSLError, aiohttp.ClientSSLError):
        return "No safe connection could be made: its certificate does not hold."
    if is_by(aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, httpx.ConnectError):
        return "No connection could be made."
    if is_by(TimeoutError):
        return f"No answer came within {WHOLE_SECONDS:.0f} seconds."
    return "The connection broke, or the answer was not HTTP as it should be."


def _causes(failure: BaseException) -> Iterator[BaseException]:
    """It and what it came from."""
    cause: BaseException | None = failure
    while cause is not None:
        yield cause
        cause = cause.__cause__
