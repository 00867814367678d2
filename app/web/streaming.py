"""Server-sent events."""

from collections.abc import AsyncIterator
from typing import Any

import orjson
from starlette.datastructures import Headers
from starlette.responses import StreamingResponse

KEEP_OPEN = b":\n\n"


def wants_events(headers: Headers) -> bool:
    return "text/event-stream" in headers.get("accept", "")


def event(name: str, data: Any) -> bytes:
    """One event, its data as JSON."""
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"


def event_stream(events: AsyncIterator[bytes]) -> StreamingResponse:
    """Events as they come. Proxies are asked neither to collect nor to compress them."""
    headers = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)
