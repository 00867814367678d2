"""What is sent to the messages protocol, and how its events are read."""

import contextlib
import json
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.providers.anthropic_messages import _Answer
from app.providers.build import build_provider
from app.providers.protocol import (
    BrokeOffError,
    Call,
    Message,
    NotAcceptedError,
    NotUnderstoodError,
    ProviderError,
    RateLimitedError,
    RefusedError,
    Sampling,
    ServiceFailedError,
)
from tests.providers.fake_services import CREDENTIAL, FakeService, Script, anthropic_event, anthropic_text, event
from tests.providers.reading import NESTED, ask, end_of, saying, sending, text_of

STOP = anthropic_event("message_stop")


def stopped(reason: str, **usage: int) -> str:
    return anthropic_event("message_delta", delta={"stop_reason": reason}, usage=usage)


async def test_the_request_has_the_system_prompt_apart(client: httpx.AsyncClient, service: FakeService) -> None:
    service.script = sending(anthropic_text("Yes."), stopped("end_turn"), STOP)
    messages = [
        Message("system", "Be brief."),
        Message("user", "Hi"),
        Message("assistant", "Hm?"),
        Message("user", "Oh"),
    ]
    sampling = Sampling(0.5, 0.9, 20, 7, ("END",), {"top_k": 40, "model": "another"})
    await ask("anthropic", client, service, messages=messages, sampling=sampling)
    (request,) = service.requests
    assert request.path == "/v1/messages"
    assert request.headers["x-api-key"] == CREDENTIAL
    assert request.headers["anthropic-version"] == "2023-06-01"
    assert "authorization" not in request.headers
    assert request.body == {
        "model": "the-model",
        "system": "Be brief.",
        "messages": [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hm?"},
            {"role": "user", "content": "Oh"},
        ],
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 20,
        "stop_sequences": ["END"],
        "top_k": 40,
        "stream": True,
    }


async def test_the_most_tokens_that_the_protocol_demands_come_from_the_options(
    client: httpx.AsyncClient, service: FakeService
) -> None:
    service.script = sending(anthropic_text("Yes."), STOP)
    await ask("anthropic", client, service, options={"max_tokens": 99, "version": "2024-01-01"})
    assert service.requests[0].body == {
        "model": "the-model",
        "messages": [{"role": "user", "content": "Hello?"}],
        "max_tokens": 99,
        "stream": True,
    }
    assert service.requests[0].headers["anthropic-version"] == "2024-01-01"


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/"])
async def test_the_address_may_have_the_version_or_not(
    client: httpx.AsyncClient, service: FakeService, ending: str
) -> None:
    service.script = sending(anthropic_text("Yes."), STOP)
    provider = build_provider("anthropic", service.origin + ending, None, {}, client, allow_private=True)
    assert provider.kind == "anthropic"
    events = [event async for event in provider.stream(Call("the-model", [Message("user", "Hello?")]))]
    assert text_of(events) == "Yes."
    assert service.requests[0].path == "/v1/messages"
    assert "x-api-key" not in service.requests[0].headers


async def test_events_of_all_types_are_read(client: httpx.AsyncClient, service: FakeService) -> None:
    usage = {"input_tokens": 5, "cache_read_input_tokens": 30, "cache_creation_input_tokens": 2, "output_tokens": 1}
    service.script = sending(
        anthropic_event("message_start", message={"usage": usage}),
        anthropic_event("content_block_start", index=0, content_block={"type": "thinking", "thinking": ""}),
        anthropic_event("ping"),
        anthropic_event("content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": "Hm"}),
        anthropic_event("content_block_delta", index=0, delta={"type": "signature_delta", "signature": "x"}),
        anthropic_event("content_block_stop", index=0),
        anthropic_event("content_block_start", index=1, content_block={"type": "text", "text": ""}),
        anthropic_text("Ye"),
        anthropic_event("something_new", value=[1]),
        anthropic_text("s."),
        stopped("end_turn", output_tokens=9),
        STOP,
        anthropic_text("after the end"),
    )
    events = await ask("anthropic", client, service)
    assert text_of(events) == "Yes."
    end = end_of(events)
    assert (end.reason, end.input_tokens, end.output_tokens) == ("stop", 37, 9)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("refusal", "refused"),
        ("new", "stop"),
    ],
)
async def test_reasons_become_one_of_three(
    client: httpx.AsyncClient, service: FakeService, said: str, reason: str
) -> None:
    service.script = sending(anthropic_text("Yes."), stopped(said), STOP)
    assert end_of(await ask("anthropic", client, service)).reason == reason
    service.script = saying({"type": "message", "content": [{"type": "text", "text": "Yes."}], "stop_reason": said})
    events = await ask("anthropic", client, service)
    assert text_of(events) == "Yes."
    assert end_of(events).reason == reason


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("invalid_request_error", NotAcceptedError),
        ("authentication_error", RefusedError),
        ("permission_error", RefusedError),
        ("not_found_error", RefusedError),
        ("request_too_large", NotAcceptedError),
        ("rate_limit_error", RateLimitedError),
        ("api_error", ServiceFailedError),
        ("overloaded_error", ServiceFailedError),
        ("unheard_of", ServiceFailedError),
    ],
)
async def test_an_error_in_the_middle_of_a_stream(
    client: httpx.AsyncClient, service: FakeService, word: str, kind: type[ProviderError]
) -> None:
    error = anthropic_event("error", error={"type": word, "message": CREDENTIAL})
    service.script = sending(anthropic_text("Ye"), error)
    with pytest.raises(kind, match=word) as caught:
        await ask("anthropic", client, service)
    assert caught.value.anything_sent
    assert CREDENTIAL not in str(caught.value)


@pytest.mark.parametrize(
    ("script", "kind", "anything_sent"),
    [
        pytest.param(sending(), BrokeOffError, False, id="nothing"),
        pytest.param(sending(anthropic_text("Ye")), BrokeOffError, True, id="ended in the middle"),
        pytest.param(sending(anthropic_text("Ye"), end=False), BrokeOffError, True, id="cut in the middle"),
        pytest.param(sending(event({"choices": []})), NotUnderstoodError, False, id="another protocol"),
        pytest.param(sending(anthropic_text(3)), NotUnderstoodError, False, id="a number"),  # type: ignore[arg-type]  # on purpose
        pytest.param(saying({"type": "message", "content": "Yes."}), NotUnderstoodError, False, id="no blocks"),
        pytest.param(
            saying({"type": "error", "error": {"type": "overloaded_error"}}, 529), ServiceFailedError, False, id="529"
        ),
        pytest.param(saying({"type": "error", "error": {}}), ServiceFailedError, False, id="an error with 200"),
    ],
)
async def test_what_is_no_answer(
    client: httpx.AsyncClient, service: FakeService, script: Script, kind: type[ProviderError], anything_sent: bool
) -> None:
    service.script = script
    with pytest.raises(kind) as caught:
        await ask("anthropic", client, service)
    assert caught.value.anything_sent is anything_sent


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["error", "message_start", "content_block_start", "content_block_delta", "message_delta", 3]),
    st.dictionaries(st.sampled_from(["message", "delta", "content_block", "usage", "error"]), NESTED),
)
def test_no_object_whatever_it_holds_gives_an_error_of_another_tree(kind: Any, values: dict[str, Any]) -> None:
    chunk = json.loads(json.dumps({**values, "type": kind}))
    for take in (_Answer().take, _Answer().take_whole):
        with contextlib.suppress(ProviderError):
            assert all(isinstance(text, str) for text in take(chunk))
