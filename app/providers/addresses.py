"""Which addresses a provider may have, so that none reaches the machine's own network.

A name is resolved once, its answers are checked, and the connection goes to a checked answer (`http.py`): a name whose
answer changes between the check and the connection gains nothing. Both checks and connections go through `is_public`.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import httpx

from app.providers.protocol import ForbiddenAddressError, UnreachableError

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host name, as text. Raises OSError."""

ASK_AN_ADMINISTRATOR: Final = " An administrator can allow that for this provider."
_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
# What some versions of Python call global and still leads elsewhere: Teredo and 6to4 carry an IPv4 address inside.
_NOT_PUBLIC: Final = tuple(
    map(
        ipaddress.ip_network,
        (
            "192.0.0.0/24",  # for protocols; a cloud has its metadata there
            "192.88.99.0/24",  # relays of 6to4
            "168.63.129.16/32",  # a cloud's service for its own virtual machines, at a public address
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "3fff::/20",
        ),
    )
)
_NOT_IN_AN_ADDRESS: Final = re.compile(r"[\x00-\x20\x7f-\xa0\\]")
_AUTHORITY: Final = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)
_ENDS_IN_A_NUMBER: Final = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)\.?$", re.IGNORECASE)
_HOST: Final = re.compile(r"(?=.{1,253}\.?$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?", re.IGNORECASE)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet.

    Of IPv6 only global unicast is: so mapped, compatible and translated (NAT64) forms of IPv4, loopback, link-local,
    unique local and multicast addresses fall away without being listed.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if not ip.is_global or ip.is_multicast or ip.is_reserved:
        return False
    if ip.version == 6 and ip not in _GLOBAL_UNICAST:
        return False
    return not any(ip in network for network in _NOT_PUBLIC)


def parse_address(address: str) -> httpx.URL:
    """The address of a service, refused if programs may read it in different ways.

    An IPv4 address has to be written as four decimal numbers, whatever may be reached. Raises ForbiddenAddressError.
    """
    found = _AUTHORITY.match(address)
    if found is None:
        raise ForbiddenAddressError("The address has to begin with http:// or https://.")
    if _NOT_IN_AN_ADDRESS.search(address):
        raise ForbiddenAddressError("The address holds white space, a control character or a backslash.")
    if "@" in found[1]:
        raise ForbiddenAddressError("The address must not hold a name or password; set the credential apart.")
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError):
        raise ForbiddenAddressError("The address cannot be read.") from None
    if url.query or url.fragment or "?" in address or "#" in address:
        raise ForbiddenAddressError("The address must end with its path, without ? or #.")
    _check_host(url)
    return url


def check_literal(url: httpx.URL, *, allow_private: bool) -> None:
    """Raises ForbiddenAddressError where the host itself is an IP address that may not be reached."""
    host = _ascii_host(url)
    if not allow_private and _is_ip(host) and not is_public(host):
        raise forbidden()


async def check_address(address: str, *, allow_private: bool, resolve: Resolve | None = None) -> None:
    """Tells early what a connection would find: ForbiddenAddressError, or UnreachableError for an unknown name."""
    url = parse_address(address)
    if allow_private:
        return
    check_literal(url, allow_private=False)
    host = _ascii_host(url)
    if not _is_ip(host):
        try:
            await resolve_public(host, url.port or 443, resolve or resolve_host)
        except OSError:
            raise UnreachableError("The name in the address is not known.") from None


async def resolve_public(host: str, port: int, resolve: Resolve) -> Sequence[str]:
    """The addresses of a name, all of them public. Raises OSError or ForbiddenAddressError.

    One private answer among others refuses all: which of them is taken is no matter of chance for an attacker.
    """
    addresses = await resolve(host, port)
    if not addresses:
        raise OSError("The name has no address.")
    if not all(map(is_public, addresses)):
        raise forbidden()
    return addresses


async def resolve_host(host: str, port: int) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


def forbidden() -> ForbiddenAddressError:
    return ForbiddenAddressError(f"The address leads into a private or reserved network.{ASK_AN_ADMINISTRATOR}")


def _check_host(url: httpx.URL) -> None:
    host = _ascii_host(url)
    if url.port == 0:
        raise ForbiddenAddressError("The address has port 0, which does not exist.")
    if _is_ip(host):
        return
    if ":" in host or _ENDS_IN_A_NUMBER.search(host):
        raise ForbiddenAddressError("The address holds an IP address in an unusual form.")
    if not _HOST.fullmatch(host):
        raise ForbiddenAddressError("The address has no valid host name.")


def _ascii_host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii")


def _is_ip(host: str) -> bool:
    """Whether it is an address in the one form that every program reads alike."""
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return False
    return ip.version == 4 or "%" not in host
