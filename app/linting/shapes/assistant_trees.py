"""OpenAssistant's conversations, as trees and as single messages. They rank replies; here their texts are looked at."""

from typing import Any

from app.linting.examples import Answer
from app.linting.shapes.row import Row, kind_of
from app.linting.shapes.rules import ROLES, WRONG_TYPES
from app.linting.shapes.shape import Content, Shape

_TURN = {"prompter": "assistant", "assistant": "prompter"}


def _read_tree(row: Row) -> Content:
    """The first message is the prompt; replies alternate with what they reply to."""
    first = row.values.get("prompt")
    if not isinstance(first, dict):
        row.note(WRONG_TYPES, "prompt", f"is {kind_of(first)}, not a message with replies")
        return Content(trains=True)
    waiting: list[tuple[str, Any, str]] = [("prompt", first, "prompter")]
    while waiting:
        where, message, expected = waiting.pop()
        if not isinstance(message, dict):
            row.note(WRONG_TYPES, where, f"is {kind_of(message)}, not a message")
            continue
        role = message.get("role")
        if role != expected:
            row.note(ROLES, f"{where}.role", f"is {str(role)[:40]!r}, where {expected} is meant")
        row.checked(f"{where}.text", message.get("text"), "answer" if role == "assistant" else "prompt")
        replies = message.get("replies")
        if isinstance(replies, list):
            following = _TURN[expected]
            waiting += [(f"{where}.replies[{place}]", reply, following) for place, reply in enumerate(replies)][::-1]
    text = first.get("text")
    return Content(trains=True, prompt=text if isinstance(text, str) else None)


def _read_message(row: Row) -> Content:
    role = row.values.get("role")
    if not isinstance(role, str) or role not in _TURN:
        row.note(ROLES, "role", f"is {str(role)[:40]!r}, not prompter or assistant")
    text = row.text("text", "answer" if role == "assistant" else "prompt")
    if text is None or role == "prompter":
        return Content(trains=True, prompt=text if not row.has("parent_id") else None)
    return Content(trains=True, answers=(Answer("text", text),))


TREES = Shape("OpenAssistant trees", frozenset({"message_tree_id", "prompt"}), _read_tree)
MESSAGES = Shape("OpenAssistant messages", frozenset({"message_id", "parent_id", "text", "role"}), _read_message)
