"""What is sent to chat completions, and how services answer that keep to them more or less."""

import contextlib
import json
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.providers.openai_chat import _Answer
from app.providers.protocol import (
    BrokeOffError,
    Message,
    NotAcceptedError,
    NotUnderstoodError,
    ProviderError,
    RateLimitedError,
    RefusedError,
    Sampling,
    ServiceFailedError,
)
from tests.providers.fake_services import CREDENTIAL, FakeService, Script, event, openai_chunk
from tests.providers.reading import NESTED, ask, end_of, saying, sending, text_of

DONE = event("[DONE]")


async def test_the_request_is_what_the_protocol_wants(client: httpx.AsyncClient, service: FakeService) -> None:
    service.script = sending(openai_chunk("Yes."), openai_chunk(reason="stop"), DONE)
    messages = [
        Message("system", "Be brief."),
        Message("user", "Hi"),
        Message("assistant", "Hm?"),
        Message("user", "Oh"),
    ]
    sampling = Sampling(0.5, 0.9, 20, 7, ("END", "\n\n"), {"top_k": 40, "model": "another", "stream": False})
    await ask("openai", client, service, messages=messages, sampling=sampling)
    (request,) = service.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {CREDENTIAL}"
    assert request.headers["accept-encoding"] == "identity"
    assert request.body == {
        "model": "the-model",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hm?"},
            {"role": "user", "content": "Oh"},
        ],
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 20,
        "seed": 7,
        "stop": ["END", "\n\n"],
        "top_k": 40,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


async def test_what_is_not_set_is_not_sent(client: httpx.AsyncClient, service: FakeService) -> None:
    service.script = sending(openai_chunk("Yes.", "stop"))
    options = {"include_usage": False, "max_tokens_parameter": "max_completion_tokens"}
    await ask("openai", client, service, options=options)
    await ask("openai", client, service, options=options, sampling=Sampling(max_tokens=3))
    first, second = (request.body for request in service.requests)
    assert first == {"model": "the-model", "messages": [{"role": "user", "content": "Hello?"}], "stream": True}
    assert second["max_completion_tokens"] == 3
    assert "max_tokens" not in second


@pytest.mark.parametrize(
    ("script", "tokens"),
    [
        pytest.param(
            sending(openai_chunk("Yes"), openai_chunk("."), openai_chunk(reason="stop"), DONE), None, id="no usage"
        ),
        pytest.param(sending(openai_chunk("Yes."), DONE), None, id="no reason"),
        pytest.param(sending(openai_chunk("Yes."), openai_chunk(reason="eos")), None, id="no DONE"),
        pytest.param(sending(openai_chunk("Yes.", "stop"), end=False), None, id="cut off after the reason"),
        pytest.param(sending(": ping\r\n\r\n", openai_chunk("Yes.", "stop").replace("\n", "\r\n")), None, id="CRLF"),
        pytest.param(sending(openai_chunk("Yes.", "stop").replace("data: ", "data:")), None, id="no space"),
        pytest.param(sending("id: 3\nretry: 10\n" + openai_chunk("Yes.", "stop")), None, id="other fields"),
        pytest.param(
            sending(
                event({"choices": [], "prompt_filter_results": []}),
                event({"choices": [{"delta": {"role": "assistant", "content": None}}]}),
                event({"choices": [{"delta": {"reasoning_content": "Let me think", "content": None}}]}),
                event({"choices": [{"delta": {"reasoning": "Hm", "content": ""}}]}),
                event({"choices": [{"delta": {"content": [{"type": "text", "text": "Ye"}, {"type": "image"}]}}]}),
                event(
                    {"choices": [{"delta": {"content": "s."}, "index": 0}, {"delta": {"content": "No"}, "index": 1}]}
                ),
                event({"choices": [{"finish_reason": "stop"}], "usage": None}),
                event({"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2}}),
                DONE,
            ),
            (5, 2),
            id="reasoning, parts, two choices",
        ),
        pytest.param(
            sending(openai_chunk("Yes.", "stop"), event({"usage": {"prompt_tokens": 5, "completion_tokens": 2}})),
            (5, 2),
            id="usage without choices",
        ),
        pytest.param(
            saying({"choices": [{"message": {"content": "Yes."}, "finish_reason": "stop"}]}), None, id="not a stream"
        ),
        pytest.param(
            saying(
                {
                    "choices": [{"message": {"content": [{"type": "text", "text": "Yes."}]}}],
                    "usage": {"prompt_tokens": 5, "completion_tokens": 2},
                }
            ),
            (5, 2),
            id="not a stream, in parts",
        ),
    ],
)
async def test_services_that_differ_are_understood(
    client: httpx.AsyncClient, service: FakeService, script: Script, tokens: tuple[int, int] | None
) -> None:
    service.script = script
    events = await ask("openai", client, service)
    assert text_of(events) == "Yes."
    end = end_of(events)
    assert end.reason == "stop"
    assert (end.input_tokens, end.output_tokens) == (tokens or (None, None))


@pytest.mark.parametrize(
    ("said", "reason"),
    [("stop", "stop"), ("length", "length"), ("content_filter", "refused"), ("tool_calls", "stop"), ("new", "stop")],
)
async def test_reasons_become_one_of_three(
    client: httpx.AsyncClient, service: FakeService, said: str, reason: str
) -> None:
    service.script = sending(openai_chunk("Yes.", said))
    assert end_of(await ask("openai", client, service)).reason == reason


async def test_a_refusal_in_words_is_shown_and_named(client: httpx.AsyncClient, service: FakeService) -> None:
    delta = {"choices": [{"delta": {"refusal": "I would rather not."}}]}
    service.script = sending(event(delta), openai_chunk(reason="stop"), DONE)
    events = await ask("openai", client, service)
    assert text_of(events) == "I would rather not."
    assert end_of(events).reason == "refused"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, NotAcceptedError),
        (401, RefusedError),
        (403, RefusedError),
        (404, RefusedError),
        (413, NotAcceptedError),
        (422, NotAcceptedError),
        (429, RateLimitedError),
        (500, ServiceFailedError),
        (503, ServiceFailedError),
        (529, ServiceFailedError),
    ],
)
async def test_a_status_becomes_an_error_that_repeats_nothing_but_a_code(
    client: httpx.AsyncClient, service: FakeService, status: int, kind: type[ProviderError]
) -> None:
    said = {"error": {"message": f"Incorrect API key {CREDENTIAL}", "code": "some_code", "type": CREDENTIAL}}
    service.script = saying(said, status, retry_after="7")
    with pytest.raises(kind, match=f"{status}.*some_code") as caught:
        await ask("openai", client, service)
    assert caught.value.retry_after == 7
    assert CREDENTIAL not in repr(caught.value)
    service.script = saying({"error": {"code": CREDENTIAL}}, status)
    with pytest.raises(kind) as caught:
        await ask("openai", client, service)
    assert "sk-" not in str(caught.value)


