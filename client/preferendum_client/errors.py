"""What the server refused, in its own words."""

from collections.abc import Sequence
from typing import Any

import httpx


class PreferendumError(Exception):
    """A refusal. status is that of HTTP, kind the problem's stable name, errors the places, where there are some."""

    def __init__(self, status: int, kind: str, sentence: str, errors: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(sentence)
        self.status = status
        self.kind = kind
        self.errors = tuple(errors)


def raise_for_problem(response: httpx.Response) -> None:
    """Raises PreferendumError for an answer that is none. The body has been read."""
    if response.is_success:
        return
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    sentence = problem.get("detail") or f"The server answered with {response.status_code}."
    kind = str(problem.get("type", "")).rpartition("/")[2] or "unknown"
    raise PreferendumError(response.status_code, kind, sentence, problem.get("errors") or ())
