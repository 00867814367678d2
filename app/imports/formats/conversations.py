"""Messages as the public datasets write them, turned into turns: what was asked, and what each side answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from app.imports.formats.fields import Fields
from app.imports.records import Blocks

_ROLES = ("user", "assistant")


@dataclass(frozen=True, slots=True)
class Message:
    role: str
    blocks: Blocks


@dataclass(frozen=True, slots=True)
class Turns:
    """As many answers on each side as prompts."""

    prompts: tuple[Blocks, ...]
    answers_a: tuple[Blocks, ...]
    answers_b: tuple[Blocks, ...]


def read_list(fields: Fields, column: str) -> list[Any]:
    """A list, or the JSON text of one, as files without nested columns write it."""
    value = fields.get(column)
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError as error:
            fields.note(column, f"is not a JSON list: {error}")
            return []
    if not isinstance(value, list):
        fields.note(column, "is missing" if value is None else "is not a list")
        return []
    return value


def read_messages(fields: Fields, column: str) -> list[Message]:
    """A conversation: [{"role": "user" | "assistant", "content": ...}, ...].

    Our own releases add `blocks`, as JSON, where a message is more than one text; that is then its content.
    """
    messages: list[Message] = []
    for place, item in enumerate(read_list(fields, column)):
        where = f"{column}[{place}]"
        if not isinstance(item, dict):
            fields.note(where, 'is not a message {"role", "content"}')
            continue
        role = item.get("role")
        if role not in _ROLES:
            hint = "; put a system prompt into the first user message" if role == "system" else ""
            fields.note(f"{where}.role", f"is {role!r:.80}, not user or assistant{hint}")
        if item.get("blocks") is not None:
            blocks = read_list(
                Fields({f"{where}.blocks": item["blocks"]}, fields.prefix, fields.faults), f"{where}.blocks"
            )
            messages.append(Message(str(role), read_content(fields, f"{where}.blocks", blocks)))
        else:
            messages.append(Message(str(role), read_content(fields, f"{where}.content", item.get("content"))))
    return messages


def read_content(fields: Fields, column: str, content: Any) -> Blocks:
    """A message's content: a text, or a list of blocks of the type text."""
    if isinstance(content, str):
        return (_text(fields, column, content),)
    if not isinstance(content, list):
        fields.note(column, "is missing" if content is None else "is neither a text nor a list of blocks")
        return ("",)
    blocks: list[str] = []
    for place, block in enumerate(content):
        kind = block.get("type") if isinstance(block, dict) else None
        if kind != "text":
            fields.note(f"{column}[{place}]", f"is of the type {kind!r:.80}; this version shows nothing but text")
        else:
            blocks.append(_text(fields, f"{column}[{place}].text", block.get("text")))
    return tuple(blocks) or ("",)


def _text(fields: Fields, column: str, text: Any) -> str:
    """A text at any depth of the row, checked under the name of the place where it lies."""
    return Fields({column: text}, fields.prefix, fields.faults).text(column)


def to_turns(fields: Fields, columns: tuple[str, str], side_a: Sequence[Message], side_b: Sequence[Message]) -> Turns:
    """Two conversations over the same user messages as one list of turns.

    columns are where the two come from, for the reasons. Where the messages themselves are faulty there are no turns.
    """
    if fields.faults:
        return Turns((), (), ())
    prompts_a, answers_a = _alternating(fields, columns[0], side_a)
    prompts_b, answers_b = _alternating(fields, columns[1], side_b)
    if not fields.faults and prompts_a != prompts_b:
        fields.note(columns[1], f"the user's messages are not those of {columns[0]}; a matchup has one user")
    return Turns(prompts_a, answers_a, answers_b)


def _alternating(
    fields: Fields, column: str, messages: Sequence[Message]
) -> tuple[tuple[Blocks, ...], tuple[Blocks, ...]]:
    """The user's messages and the answers to them."""
    if not messages:
        fields.note(column, "holds no messages")
    for place, message in enumerate(messages):
        if message.role != _ROLES[place % 2]:
            fields.note(
                f"{column}[{place}]", f"is by {message.role}, where user and assistant take turns from the user on"
            )
            break
    else:
        if len(messages) % 2:
            fields.note(column, "ends with the user's message: the answer is missing")
    return (
        tuple(message.blocks for message in messages[0::2]),
        tuple(message.blocks for message in messages[1::2]),
    )
