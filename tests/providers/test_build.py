"""Providers are made from plain values, and what cannot be is told without repeating it."""

from typing import Any

import httpx
import pytest

from app.providers.build import build_provider
from app.providers.protocol import ERRORS, ForbiddenAddressError, MisconfiguredError, ProviderError

URL = "https://service.example/v1"


@pytest.mark.parametrize(
    ("kind", "base_url", "options"),
    [
        ("openai", URL, {}),
        ("openai", URL + "/", {"max_tokens_parameter": "max_completion_tokens"}),
        ("anthropic", URL, {"max_tokens": 100}),
        ("replay", None, {"outputs": ["Yes.", "No."], "tokens_per_second": 40, "first_fragment_seconds": 0.1}),
        ("replay", None, {"outputs": {"Hello?": "Yes."}}),
        ("fault", None, {}),
        ("fault", None, {"mood": "slow", "slow_words_per_second": 2}),
    ],
)
def test_a_provider_is_made_of_its_kind(
    client: httpx.AsyncClient, kind: str, base_url: str | None, options: dict[str, Any]
) -> None:
    assert build_provider(kind, base_url, "key", options, client).kind == kind


@pytest.mark.parametrize(
    ("kind", "base_url", "options", "said"),
    [
        ("pigeon", URL, {}, "pigeon"),
        ("openai", None, {}, "no address"),
        ("anthropic", "", {}, "no address"),
        ("openai", URL, {"speed": 3}, "speed"),
        ("openai", URL, {"max_tokens_parameter": "tokens"}, "max_tokens_parameter"),
        ("anthropic", URL, {"max_tokens": 0}, "max_tokens"),
        ("anthropic", URL, {"version": "new\r\nx-other: 1"}, "version"),
        ("replay", None, {}, "outputs"),
        ("replay", None, {"outputs": []}, "outputs"),
        ("replay", None, {"outputs": ["Yes."], "tokens_per_second": 0}, "tokens_per_second"),
        ("fault", None, {"mood": "cheerful"}, "mood"),
    ],
)
def test_what_is_wrong_is_named(
    client: httpx.AsyncClient, kind: str, base_url: str | None, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(MisconfiguredError, match=said):
        build_provider(kind, base_url, None, options, client)


@pytest.mark.parametrize("credential", ["two words", "line\r\nx-other: 1", "schlüssel", "tab\t"])
def test_a_credential_that_no_header_carries_is_refused_and_not_repeated(
    client: httpx.AsyncClient, credential: str
) -> None:
    with pytest.raises(MisconfiguredError) as caught:
        build_provider("openai", URL, credential, {}, client)
    assert credential not in str(caught.value)


def test_an_address_is_checked_before_anything_is_sent(client: httpx.AsyncClient) -> None:
    with pytest.raises(ForbiddenAddressError):
        build_provider("openai", "http://me:word@service.example/v1", None, {}, client)


def test_every_error_is_found_by_its_kind() -> None:
    assert {kind: error.kind for kind, error in ERRORS.items()} == {kind: kind for kind in ERRORS}
    assert set(ERRORS.values()) == {ProviderError, *ProviderError.__subclasses__()}
