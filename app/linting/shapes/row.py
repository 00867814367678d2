"""Reading a row column by column: what is wrong is noted, and a stand-in returned, so that one pass finds all of it."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from app.linting.examples import Message, Part, Text
from app.linting.rules import Rule
from app.linting.shapes.rules import MISSING_COLUMNS, WRONG_TYPES

_KINDS = {str: "a text", list: "a list", dict: "an object", bool: "true or false", int: "a number", float: "a number"}


class Noted(NamedTuple):
    """A rule that the row breaks, in which column, and how."""

    rule: Rule
    column: str
    detail: str


class Row:
    """One row, what was found wrong with it, and the texts that were read from it."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values
        self.noted: list[Noted] = []
        self.texts: list[Text] = []

    def note(self, rule: Rule, column: str, detail: str) -> None:
        self.noted.append(Noted(rule, column, detail))

    def has(self, column: str) -> bool:
        return self.values.get(column) not in (None, "")

    def text(self, column: str, part: Part) -> str | None:
        return self.checked(column, self.values.get(column), part)

    def checked(self, column: str, value: Any, part: Part) -> str | None:
        """A text from anywhere in the row, kept for the checks of texts; None, and a note, where it is none."""
        if isinstance(value, str):
            self.texts.append(Text(column, part, value))
            return value
        if value is None:
            self.note(MISSING_COLUMNS, column, "is null" if column in self.values else "is missing")
        else:
            self.note(WRONG_TYPES, column, f"is {kind_of(value)}, not a text")
        return None

    def name(self, column: str) -> str | None:
        """A name or an id, which may be a number; None where there is none."""
        value = self.values.get(column)
        if isinstance(value, str | int) and not isinstance(value, bool):
            return str(value).strip() or None
        if value is not None:
            self.note(WRONG_TYPES, column, f"is {kind_of(value)}, not a name")
        return None

    def number(self, column: str) -> float | None:
        """A number, which may be spelled; None, without a note, where there is none."""
        value = self.values.get(column)
        if isinstance(value, str):
            value = _spelled(value)
        if value in (None, ""):
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.note(WRONG_TYPES, column, f"is {kind_of(value)}, not a number")
            return None
        return float(value)

    def flag(self, column: str, *, missing: bool) -> bool:
        """True or false, which may be spelled or 0 and 1."""
        value = self.values.get(column)
        if value in (None, ""):
            return missing
        if isinstance(value, str):
            value = {"true": True, "1": True, "false": False, "0": False}.get(value.strip().lower())
        if isinstance(value, bool) or value in (0, 1):
            return bool(value)
        self.note(WRONG_TYPES, column, "is neither true nor false")
        return missing

    def items(self, column: str) -> Sequence[Any] | None:
        """A list, or the JSON text of one, as files without nested columns have it."""
        value = self.values.get(column)
        if isinstance(value, str):
            try:
                value = orjson.loads(value)
            except orjson.JSONDecodeError:
                self.note(WRONG_TYPES, column, "is neither a list nor the JSON text of one")
                return None
        if isinstance(value, list):
            return value
        if value is None:
            self.note(MISSING_COLUMNS, column, "is null" if column in self.values else "is missing")
        else:
            self.note(WRONG_TYPES, column, f"is {kind_of(value)}, not a list")
        return None

    def messages(self, column: str, *, prompt_part: Part = "prompt") -> list[Message] | None:
        """A conversation. None where it is none; messages that are none are noted and passed over."""
        items = self.items(column)
        if items is None:
            return None
        found = []
        for place, item in enumerate(items):
            where = f"{column}[{place}]"
            if not isinstance(item, dict):
                self.note(WRONG_TYPES, where, f"is {kind_of(item)}, not a message with role and content")
                continue
            role = item.get("role")
            if not isinstance(role, str):
                self.note(
                    MISSING_COLUMNS if role is None else WRONG_TYPES, f"{where}.role", f"is {kind_of(role)}, not a role"
                )
                continue
            part: Part = "answer" if role == "assistant" else prompt_part
            found.append(Message(role, self._content(f"{where}.content", item, part)))
        return found

    def _content(self, where: str, item: Mapping[str, Any], part: Part) -> str:
        """A message's text; of a list of blocks, those that are text. Tool calls need none."""
        content = item.get("content")
        if isinstance(content, list):
            texts = [
                self.checked(f"{where}[{place}].text", block.get("text"), part)
                for place, block in enumerate(content)
                if isinstance(block, dict) and block.get("type") == "text"
            ]
            if not texts and any(isinstance(block, dict) for block in content):
                return "[other than text]"
            return "\n\n".join(text or "" for text in texts)
        if content is None and item.get("tool_calls"):
            return "[tool call]"
        if isinstance(content, dict) and isinstance(content.get("answer"), str):
            content = content["answer"]
        return self.checked(where, content, part) or ""


def _spelled(value: str) -> float | str:
    """The number that a text spells, if it spells one."""
    try:
        return float(value)
    except ValueError:
        return value.strip()


def kind_of(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, float) and not math.isfinite(value):
        return "no finite number"
    return _KINDS.get(type(value), f"a {type(value).__name__}")
