"""Many clients on loopback that send prepared requests over kept connections and do as little else as can be."""

import asyncio
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Request = Callable[[], bytes]


@dataclass(frozen=True)
class Load:
    """What came of it. latencies in seconds, sorted."""

    seconds: float
    latencies: list[float]
    statuses: dict[int, int]

    @property
    def median(self) -> float:
        return statistics.median(self.latencies)

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        return self.latencies[min(int(len(self.latencies) * share), len(self.latencies) - 1)]

    def __str__(self) -> str:
        p99 = self.percentile(0.99) * 1e3
        return f"{self.rate:,.0f}/s, median {self.median * 1e3:.1f} ms, 99th percentile {p99:.1f} ms, {self.statuses}"


def post(path: str, cookie: str, body: bytes, kind: str = "application/json") -> bytes:
    """A request as it goes over the wire."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nContent-Type: {kind}\r\n"
        f"Accept: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def drive(port: int, clients: int, seconds: float, next_request: Request) -> Load:
    """Let clients send one request after another for a while."""
    latencies: list[float] = []
    statuses: dict[int, int] = {}
    started = time.perf_counter()

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() - started < seconds:
            before = time.perf_counter()
            writer.write(next_request())
            status, _ = await _read_response(reader)
            latencies.append(time.perf_counter() - before)
            statuses[status] = statuses.get(status, 0) + 1
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return Load(time.perf_counter() - started, sorted(latencies), statuses)


async def walk(port: int, cookies: list[str], seconds: float) -> tuple[Load, Load]:
    """People who take the next battle, open its page and vote, over and over: how long the first two took."""
    nexts: list[float] = []
    pages: list[float] = []
    statuses: dict[int, int] = {}
    started = time.perf_counter()

    async def person(cookie: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)

        async def ask(request: bytes, latencies: list[float] | None = None) -> bytes:
            before = time.perf_counter()
            writer.write(request)
            status, body = await _read_response(reader)
            if latencies is not None:
                latencies.append(time.perf_counter() - before)
            statuses[status] = statuses.get(status, 0) + 1
            return body

        while time.perf_counter() - started < seconds:
            found = re.search(rb"[0-9a-f-]{36}", await ask(post("/api/arenas/bench/battles", cookie, b""), nexts))
            assert found, "no battle came"
            battle = found[0].decode()
            await ask(f"GET /battles/{battle} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode(), pages)
            await ask(post(f"/api/battles/{battle}/vote", cookie, b'{"choice":"tie","revision":0}'))
        writer.close()

    await asyncio.gather(*(person(cookie) for cookie in cookies))
    took = time.perf_counter() - started
    return Load(took, sorted(nexts), statuses), Load(took, sorted(pages), statuses)


async def _read_response(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line[15:])
    return status, await reader.readexactly(length)
