"""Asks a provider that stands behind a fake service."""

from collections.abc import Sequence
from typing import Any

import httpx
from hypothesis import strategies as st

from app.providers.build import build_provider
from app.providers.protocol import Call, Event, Finished, Fragment, Message, Sampling
from tests.providers.fake_services import CREDENTIAL, FakeService, Reply, Script

# JSON of all shapes with the words of both protocols.
NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "delta", "message", "content", "usage", "error", "code", "finish_reason", "text"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def sending(*parts: str | bytes, end: bool = True, content_type: str = "text/event-stream") -> Script:
    async def script(reply: Reply) -> None:
        await reply.head(content_type=content_type)
        for part in parts:
            await reply.send(part)
        if not end:
            raise ConnectionError
        await reply.end()

    return script


def saying(value: Any, status: int = 200, **headers: str) -> Script:
    async def script(reply: Reply) -> None:
        await reply.whole(value, status, **headers)

    return script


async def ask(
    kind: str,
    client: httpx.AsyncClient,
    service: FakeService,
    *,
    messages: Sequence[Message] = (Message("user", "Hello?"),),
    sampling: Sampling | None = None,
    options: dict[str, Any] | None = None,
) -> list[Event]:
    provider = build_provider(kind, service.origin + "/v1", CREDENTIAL, options or {}, client, allow_private=True)
    return [event async for event in provider.stream(Call("the-model", messages, sampling or Sampling()))]


def text_of(events: Sequence[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Fragment))


def end_of(events: Sequence[Event]) -> Finished:
    end = events[-1]
    assert isinstance(end, Finished)
    return end
