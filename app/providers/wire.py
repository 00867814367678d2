"""What all services that speak JSON and server-sent events have in common: asking, refusals, and reading events."""

import contextlib
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx
import orjson
from httpx_sse import EventSource, ServerSentEvent, SSEError

from app.providers.http import AddressRefusedError, AnswerTooLargeError, post
from app.providers.protocol import (
    BrokeOffError,
    ForbiddenAddressError,
    NotAcceptedError,
    NotUnderstoodError,
    ProviderError,
    RateLimitedError,
    RefusedError,
    ServiceFailedError,
    TooLongError,
    UnreachableError,
)

Json = Mapping[str, Any]

_MOST_BYTES_OF_A_REFUSAL: Final = 64 * 1024
_MOST_TOKENS: Final = 1_000_000_000
# A code such as "model_not_found" helps an administrator. Letters only, so that no key passes for one.
_CODE: Final = re.compile(r"[a-z]+(?:_[a-z]+){0,6}")
_REFUSALS: Final[Mapping[int, tuple[type[ProviderError], str]]] = {
    401: (RefusedError, "The service did not accept the credential (401)."),
    402: (RefusedError, "The service wants to be paid first (402)."),
    403: (RefusedError, "The service does not allow this credential to do that (403)."),
    404: (RefusedError, "The service knows no such address or model (404)."),
    405: (RefusedError, "The service knows no such address (405)."),
    408: (ServiceFailedError, "The service waited too long for the request (408)."),
    409: (ServiceFailedError, "The service is in a state in which it cannot answer (409)."),
    413: (NotAcceptedError, "The conversation is too long for the service (413)."),
    429: (RateLimitedError, "The service has had too many requests (429)."),
}


@dataclass(frozen=True)
class Endpoint:
    """Where a service is asked, and with what. Its headers hold the credential, so it does not show them."""

    client: httpx.AsyncClient
    url: httpx.URL
    headers: Mapping[str, str] = field(repr=False)
    allow_private: bool

    @contextlib.asynccontextmanager
    async def ask(self, body: Json) -> AsyncIterator[httpx.Response]:
        """The streamed answer, if the service accepts. All errors of transport, also in the block, become ours."""
        began = False
        try:
            asking = post(self.client, self.url, body, self.headers, allow_private=self.allow_private)
            async with asking as response:
                began = True
                if response.status_code != httpx.codes.OK:
                    raise await _refusal(response)
                response.encoding = "utf-8"  # as server-sent events and JSON always are, whatever a header says
                yield response
        except (httpx.HTTPError, SSEError) as error:
            raise _failure(error, began=began) from None


async def read_whole(response: httpx.Response) -> Json:
    """The one JSON object that some services answer although a stream was asked for."""
    return parse_object(await response.aread())


async def read_events(response: httpx.Response) -> AsyncGenerator[ServerSentEvent, None]:
    """The events that carry data. Comments, which keep a connection alive, are none."""
    async with contextlib.aclosing(EventSource(response).aiter_sse()) as events:
        async for event in events:
            if event.data.strip():
                yield event


def is_json(response: httpx.Response) -> bool:
    return bool(response.headers.get("content-type", "").lower().startswith("application/json"))


def parse_object(data: str | bytes) -> Json:
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise not_understood()
    return value


def not_understood() -> NotUnderstoodError:
    return NotUnderstoodError("The service answered something that this protocol does not have.")


def broke_off() -> BrokeOffError:
    return BrokeOffError("The service broke off its answer.")


def tokens(value: Any) -> int | None:
    """A count of tokens, if it can be one."""
    return value if type(value) is int and 0 <= value <= _MOST_TOKENS else None


def error_for(status: int, code: str | None = None, retry_after: float | None = None) -> ProviderError:
    """The error that an HTTP status means; code is the service's own word for it."""
    if status in _REFUSALS:
        kind, sentence = _REFUSALS[status]
    elif 300 <= status < 400:
        kind, sentence = RefusedError, f"The service sends us to another address ({status}), which we do not follow."
    elif 400 <= status < 500:
        kind, sentence = NotAcceptedError, f"The service does not accept the request ({status})."
    else:
        kind, sentence = ServiceFailedError, f"The service failed ({status})."
    if code is not None and len(code) <= 50 and _CODE.fullmatch(code):
        sentence += f" It says: {code}."
    return kind(sentence, retry_after=retry_after)


async def _refusal(response: httpx.Response) -> ProviderError:
    status, retry_after = response.status_code, _retry_after(response.headers.get("retry-after"))
    body = bytearray()
    with contextlib.suppress(httpx.HTTPError):  # the status alone says what matters
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > _MOST_BYTES_OF_A_REFUSAL:
                return error_for(status, retry_after=retry_after)
    try:
        said = parse_object(bytes(body)).get("error")
    except NotUnderstoodError:
        said = None
    words = [said.get("code"), said.get("type")] if isinstance(said, dict) else []
    return error_for(status, next((word for word in words if isinstance(word, str)), None), retry_after)


def _retry_after(value: str | None) -> float | None:
    """Seconds; the header has seconds or a date."""
    if value is None:
        return None
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value.strip()):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
        return max(0.0, (moment - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):  # TypeError: a date without a zone
        return None


def _failure(error: httpx.HTTPError | SSEError, *, began: bool) -> ProviderError:
    match error:
        case AddressRefusedError():
            return ForbiddenAddressError(str(error))
        case AnswerTooLargeError():
            return TooLongError("The service sent more than any answer may have.")
        case SSEError() | httpx.DecodingError():
            return not_understood()
        case _ if began:
            return broke_off()
        case httpx.RemoteProtocolError():
            return NotUnderstoodError("The service does not answer in HTTP as it should.")
        case _:
            return UnreachableError("The service cannot be reached: no connection, or it was closed without an answer.")
