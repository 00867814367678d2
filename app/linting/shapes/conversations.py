"""Conversations: who speaks when, what two of them share, and transcripts that are one text."""

import itertools
import re
from collections.abc import Sequence

from app.linting.examples import Message
from app.linting.shapes.row import Row
from app.linting.shapes.rules import DIFFERENT_PROMPTS, ROLES

_SYSTEM, _TOOLS = frozenset({"system", "developer"}), frozenset({"tool", "function"})
_KNOWN = _SYSTEM | _TOOLS | {"user", "assistant"}
_SPEAKERS = re.compile(r"\n\n(Human|Assistant):")
_ROLES = {"Human": "user", "Assistant": "assistant"}
_FIRST_SPEAKER = "\n\nHuman:"


def check_roles(
    row: Row, column: str, messages: Sequence[Message], *, ends_with: str, begins_with: str = "user"
) -> None:
    """Note the first thing that is out of order, if any."""
    reason = _disorder([message.role for message in messages], begins_with, ends_with)
    if reason:
        row.note(ROLES, column, reason)


def _disorder(roles: Sequence[str], begins_with: str, ends_with: str) -> str | None:
    if not roles:
        return "holds no messages"
    unknown = next((role for role in roles if role not in _KNOWN), None)
    if unknown is not None:
        return f"has the role {unknown[:40]!r}, where user, assistant and system are meant"
    if roles[-1] != ends_with:
        return f"ends with {roles[-1]}, not with {ends_with}"
    opening = len(list(itertools.takewhile(_SYSTEM.__contains__, roles))) if begins_with == "user" else 0
    return _disorder_of_turns(roles[opening:], begins_with)


def _disorder_of_turns(roles: Sequence[str], begins_with: str) -> str | None:
    """Of what follows the system message."""
    if any(role in _TOOLS for role in roles):
        return None  # they speak whenever they are called
    if not _SYSTEM.isdisjoint(roles):
        return "has a system message after the beginning"
    if roles[0] != begins_with:
        return f"begins with {roles[0]}, not with {begins_with}"
    twice = next((role for role, following in itertools.pairwise(roles) if role == following), None)
    return f"has two messages by {twice} in a row" if twice else None


def prompt_text(messages: Sequence[Message]) -> str:
    """What was said, as one text. A system message is the same in many prompts and tells none of them."""
    spoken = [message.text for message in messages if message.role not in _SYSTEM]
    return "\n\n".join(spoken or [message.text for message in messages])


def answer_text(messages: Sequence[Message]) -> str:
    return "\n\n".join(message.text for message in messages)


def parted(row: Row, column: str, chosen: Sequence[Message], rejected: Sequence[Message]) -> tuple[str, str, str]:
    """(prompt, one answer, the other) of two whole conversations: what both begin with, and how each goes on."""
    most = min(len(chosen), len(rejected)) - 1
    shared = 0
    while shared < most and chosen[shared] == rejected[shared]:
        shared += 1
    ends = chosen[shared:], rejected[shared:]
    if shared == most >= 0 and any(end and end[0].role != "assistant" for end in ends):
        row.note(DIFFERENT_PROMPTS, column, "parts from the other side at a message of the user")
    elif any(message.role == "user" for message in ends[0][:-1]) and _users(ends[0]) != _users(ends[1]):
        row.note(DIFFERENT_PROMPTS, column, "goes on with other messages of the user than the other side")
    return prompt_text(chosen[:shared]), answer_text(ends[0]), answer_text(ends[1])


def alternating(row: Row, column: str, side_a: Sequence[Message], side_b: Sequence[Message]) -> tuple[str, str, str]:
    """(prompt, answers of a, answers of b) of two conversations with the same user over several turns."""
    if _users(side_a) != _users(side_b):
        row.note(DIFFERENT_PROMPTS, column, "holds other messages of the user than the other side")
    prompt = "\n\n".join(_users(side_a))
    return prompt, answer_text(_by(side_a, "assistant")), answer_text(_by(side_b, "assistant"))


def transcript(text: str) -> list[Message] | None:
    r"""`\n\nHuman: …\n\nAssistant: …` as messages; None where the text is no such thing."""
    if not text.startswith(_FIRST_SPEAKER):
        return None
    parts = _SPEAKERS.split(text)[1:]
    return [Message(_ROLES[speaker], said.strip()) for speaker, said in zip(parts[0::2], parts[1::2], strict=True)]


def _users(messages: Sequence[Message]) -> list[str]:
    return [message.text for message in _by(messages, "user")]


def _by(messages: Sequence[Message], role: str) -> list[Message]:
    return [message for message in messages if message.role == role]
