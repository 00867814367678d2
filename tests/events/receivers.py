"""Real receivers on this machine, of every mood, and the way to them.

The guard lets nothing through to this machine, which is as it should be. So the tests' client stands before the guarded
transport and takes one address of the open internet, and only that, to the receiver's port; everything else about the
request, and every other address, goes through the guard as always.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import httpx

from app.providers.addresses import resolve_host
from app.providers.http import ALLOW_PRIVATE, MOST_BYTES, GuardedTransport

ELSEWHERE = "9.9.9.9"
"""A public address, which the tests never reach."""


class ToThisMachine(httpx.AsyncBaseTransport):
    """The guarded transport with a hook: requests to ELSEWHERE come to 127.0.0.1, at the same port."""

    def __init__(self) -> None:
        self.guarded = GuardedTransport(resolve_host, MOST_BYTES)
        self.hosts: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.hosts.append(request.url.host)
        if request.url.host == ELSEWHERE:
            request.url = request.url.copy_with(host="127.0.0.1")
            request.extensions[ALLOW_PRIVATE] = True
        return await self.guarded.handle_async_request(request)

    async def aclose(self) -> None:
        await self.guarded.aclose()


@dataclass(frozen=True)
class Received:
    headers: dict[str, str]
    body: bytes


Mood = Callable[["Receiver", asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def answers(*statuses: int, headers: str = "", body: str = "") -> Mood:
    """These in turn, the last of them for ever."""
    left = list(statuses)

    async def answer(_: "Receiver", __: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        status = left.pop(0) if len(left) > 1 else left[0]
        head = f"HTTP/1.1 {status} X\r\n{headers}Content-Length: {len(body)}\r\n\r\n{body}"
        writer.write(head.encode())
        await writer.drain()

    return answer


async def never_answers(_: "Receiver", reader: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    await reader.read()


def raw(start: bytes, then: bytes = b"", *, pause: float = 0.0) -> Mood:
    """Says start, and then the rest for ever, until the other side hangs up."""

    async def answer(receiver: "Receiver", _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        await writer.drain()
        while then:
            writer.write(then)
            await writer.drain()
            receiver.sent += len(then)
            await asyncio.sleep(pause)
        writer.close()

    return answer


@dataclass
class Receiver:
    """What it got is in `received`, in order of arrival; most is how many requests it had at once."""

    mood: Mood
    scheme: str = "http"
    received: list[Received] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    port: int = 0
    sent: int = 0
    now: int = 0
    most: int = 0

    @property
    def url(self) -> str:
        return f"{self.scheme}://{ELSEWHERE}:{self.port}/hook"

    async def has(self, count: int) -> None:
        """Wait until it got so many."""
        async with asyncio.timeout(30), self.arrived:
            await self.arrived.wait_for(lambda: len(self.received) >= count)

    @property
    def ids(self) -> list[str]:
        return [one.headers["webhook-id"] for one in self.received]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                lines = [line.partition(": ") for line in head.split("\r\n")[1:] if line]
                headers = {name.lower(): value for name, _, value in lines}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                async with self.arrived:
                    self.received.append(Received(headers, body))
                    self.arrived.notify_all()
                self.now += 1
                self.most = max(self.most, self.now)
                try:
                    await self.mood(self, reader, writer)
                finally:
                    self.now -= 1
        writer.close()


@contextlib.asynccontextmanager
async def receiver(mood: Mood, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A receiver for the length of the block."""
    made = Receiver(mood, scheme="https" if tls else "http")
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=tls)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