async def test_a_moment_to_retry_at_may_be_a_date(client: httpx.AsyncClient, service: FakeService) -> None:
    service.script = saying({}, 429, retry_after="Fri, 31 Dec 2199 23:59:59 GMT")
    with pytest.raises(RateLimitedError) as caught:
        await ask("openai", client, service)
    assert caught.value.retry_after is not None
    assert caught.value.retry_after > 1e6
    for nonsense in ("soon", "-3", "Fri, 31 Dec 99999", "1e5"):
        service.script = saying({}, 429, retry_after=nonsense)
        with pytest.raises(RateLimitedError) as caught:
            await ask("openai", client, service)
        assert caught.value.retry_after is None


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"message": CREDENTIAL, "code": 429}, RateLimitedError),
        ({"message": CREDENTIAL, "type": "rate_limit_exceeded", "code": None}, RateLimitedError),
        ({"message": CREDENTIAL, "code": "context_length_exceeded"}, NotAcceptedError),
        ({"message": CREDENTIAL, "type": "server_error"}, ServiceFailedError),
        (CREDENTIAL, ServiceFailedError),
    ],
)
async def test_an_error_in_the_middle_of_a_stream(
    client: httpx.AsyncClient, service: FakeService, error: Any, kind: type[ProviderError]
) -> None:
    service.script = sending(openai_chunk("Ye"), event({"error": error}), DONE)
    with pytest.raises(kind) as caught:
        await ask("openai", client, service)
    assert caught.value.anything_sent
    assert CREDENTIAL not in str(caught.value)


@pytest.mark.parametrize(
    ("script", "kind", "anything_sent"),
    [
        pytest.param(sending(), BrokeOffError, False, id="nothing"),
        pytest.param(sending(end=False), BrokeOffError, False, id="cut before the first"),
        pytest.param(sending(openai_chunk("Ye")), BrokeOffError, True, id="ended in the middle"),
        pytest.param(sending(openai_chunk("Ye"), end=False), BrokeOffError, True, id="cut in the middle"),
        pytest.param(
            sending(openai_chunk("Ye"), event('{"choices": [')), NotUnderstoodError, True, id="half an object"
        ),
        pytest.param(sending(event("[1, 2]")), NotUnderstoodError, False, id="a list"),
        pytest.param(sending(event({"choices": 3})), NotUnderstoodError, False, id="no choices"),
        pytest.param(sending(event({"choices": [3]})), NotUnderstoodError, False, id="choices of numbers"),
        pytest.param(
            sending(event({"choices": [{"delta": {"content": 3}}]})), NotUnderstoodError, False, id="a number"
        ),
        pytest.param(sending(b"data: \xff\xfe\n\n"), NotUnderstoodError, False, id="bytes"),
        pytest.param(sending("<h1>Welcome</h1>", content_type="text/html"), NotUnderstoodError, False, id="a page"),
        pytest.param(saying({"hello": "world"}), NotUnderstoodError, False, id="another object"),
        pytest.param(sending("[" * 100_000, content_type="application/json"), NotUnderstoodError, False, id="depth"),
    ],
)
async def test_what_is_no_answer(
    client: httpx.AsyncClient, service: FakeService, script: Script, kind: type[ProviderError], anything_sent: bool
) -> None:
    service.script = script
    with pytest.raises(kind) as caught:
        await ask("openai", client, service)
    assert caught.value.anything_sent is anything_sent


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(["choices", "usage", "error"]), NESTED, min_size=1))
def test_no_object_whatever_it_holds_gives_an_error_of_another_tree(chunk: dict[str, Any]) -> None:
    chunk = json.loads(json.dumps(chunk))
    with contextlib.suppress(ProviderError):
        assert all(isinstance(text, str) for text in _Answer().take(chunk))
