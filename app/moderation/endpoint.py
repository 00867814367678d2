"""Asks an OpenAI-compatible moderation endpoint (`POST /moderations`). The text is in no log and no error."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from app.errors import UnavailableError
from app.moderation.checks import Verdict

_MOST_BYTES = 1_000_000


class ModerationUnavailableError(UnavailableError):
    """The endpoint did not answer in time, refused, or answered something else than a verdict."""

    title = "The moderation endpoint is not available"


@dataclass(frozen=True, slots=True)
class ModerationEndpoint:
    """base_url: as providers state it, such as "https://api.example.org/v1". timeout_seconds: for the whole call.

    Whoever makes the client decides which addresses it may reach.
    """

    client: httpx.AsyncClient
    base_url: str
    api_key: str | None = None
    model: str | None = None
    timeout_seconds: float = 5.0

    async def check(self, text: str) -> Verdict:
        """The verdict on one text; raises ModerationUnavailableError."""
        body = {"input": text} | ({"model": self.model} if self.model else {})
        headers = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        url = f"{self.base_url.rstrip('/')}/moderations"
        try:
            answer = await self.client.post(url, json=body, headers=headers, timeout=self.timeout_seconds)
        except httpx.HTTPError as error:
            raise ModerationUnavailableError(f"It could not be reached: {type(error).__name__}.") from None
        if not answer.is_success:
            raise ModerationUnavailableError(f"It answered with status {answer.status_code}.")
        return _verdict(answer)


def _verdict(answer: httpx.Response) -> Verdict:
    """A text is flagged if any of its results is: some servers give one for each part of a long text."""
    try:
        results = answer.json()["results"] if len(answer.content) <= _MOST_BYTES else None
    except (ValueError, KeyError, TypeError, RecursionError):
        results = None
    if not isinstance(results, list) or not results or not all(_is_result(result) for result in results):
        raise ModerationUnavailableError("It answered something that is not a verdict.")
    categories = {name for result in results for name in _names_of(result)}
    return Verdict(flagged=any(result["flagged"] for result in results), categories=tuple(sorted(categories)))


def _is_result(result: Any) -> bool:
    return isinstance(result, dict) and isinstance(result.get("flagged"), bool)


def _names_of(result: Mapping[str, Any]) -> list[str]:
    categories = result.get("categories")
    if not isinstance(categories, dict):
        return []
    return [str(name)[:100] for name, applies in categories.items() if applies is True]
