import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from app.moderation.checks import Verdict
from app.moderation.endpoint import ModerationEndpoint, ModerationUnavailableError

TEXT = "a text that must stay private"


async def ask(handler: Callable[[httpx.Request], httpx.Response], **settings: Any) -> Verdict:
    async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as client:
        return await ModerationEndpoint(client, "https://moderation.example/v1/", **settings).check(TEXT)


def answering(body: Any, status: int = 200) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: httpx.Response(status, json=body)


async def test_the_question_goes_where_the_protocol_says_with_key_and_model() -> None:
    asked: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"results": [{"flagged": False, "categories": {}}]})

    assert await ask(handler, api_key="key-1", model="moderator") == Verdict(flagged=False)
    (request,) = asked
    assert (request.method, str(request.url)) == ("POST", "https://moderation.example/v1/moderations")
    assert request.headers["authorization"] == "Bearer key-1"
    assert json.loads(request.content) == {"input": TEXT, "model": "moderator"}


async def test_without_a_key_and_a_model_neither_is_sent() -> None:
    asked: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"results": [{"flagged": False}]})

    assert await ask(handler) == Verdict(flagged=False)
    assert "authorization" not in asked[0].headers
    assert json.loads(asked[0].content) == {"input": TEXT}


async def test_one_flagged_part_flags_the_text_and_only_categories_that_apply_are_named() -> None:
    results = [
        {"flagged": False, "categories": {"hate": False, "violence": False}},
        {"flagged": True, "categories": {"violence": True, "hate": True, "sexual": False, "odd": None}},
    ]
    assert await ask(answering({"results": results})) == Verdict(flagged=True, categories=("hate", "violence"))


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "yes",
        3,
        {},
        {"results": None},
        {"results": []},
        {"results": ["x"]},
        {"results": [{}]},
        {"results": [{"flagged": "no"}]},
    ],
)
async def test_what_is_no_verdict_makes_it_unavailable(body: Any) -> None:
    with pytest.raises(ModerationUnavailableError):
        await ask(answering(body))


@pytest.mark.parametrize("status", [301, 400, 401, 404, 429, 500, 503])
async def test_a_status_of_failure_makes_it_unavailable(status: int) -> None:
    with pytest.raises(ModerationUnavailableError, match=str(status)):
        await ask(answering({"results": [{"flagged": False}]}, status))


@pytest.mark.parametrize("content", [b"<html>", b"\xff\xfe", b"", b"[" * 100_000, b" " * 1_000_001 + b"{}"])
async def test_rubbish_makes_it_unavailable(content: bytes) -> None:
    with pytest.raises(ModerationUnavailableError):
        await ask(lambda request: httpx.Response(200, content=content))


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
async def test_a_failed_call_makes_it_unavailable_and_the_error_does_not_hold_the_text(
    error: type[httpx.HTTPError],
) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error(f"while sending {request.content!r}")

    with pytest.raises(ModerationUnavailableError) as raised:
        await ask(handler)
    assert TEXT not in f"{raised.value} {raised.value.detail} {raised.value.extra}"
    assert raised.value.__suppress_context__
    assert raised.value.status == 503
