"""One JSON value from bytes that may be wrong in every way."""

import json
from collections.abc import Iterator
from typing import Any

import orjson

from app.linting.files.rows import INVALID_UTF8, NOT_JSON_NUMBERS, UNREADABLE_ROWS, Flaw, RawRow, flaw


def decoded(data: bytes, row: int, offset: int) -> tuple[str, Flaw | None]:
    """The text, with bytes that are not UTF-8 replaced, and which is the first of them.

    offset is where data begins in the file.
    """
    try:
        return data.decode(), None
    except UnicodeDecodeError as error:
        at = error.start
        detail = f"byte {offset + at:,} of the file (from 0) is 0x{data[at]:02x}"
        return data.decode(errors="replace"), flaw(INVALID_UTF8, row, detail)


def read_object(data: bytes, row: int, offset: int) -> Iterator[RawRow | Flaw]:
    """The row that the bytes spell, as far as it can be had, and what is wrong with them."""
    try:
        values = orjson.loads(data)
    except orjson.JSONDecodeError:
        text, wrong = decoded(data, row, offset)
        if wrong is not None:
            yield wrong
        values = _read_leniently(text, row)
        if isinstance(values, Flaw):
            yield values
            return
        values, constant = values
        if constant:
            yield flaw(NOT_JSON_NUMBERS, row, f"holds {constant}")
    if isinstance(values, dict):
        yield RawRow(row, values)
    else:
        yield flaw(UNREADABLE_ROWS, row, f"is a JSON {_kind(values)}, not an object with columns")


def _read_leniently(text: str, row: int) -> tuple[Any, str] | Flaw:
    """With what Python allows beyond JSON: lone surrogates, and NaN, which comes back as None beside its name."""
    constants: list[str] = []
    try:
        value = json.loads(text, parse_constant=lambda name: constants.append(name))  # noqa: PLW0108 (None, not a list)
    except RecursionError:
        return flaw(UNREADABLE_ROWS, row, "is nested too deeply")
    except ValueError as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "holds a number that is too long"
        place = f" at character {error.pos + 1:,}" if isinstance(error, json.JSONDecodeError) else ""
        return flaw(UNREADABLE_ROWS, row, f"is not JSON: {reason}{place}")
    return value, constants[0] if constants else ""


def _kind(value: Any) -> str:
    names = {list: "array", str: "string", bool: "boolean", type(None): "null"}
    return names.get(type(value), "number")
