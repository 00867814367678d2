"""Reading a row column by column: what is wrong is noted, and a stand-in returned, so that one pass finds all of it."""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from app.imports.records import Faults

MAX_NAME = 300
"""Characters in an id or a name; they stand in indexes, whose entries Postgres holds to 2,700 bytes."""
_SECONDS_FROM = 1e8  # 1973; what is smaller is no time of a vote
_MILLISECONDS_FROM = 1e11  # as seconds that is the year 5138, as milliseconds 1973
_SECONDS = re.compile(r"[0-9]{9,}(\.[0-9]*)?")


def text_flaw(text: str) -> str | None:
    """Why Postgres would refuse a text, if it would."""
    if "\0" in text:
        return "holds a NUL character, which Postgres cannot store"
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return f"holds half of a surrogate pair as character {error.start + 1}, which is not Unicode text"
    return None


class Fields:
    """One row. prefix is where it lies if it is part of another, e.g. `outputs[1].`."""

    def __init__(self, row: Mapping[str, Any], prefix: str = "", faults: Faults | None = None) -> None:
        self.row = row
        self.prefix = prefix
        self.faults: Faults = [] if faults is None else faults

    def note(self, column: str, reason: str) -> None:
        self.faults.append((self.prefix + column, reason))

    def within(self, column: str, row: Mapping[str, Any]) -> "Fields":
        """A part of this row, whose faults are this row's."""
        return Fields(row, f"{self.prefix}{column}.", self.faults)

    def get(self, column: str) -> Any:
        """The raw value; None where there is none. An empty CSV field is the empty string."""
        return self.row.get(column)

    def has(self, column: str) -> bool:
        return self.row.get(column) not in (None, "")

    def require(self, columns: Collection[str]) -> bool:
        """Note each of the columns that is missing; whether all are there."""
        missing = [column for column in columns if self.row.get(column) is None]
        for column in missing:
            self.note(column, "is missing")
        return not missing

    def text(self, column: str) -> str:
        """A text, which may be empty."""
        value = self.row.get(column)
        if not isinstance(value, str):
            self.note(column, "is missing" if value is None else f"is a {type(value).__name__}, not a text")
            return ""
        flaw = text_flaw(value)
        if flaw:
            self.note(column, flaw)
        return value

    def name(self, column: str) -> str:
        """An id or a name. Whole numbers are taken as they are written."""
        value = self.row.get(column)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return self.checked_name(column, self.text(column)) if isinstance(value, str) else self.text(column)

    def optional_name(self, column: str) -> str | None:
        return self.name(column) if self.has(column) else None

    def checked_name(self, column: str, name: str) -> str:
        if not name or name.isspace():
            self.note(column, "is empty")
        elif name != name.strip():
            self.note(column, "begins or ends with white space")
        elif len(name) > MAX_NAME:
            self.note(column, f"is longer than {MAX_NAME} characters")
        return name

    def names(self, column: str) -> tuple[str, ...]:
        """A list of names; none where the column is empty. In the order given, each once."""
        value = self.row.get(column)
        if value in (None, ""):
            return ()
        if not isinstance(value, list):
            self.note(column, "is not a list")
            return ()
        parts = Fields({f"{column}[{place}]": item for place, item in enumerate(value)}, self.prefix, self.faults)
        return tuple(dict.fromkeys(parts.name(place) for place in parts.row))

    def choice(self, column: str, meanings: Mapping[str, str]) -> str:
        """One of a few words, as what it means."""
        value = self.row.get(column)
        meaning = meanings.get(value) if isinstance(value, str) else None
        if meaning is None:
            allowed = ", ".join(meanings)
            self.note(column, "is missing" if value is None else f"is {value!r:.80}, not one of {allowed}")
        return meaning or ""

    def whole(self, column: str, lowest: int, highest: int) -> int | None:
        """A whole number; digits in a text will do, as CSV has nothing else."""
        value = self.row.get(column)
        if value in (None, ""):
            return None
        number = _number(value)
        if number is None or number != int(number) or not lowest <= number <= highest:
            self.note(column, f"is {value!r:.80}, not a whole number from {lowest} to {highest}")
            return None
        return int(number)

    def real(self, column: str) -> float | None:
        value = self.row.get(column)
        if value in (None, ""):
            return None
        number = _number(value)
        if number is None:
            self.note(column, f"is {value!r:.80}, not a number")
        return None if number is None else float(number)

    def flag(self, column: str, *, missing: bool) -> bool:
        value = self.row.get(column)
        if value in (None, ""):
            return missing
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if not isinstance(value, bool):
            self.note(column, f"is {value!r:.80}, not true or false")
        return bool(value)

    def time(self, column: str) -> datetime | None:
        """ISO 8601, a timestamp, or seconds (or milliseconds) since 1970. Without a zone it is UTC."""
        value = self.row.get(column)
        if value in (None, ""):
            return None
        try:
            found = _time(value)
        except (ValueError, OverflowError, OSError):
            found = None
        if found is None:
            self.note(column, f"is {value!r:.80}, not a time such as 2024-05-01T12:30:00Z, nor seconds since 1970")
        return found


def _number(value: Any) -> float | int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if isfinite(number) else None


def _time(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, str) and not _SECONDS.fullmatch(value):
        found = datetime.fromisoformat(value)
    else:
        seconds = _number(value)
        if seconds is None or seconds < _SECONDS_FROM:
            return None
        found = datetime.fromtimestamp(seconds / 1000 if seconds >= _MILLISECONDS_FROM else seconds, UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
