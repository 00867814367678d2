"""Anthropic's messages: server-sent events of several types, the system prompt apart."""

import contextlib
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from typing import Any, Final

import httpx
from pydantic import BaseModel, ConfigDict, Field

from app.providers.protocol import Call, Event, Finished, FinishReason, Fragment, ProviderError, marking_errors
from app.providers.wire import (
    Endpoint,
    Json,
    broke_off,
    error_for,
    is_json,
    not_understood,
    parse_object,
    read_events,
    read_whole,
    tokens,
)

_REASONS: Final[dict[str, FinishReason]] = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refused",
}
_STATUS: Final = {  # of the types of error
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}


class AnthropicMessagesOptions(BaseModel):
    """version: of the protocol. max_tokens: where a call says nothing, as the protocol demands a number."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    version: str = Field("2023-06-01", pattern=r"^\d{4}-\d{2}-\d{2}$")
    max_tokens: int = Field(4096, gt=0)


class AnthropicMessages:
    kind = "anthropic"

    def __init__(
        self,
        client: httpx.AsyncClient,
        base_url: httpx.URL,
        credential: str | None = None,
        options: AnthropicMessagesOptions | None = None,
        *,
        allow_private: bool = False,
    ) -> None:
        """base_url: with or without the version at its end, such as "https://api.example.com/v1"."""
        self._options = options or AnthropicMessagesOptions()
        path = base_url.path.rstrip("/").removesuffix("/v1") + "/v1/messages"
        headers = {
            "accept": "text/event-stream, application/json",
            "anthropic-version": self._options.version,
        }
        if credential is not None:
            headers["x-api-key"] = credential
        self._endpoint = Endpoint(client, base_url.copy_with(path=path), headers, allow_private)

    def stream(self, call: Call) -> AsyncGenerator[Event, None]:
        return marking_errors(self._events(call))

    async def _events(self, call: Call) -> AsyncGenerator[Event, None]:
        answer = _Answer()
        async with self._endpoint.ask(_body(call, self._options)) as response:
            if is_json(response):
                for text in answer.take_whole(await read_whole(response)):
                    yield Fragment(text)
            else:
                async with contextlib.aclosing(read_events(response)) as events:
                    async for event in events:
                        for text in answer.take(parse_object(event.data)):
                            yield Fragment(text)
                        if answer.is_complete:
                            break
            yield answer.finished()


def _body(call: Call, options: AnthropicMessagesOptions) -> Json:
    sampling = call.sampling
    system = "\n\n".join(message.text for message in call.messages if message.role == "system")
    settings: dict[str, Any] = {
        "system": system or None,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "stop_sequences": list(sampling.stop) or None,
    }
    return {
        **sampling.extra,
        **{name: value for name, value in settings.items() if value is not None},
        "max_tokens": sampling.max_tokens or options.max_tokens,
        "model": call.model,
        "messages": [
            {"role": message.role, "content": message.text} for message in call.messages if message.role != "system"
        ],
        "stream": True,
    }


@dataclass
class _Answer:
    """What is known of an answer so far."""

    reason: FinishReason | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    is_complete: bool = False

    def take(self, event: Json) -> Iterator[str]:
        """The text in an event. Unknown types are passed over, as the protocol asks for: it grows by new ones."""
        match event.get("type"):
            case "error":
                raise _error_in(event.get("error"))
            case "message_start":
                self._count(_object(event.get("message")).get("usage"))
            case "content_block_start":
                yield from _texts([event.get("content_block")])
            case "content_block_delta":
                delta = _object(event.get("delta"))
                if delta.get("type") == "text_delta":
                    yield from _texts([{**delta, "type": "text"}])
            case "message_delta":
                self._stopped(_object(event.get("delta")).get("stop_reason"))
                self._count(event.get("usage"))
            case "message_stop":
                self.is_complete = True
            case str():
                pass
            case _:
                raise not_understood()

    def take_whole(self, message: Json) -> Iterator[str]:
        """The text of an answer that came in one piece."""
        if message.get("type") == "error":
            raise _error_in(message.get("error"))
        content = message.get("content")
        if not isinstance(content, list):
            raise not_understood()
        yield from _texts(content)
        self._stopped(message.get("stop_reason"))
        self._count(message.get("usage"))
        self.is_complete = True

    def finished(self) -> Finished:
        if self.reason is None and not self.is_complete:
            raise broke_off()
        return Finished(self.reason or "stop", self.input_tokens, self.output_tokens)

    def _stopped(self, said: Any) -> None:
        if isinstance(said, str):
            self.reason = _REASONS.get(said, "stop")

    def _count(self, usage: Any) -> None:
        """Counts are of the whole answer so far. What was read from or written to a cache was input as well."""
        if not isinstance(usage, dict):
            return
        read = tokens(usage.get("input_tokens"))
        if read is not None:
            cached = (tokens(usage.get(f"cache_{what}_input_tokens")) or 0 for what in ("creation", "read"))
            self.input_tokens = read + sum(cached)
        written = tokens(usage.get("output_tokens"))
        if written is not None:
            self.output_tokens = written


def _texts(blocks: list[Any]) -> Iterator[str]:
    for block in map(_object, blocks):
        if block.get("type") != "text":
            continue
        text = block.get("text")
        if not isinstance(text, str):
            raise not_understood()
        if text:
            yield text


def _object(value: Any) -> Json:
    if not isinstance(value, dict):
        raise not_understood()
    return value


def _error_in(error: Any) -> ProviderError:
    word = error.get("type") if isinstance(error, dict) else None
    return error_for(_STATUS.get(word, 500), word) if isinstance(word, str) else error_for(500)
