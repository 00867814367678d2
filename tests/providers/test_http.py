"""The shared client: what it does not do, and where it stops reading."""

import gzip
from typing import Any

import httpx
import pytest

from app.providers.build import build_provider
from app.providers.http import MOST_BYTES, make_client
from app.providers.protocol import Call, Message, NotUnderstoodError, TooLongError, UnreachableError
from tests.providers.fake_services import FakeService, Reply, openai_chunk
from tests.providers.reading import ask, end_of, sending, text_of

ALLOWED = {"allow_private": True}


async def test_an_answer_of_a_hundred_megabytes_is_cut_off(client: httpx.AsyncClient, service: FakeService) -> None:
    sent = 0

    async def script(reply: Reply) -> None:
        nonlocal sent
        await reply.head()
        for _ in range(100):
            await reply.send(b": " + b"x" * 1_000_000 + b"\n")
            sent += 1_000_000

    service.script = script
    with pytest.raises(TooLongError):
        await ask("openai", client, service)
    assert sent < MOST_BYTES + 20_000_000


async def test_a_single_answer_in_one_piece_is_cut_off_as_well(service: FakeService) -> None:
    service.script = sending('{"choices": "', "x" * 2_000, content_type="application/json")
    async with make_client(most_bytes=1_000) as client:
        with pytest.raises(TooLongError):
            await ask("openai", client, service)


async def test_a_compressed_answer_is_not_unfolded(client: httpx.AsyncClient, service: FakeService) -> None:
    async def script(reply: Reply) -> None:
        await reply.head(content_encoding="gzip")
        await reply.send(gzip.compress(b"x" * 10_000_000))
        await reply.end()

    service.script = script
    with pytest.raises(NotUnderstoodError):
        await ask("openai", client, service)


async def test_a_cookie_is_not_kept(client: httpx.AsyncClient, service: FakeService) -> None:
    async def script(reply: Reply) -> None:
        await reply.head(set_cookie="who=you; Path=/")
        await reply.send(openai_chunk("Yes.", "stop"))
        await reply.end()

    service.script = script
    for origin in (service.origin, service.origin.replace("127.0.0.1", "localhost")) * 2:  # a jar may pass over numbers
        provider = build_provider("openai", origin, None, {}, client, allow_private=True)
        assert text_of([event async for event in provider.stream(Call("m", [Message("user", "Hello?")]))]) == "Yes."
    assert ["cookie" in request.headers for request in service.requests] == [False] * 4


async def test_a_proxy_of_the_environment_is_not_used(service: FakeService, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    service.script = sending(openai_chunk("Yes.", "stop"))
    async with make_client() as client:
        assert text_of(await ask("openai", client, service)) == "Yes."


async def test_nobody_listening_is_told_as_unreachable(client: httpx.AsyncClient, service: FakeService) -> None:
    provider = build_provider("openai", "http://127.0.0.1:1/v1", None, {}, client, allow_private=True)
    with pytest.raises(UnreachableError):
        await anext(provider.stream(Call("m", [Message("user", "Hello?")])))


@pytest.mark.parametrize(
    "said", [b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 9\r\n\r\n", b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", b""]
)
async def test_what_is_no_http_is_an_error_of_the_tree(
    client: httpx.AsyncClient, service: FakeService, said: bytes
) -> None:
    async def script(reply: Reply) -> None:
        await reply.raw(said)
        raise ConnectionError

    service.script = script
    with pytest.raises((NotUnderstoodError, UnreachableError)):
        await ask("openai", client, service)


async def test_a_server_that_answers_once_a_connection_is_asked_again_without_failure(
    client: httpx.AsyncClient, service: FakeService
) -> None:
    used = set()

    async def script(reply: Reply) -> None:
        if reply.connection in used:
            raise ConnectionError
        used.add(reply.connection)
        await reply.head()
        await reply.send(openai_chunk("Yes.", "stop"))
        await reply.end()

    service.script = script
    for _ in range(3):
        assert text_of(await ask("openai", client, service)) == "Yes."


async def test_a_line_of_an_event_may_be_long(client: httpx.AsyncClient, service: FakeService) -> None:
    """Longer than any buffer on the way."""
    text = "word " * 200_000
    service.script = sending(openai_chunk(text), openai_chunk(reason="stop"))
    events = await ask("openai", client, service)
    assert text_of(events) == text
    assert end_of(events).reason == "stop"


async def test_others_than_providers_get_the_guard_with_the_errors_that_they_know(
    client: httpx.AsyncClient, service: FakeService
) -> None:
    with pytest.raises(httpx.ConnectError):
        await client.post(service.origin, json={})
    assert service.requests == []

    async def script(reply: Reply) -> None:
        await reply.whole({"fine": True})

    service.script = script
    answer: Any = (await client.post(service.origin, json={}, extensions=ALLOWED)).json()
    assert answer == {"fine": True}
