"""The one HTTP client for all providers: aiohttp's speed behind httpx's interface, and a guard in front of both.

No redirects, no proxies and no credentials from the environment, no cookies, no compression (a few bytes may unfold
into gigabytes), a cap on the bytes of an answer. Two pools of connections, so that one which was opened where private
addresses are allowed never serves a provider for which they are not.
"""

import contextlib
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final

import aiohttp
import httpx
from aiohappyeyeballs import AddrInfoType
from aiohttp.abc import AbstractResolver, ResolveResult
from httpx_aiohttp import AiohttpTransport

from app.providers.addresses import Resolve, check_literal, forbidden, is_public, resolve_host, resolve_public
from app.providers.protocol import ForbiddenAddressError

MOST_BYTES: Final = 32 * 1024 * 1024
ALLOW_PRIVATE: Final = "allow_private"
"""The request extension by which a provider that an administrator let into the own network says so."""

# Between two reads, so longer than any model thinks; the limits of a call are kept in `calling.py`.
_TIMEOUT: Final = httpx.Timeout(connect=10.0, read=3_600.0, write=30.0, pool=10.0)
_HEADERS: Final = {"accept-encoding": "identity", "user-agent": "preferendum"}


class AddressRefusedError(httpx.ConnectError):
    """The guard let no connection be made."""


class AnswerTooLargeError(httpx.ReadError):
    """The answer has more bytes than any model writes."""


def make_client(*, resolve: Resolve = resolve_host, most_bytes: int = MOST_BYTES) -> httpx.AsyncClient:
    """The client that all providers of a process share. Whoever makes it closes it. All it raises is httpx's."""
    return httpx.AsyncClient(
        transport=GuardedTransport(resolve, most_bytes),
        headers=_HEADERS,
        timeout=_TIMEOUT,
        follow_redirects=False,
        trust_env=False,
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
    )


class GuardedTransport(httpx.AsyncBaseTransport):
    """Chooses the pool by the request's extension; without it, private addresses are refused."""

    def __init__(self, resolve: Resolve, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        tls = _authorities()

        def open_pool(**settings: Any) -> AiohttpTransport:
            def session() -> aiohttp.ClientSession:
                # No limit of connections: models have one each, and one slow model must not hold up the others.
                connector = aiohttp.TCPConnector(ssl=tls, limit=0, use_dns_cache=False, **settings)
                return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

            return AiohttpTransport(verify=tls, client=session)

        self._public = open_pool(resolver=_PinnedResolver(resolve), socket_factory=_public_socket)
        # A server nearby costs nothing to connect to again, and some (llama.cpp) close what they said they would keep.
        self._any = open_pool(force_close=True)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        allow_private = request.extensions.get(ALLOW_PRIVATE) is True
        with _as_httpx_errors():
            check_literal(request.url, allow_private=allow_private)
            response = await (self._any if allow_private else self._public).handle_async_request(request)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            await response.aclose()
            raise httpx.RemoteProtocolError("The answer is compressed, which was not asked for.")
        return httpx.Response(
            status_code=response.status_code,
            headers=response.headers,
            stream=_CappedStream(response.stream, self._most_bytes),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        await self._public.aclose()
        await self._any.aclose()


@cache
def _authorities() -> ssl.SSLContext:
    """Whom a process trusts; reading their certificates takes a fiftieth of a second."""
    return httpx.create_ssl_context()


class _CappedStream(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream, most_bytes: int) -> None:
        self._stream = stream
        self._left = most_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx_errors():
            async for chunk in self._stream:
                self._left -= len(chunk)
                if self._left < 0:
                    raise AnswerTooLargeError("The answer is too large.")
                yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


class _PinnedResolver(AbstractResolver):
    """Hands over checked addresses only, which are then connected to without being looked up again."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 (aiohttp passes it; the addresses have theirs)
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address in await resolve_public(host, port, self._resolve)
        ]

    async def close(self) -> None:
        pass


def _public_socket(info: AddrInfoType) -> socket.socket:
    """The last gate, whatever way the address came here: no socket is made for one that is not public."""
    family, kind, proto, _, address = info
    if not is_public(str(address[0])):
        raise forbidden()
    return socket.socket(family, kind, proto)


@contextlib.contextmanager
def _as_httpx_errors() -> Iterator[None]:
    """httpx-aiohttp lets some errors of aiohttp through, and the guard's are ours."""
    try:
        yield
    except ForbiddenAddressError as error:
        raise AddressRefusedError(str(error)) from None
    except aiohttp.ClientError as error:
        raise httpx.RemoteProtocolError(type(error).__name__) from None


def post(
    client: httpx.AsyncClient,
    url: httpx.URL,
    body: Mapping[str, Any],
    headers: Mapping[str, str],
    *,
    allow_private: bool,
) -> contextlib.AbstractAsyncContextManager[httpx.Response]:
    """A streamed answer to a JSON body."""
    return client.stream("POST", url, json=body, headers=dict(headers), extensions={ALLOW_PRIVATE: allow_private})
