"""No way of writing an address reaches the machine's own network unless an administrator allows it."""

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import httpx
import pytest

from app.providers import http
from app.providers.addresses import Resolve, check_address, is_public, parse_address
from app.providers.build import build_provider
from app.providers.http import make_client
from app.providers.protocol import (
    Call,
    ForbiddenAddressError,
    Fragment,
    Message,
    ProviderError,
    RefusedError,
    UnreachableError,
)
from tests.providers.address_forms import NOT_PUBLIC, PUBLIC, forms
from tests.providers.fake_services import CREDENTIAL, FakeService, Reply, openai_answer

CALL = Call("m", [Message("user", "Hello?")])


@dataclass
class Canary:
    """A listener on every address of this machine that must not be reached."""

    port: int = 0
    connections: int = 0

    async def reached(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        writer.close()


@pytest.fixture
async def canary() -> AsyncIterator[Canary]:
    canary = Canary()
    server = await asyncio.start_server(canary.reached, "0.0.0.0", 0)
    canary.port = server.sockets[0].getsockname()[1]
    with contextlib.suppress(OSError):  # where there is IPv6
        six = await asyncio.start_server(canary.reached, "::", canary.port)
    yield canary
    server.close()
    with contextlib.suppress(NameError):
        six.close()


def saying(*answers: Sequence[str]) -> Resolve:
    """A resolver with these answers in turn; the last one stays."""
    left = list(answers)

    async def resolve(host: str, port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


async def ask(client: httpx.AsyncClient, address: str, *, allow_private: bool = False) -> str:
    provider = build_provider("openai", address, CREDENTIAL, {}, client, allow_private=allow_private)
    return "".join([event.text async for event in provider.stream(CALL) if isinstance(event, Fragment)])


async def test_no_form_of_an_address_reaches_the_own_network(canary: Canary) -> None:
    wanted = list(dict.fromkeys(forms(canary.port)))
    assert len(wanted) >= 300
    let_through = []
    async with make_client(resolve=saying(["127.0.0.1"])) as client:
        for address in wanted:
            try:
                await ask(client, address)
            except ForbiddenAddressError:
                continue
            except ProviderError as error:
                let_through.append((address, error.kind))
            else:
                let_through.append((address, "answered"))
    assert let_through == []
    assert canary.connections == 0


async def test_the_names_that_the_system_itself_resolves_do_not_reach_it_either(
    canary: Canary, client: httpx.AsyncClient
) -> None:
    for name in ("localhost", "LOCALHOST.", "ip6-localhost", socket.gethostname()):
        with pytest.raises((ForbiddenAddressError, UnreachableError)):
            await ask(client, f"http://{name}:{canary.port}/v1")
    with pytest.raises(ForbiddenAddressError):
        await ask(client, f"http://localhost:{canary.port}/v1")
    assert canary.connections == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LocalHost"])
async def test_an_administrator_can_allow_it(canary: Canary, client: httpx.AsyncClient, host: str) -> None:
    with pytest.raises(ProviderError) as caught:
        await ask(client, f"http://{host}:{canary.port}/v1", allow_private=True)
    assert caught.value.kind != "forbidden_address"
    assert canary.connections == 1


async def test_a_connection_that_one_provider_may_have_is_not_lent_to_another(service: FakeService) -> None:
    service.script = openai_answer("Yes.")
    async with make_client() as client:
        assert await ask(client, service.origin, allow_private=True) == "Yes."
        with pytest.raises(ForbiddenAddressError):
            await ask(client, service.origin)
    assert len(service.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(
    canary: Canary, client: httpx.AsyncClient, service: FakeService, status: int
) -> None:
    async def script(reply: Reply) -> None:
        await reply.head(status, location=f"http://127.0.0.1:{canary.port}/v1/chat/completions")
        await reply.end()

    service.script = script
    with pytest.raises(RefusedError, match=str(status)):
        await ask(client, service.origin, allow_private=True)
    assert canary.connections == 0


async def test_a_name_that_changes_after_the_check_is_refused_at_the_connection(canary: Canary) -> None:
    resolve = saying(["93.184.216.34"], ["127.0.0.1"])
    address = f"http://rebinding.example:{canary.port}/v1"
    await check_address(address, allow_private=False, resolve=resolve)
    async with make_client(resolve=resolve) as client:
        with pytest.raises(ForbiddenAddressError):
            await ask(client, address)
    assert canary.connections == 0


async def test_the_connection_goes_to_the_answer_that_was_checked(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def no_socket(info: tuple[object, object, object, object, tuple[str, int]]) -> socket.socket:
        tried.append(info[4][0])
        raise OSError("there is no network in tests")

    monkeypatch.setattr(http, "_public_socket", no_socket)
    async with make_client(resolve=saying(["93.184.216.34"], ["127.0.0.1"])) as client:
        with pytest.raises(UnreachableError):
            await ask(client, f"http://rebinding.example:{canary.port}/v1")
    assert tried == ["93.184.216.34"]
    assert canary.connections == 0


@pytest.mark.parametrize("private", NOT_PUBLIC)
async def test_one_private_answer_among_public_ones_refuses_the_name(private: str) -> None:
    async with make_client(resolve=saying(["93.184.216.34", private])) as client:
        with pytest.raises(ForbiddenAddressError):
            await ask(client, "https://two-answers.example/v1")


def test_no_socket_is_made_for_an_address_that_came_by_another_way() -> None:
    for address in NOT_PUBLIC:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with pytest.raises(ForbiddenAddressError):
            http._public_socket((family, socket.SOCK_STREAM, 0, "", (address, 80)))


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_addresses_that_are_not_of_the_open_internet(address: str) -> None:
    assert not is_public(address)
    ip = ipaddress.ip_address(address)
    if ip.version == 4:
        assert not is_public(f"::ffff:{address}")
        assert not is_public(f"64:ff9b::{address}")
        assert not is_public(f"2002:{int(ip) >> 16:x}:{int(ip) & 0xFFFF:x}::1")


@pytest.mark.parametrize("address", PUBLIC)
async def test_addresses_of_the_open_internet_are_allowed(address: str) -> None:
    assert is_public(address)
    await check_address(f"https://{f'[{address}]' if ':' in address else address}:8443/v1", allow_private=False)
    await check_address("https://bücher.example/v1", allow_private=False, resolve=saying([address]))


async def test_an_unknown_name_is_told_from_a_forbidden_one() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    for answers in (resolve, saying([])):
        with pytest.raises(UnreachableError):
            await check_address("https://unknown.example/v1", allow_private=False, resolve=answers)
        async with make_client(resolve=answers) as client:
            with pytest.raises(UnreachableError):
                await ask(client, "https://unknown.example/v1")


def test_a_password_in_an_address_is_not_repeated() -> None:
    with pytest.raises(ForbiddenAddressError) as caught:
        parse_address("https://me:very-secret@service.example/v1")
    assert "very-secret" not in str(caught.value)


async def test_what_may_be_reached_privately_has_to_be_written_plainly_as_well() -> None:
    await check_address("http://127.0.0.1:8080/v1", allow_private=True)
    for address in ("http://127.1:8080/v1", "http://2130706433/v1", "http://me@127.0.0.1/v1", "ftp://127.0.0.1/"):
        with pytest.raises(ForbiddenAddressError):
            await check_address(address, allow_private=True)
