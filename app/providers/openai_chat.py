"""Any service that speaks OpenAI's chat completions: vLLM, llama.cpp, Ollama, and hosted ones.

They differ in what they leave out, so little is required: text, and a sign that the answer is complete.
"""

import contextlib
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import httpx
from pydantic import BaseModel, ConfigDict

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
    "length": "length",
    "max_tokens": "length",
    "content_filter": "refused",
    "refusal": "refused",
}
_STATUS: Final = {  # of the words that services use in an error within a stream
    "invalid_request_error": 400,
    "context_length_exceeded": 400,
    "content_filter": 400,
    "invalid_api_key": 401,
    "authentication_error": 401,
    "permission_error": 403,
    "model_not_found": 404,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
}


class OpenAIChatOptions(BaseModel):
    """What services differ in. include_usage: whether to ask for the tokens, which a few servers refuse."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    max_tokens_parameter: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    include_usage: bool = True


class OpenAIChat:
    kind = "openai"

    def __init__(
        self,
        client: httpx.AsyncClient,
        base_url: httpx.URL,
        credential: str | None = None,
        options: OpenAIChatOptions | None = None,
        *,
        allow_private: bool = False,
    ) -> None:
        """base_url: up to and with the version, such as "https://api.example.com/v1"."""
        url = base_url.copy_with(path=base_url.path.rstrip("/") + "/chat/completions")
        headers = {"accept": "text/event-stream, application/json"}
        if credential is not None:
            headers["authorization"] = f"Bearer {credential}"
        self._endpoint = Endpoint(client, url, headers, allow_private)
        self._options = options or OpenAIChatOptions()

    def stream(self, call: Call) -> AsyncGenerator[Event, None]:
        return marking_errors(self._events(call))

    async def _events(self, call: Call) -> AsyncGenerator[Event, None]:
        answer = _Answer()
        async with self._endpoint.ask(_body(call, self._options)) as response:
            if is_json(response):
                for text in answer.take(await read_whole(response)):
                    yield Fragment(text)
                yield answer.finished(is_complete=True)
                return
            is_complete = False
            try:
                async with contextlib.aclosing(read_events(response)) as events:
                    async for event in events:
                        is_complete = event.data.strip() == "[DONE]"
                        if is_complete:
                            break
                        for text in answer.take(parse_object(event.data)):
                            yield Fragment(text)
            except httpx.TransportError:
                if answer.reason is None:  # else all that mattered has come
                    raise
            yield answer.finished(is_complete=is_complete)


def _body(call: Call, options: OpenAIChatOptions) -> Json:
    sampling = call.sampling
    settings: dict[str, Any] = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        options.max_tokens_parameter: sampling.max_tokens,
        "seed": sampling.seed,
        "stop": list(sampling.stop) or None,
        "stream_options": {"include_usage": True} if options.include_usage else None,
    }
    return {
        **sampling.extra,
        **{name: value for name, value in settings.items() if value is not None},
        "model": call.model,
        "messages": [{"role": message.role, "content": message.text} for message in call.messages],
        "stream": True,
    }


@dataclass
class _Answer:
    """What is known of an answer so far."""

    reason: FinishReason | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None

    def take(self, chunk: Json) -> Iterator[str]:
        """The text in a chunk, which may have none: the role alone, reasoning (which is not shown), or the usage."""
        if chunk.get("error"):
            raise _error_in(chunk["error"])
        choices = chunk.get("choices")
        if not isinstance(choices, list | None):
            raise not_understood()
        usage = chunk.get("usage")
        if isinstance(usage, dict):
            self.input_tokens = tokens(usage.get("prompt_tokens"))
            self.output_tokens = tokens(usage.get("completion_tokens"))
        elif choices is None:
            raise not_understood()
        for choice in choices or ():
            if not isinstance(choice, dict):
                raise not_understood()
            if choice.get("index") in (0, None):
                yield from self._take_choice(choice)

    def _take_choice(self, choice: Json) -> Iterator[str]:
        delta = choice.get("delta") or choice.get("message") or {}
        if not isinstance(delta, dict):
            raise not_understood()
        text, refusal = _text(delta.get("content")), _text(delta.get("refusal"))
        if text:
            yield text
        if refusal:
            yield refusal
            self.reason = "refused"
        said = choice.get("finish_reason")
        if isinstance(said, str) and said and self.reason is None:
            self.reason = _REASONS.get(said, "stop")

    def finished(self, *, is_complete: bool) -> Finished:
        if self.reason is None and not is_complete:
            raise broke_off()
        return Finished(self.reason or "stop", self.input_tokens, self.output_tokens)


def _text(content: Any) -> str:
    """Content is a text, or a list of parts of which some are texts, or nothing."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise not_understood()
    texts = [part.get("text") for part in content if isinstance(part, dict) and part.get("type") in ("text", None)]
    return "".join(text for text in texts if isinstance(text, str))


def _error_in(error: Any) -> ProviderError:
    """An error object instead of a chunk: after the stream has begun there is no status to tell what it is."""
    said = error if isinstance(error, dict) else {}
    words = [word for word in (said.get("code"), said.get("type")) if isinstance(word, str)]
    status = said.get("code") if type(said.get("code")) is int else None
    if status is None or not 400 <= status < 600:
        status = next((_STATUS[word] for word in words if word in _STATUS), 500)
    return error_for(status, next(iter(words), None))
