"""Servers on loopback that speak the wire formats, byte by byte as a test wants it, and notice when a client leaves."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from app.providers.words import pieces

CREDENTIAL = "sk-planted-0123456789-credential"
LLAMA_KEY = "sk-of-the-real-llama-server"


@dataclass
class Request:
    """What a client asked. `left` is set once it has closed the connection."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    left: asyncio.Event = field(default_factory=asyncio.Event)


class Reply:
    """Writes the answer in chunks."""

    def __init__(self, writer: asyncio.StreamWriter, request: Request) -> None:
        self.connection = writer
        self.request = request

    async def head(self, status: int = 200, content_type: str = "text/event-stream", **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} Said", f"content-type: {content_type}", "transfer-encoding: chunked"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await self.raw("\r\n".join([*lines, "", ""]).encode())

    async def raw(self, data: bytes) -> None:
        self.connection.write(data)
        await self.connection.drain()

    async def send(self, text: str | bytes, size: int | None = None) -> None:
        """The text in chunks of a size in bytes, or in one."""
        data = text.encode() if isinstance(text, str) else text
        step = size or len(data)
        for start in range(0, len(data), step):
            part = data[start : start + step]
            await self.raw(f"{len(part):x}\r\n".encode() + part + b"\r\n")

    async def end(self) -> None:
        await self.raw(b"0\r\n\r\n")

    async def whole(self, value: Any, status: int = 200, **headers: str) -> None:
        await self.head(status, "application/json", **headers)
        await self.send(json.dumps(value))
        await self.end()


Script = Callable[[Reply], Awaitable[None]]


@dataclass
class FakeService:
    """Answers each request with the script of the moment."""

    script: Script | None = None
    port: int = 0
    requests: list[Request] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                request = Request(head[0].split(" ")[1], headers, json.loads(body))
                self.requests.append(request)
                await self._answer(Reply(writer, request), reader)
        writer.close()

    async def _answer(self, reply: Reply, reader: asyncio.StreamReader) -> None:
        """Until the script ends or the client leaves."""
        assert self.script is not None
        answering = asyncio.ensure_future(self.script(reply))
        leaving = asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait([answering, leaving], return_when=asyncio.FIRST_COMPLETED)
            if leaving.done():
                reply.request.left.set()
                raise ConnectionError
            await answering
        finally:
            for task in (answering, leaving):
                task.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[FakeService]:
    service = FakeService()
    server = await asyncio.start_server(service.handle, "127.0.0.1", 0, backlog=1000)
    service.port = server.sockets[0].getsockname()[1]
    try:
        yield service
    finally:
        server.close()


async def for_ever() -> None:
    await asyncio.Event().wait()


def event(data: Any, name: str | None = None) -> str:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return (f"event: {name}\n" if name else "") + f"data: {text}\n\n"


def openai_chunk(text: str | None = None, reason: str | None = None) -> str:
    delta = {} if text is None else {"content": text}
    return event({"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]})


def anthropic_event(kind: str, **values: Any) -> str:
    return event({"type": kind, **values}, kind)


def anthropic_text(text: str) -> str:
    return anthropic_event("content_block_delta", index=0, delta={"type": "text_delta", "text": text})


def openai_answer(
    text: str, *, size: int | None = None, hang_after: int | None = None, break_after: int | None = None
) -> Script:
    """What such a service sends; it heeds max_tokens, one word each."""

    async def script(reply: Reply) -> None:
        await reply.head()
        await reply.send(": keep-alive\n\n" + event({"choices": [{"index": 0, "delta": {"role": "assistant"}}]}))
        words, most = pieces(text), reply.request.body.get("max_tokens")
        await _say(reply, map(openai_chunk, words[:most]), size, hang_after, break_after)
        reason = "stop" if most is None or most >= len(words) else "length"
        await reply.send(openai_chunk(reason=reason))
        await reply.send(event({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": len(words[:most])}}))
        await reply.send(event("[DONE]"))
        await reply.end()

    return script


def anthropic_answer(
    text: str, *, size: int | None = None, hang_after: int | None = None, break_after: int | None = None
) -> Script:
    async def script(reply: Reply) -> None:
        await reply.head()
        await reply.send(anthropic_event("message_start", message={"usage": {"input_tokens": 7, "output_tokens": 1}}))
        await reply.send(anthropic_event("content_block_start", index=0, content_block={"type": "text", "text": ""}))
        await reply.send(anthropic_event("ping"))
        words, most = pieces(text), reply.request.body["max_tokens"]
        await _say(reply, map(anthropic_text, words[:most]), size, hang_after, break_after)
        reason = "end_turn" if most >= len(words) else "max_tokens"
        usage = {"output_tokens": len(words[:most])}
        await reply.send(anthropic_event("message_delta", delta={"stop_reason": reason}, usage=usage))
        await reply.send(anthropic_event("message_stop"))
        await reply.end()

    return script


async def _say(
    reply: Reply, chunks: Iterable[str], size: int | None, hang_after: int | None, break_after: int | None
) -> None:
    for index, chunk in enumerate(chunks):
        if index == hang_after:
            await for_ever()
        if index == break_after:
            raise ConnectionError
        await reply.send(chunk, size)
