"""NaN and the infinities, which some programs write into JSON although it has none: told by their line and column."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.imports.readers.byte_lines import ByteLines
from app.ranking_files.problems import RowFault

_JSON_LINES = (".jsonl", ".ndjson", ".json")


class _Constant:
    """What stands where a number should."""

    def __init__(self, name: str) -> None:
        self.name = name


def named_constants(path: Path, faults: Sequence[RowFault]) -> list[RowFault]:
    """The same faults; a line of JSON that holds NaN or an infinity says in which column."""
    name = path.name.lower().removesuffix(".gz")
    wanted = {fault.line: place for place, fault in enumerate(faults)}
    found = list(faults)
    if not wanted or not name.endswith(_JSON_LINES):
        return found
    lines = ByteLines(path)
    try:
        for line in lines:
            if not isinstance(line, bytes):
                break
            place = wanted.get(lines.line)
            column = None if place is None else _first_constant(line)
            if place is not None and column is not None:
                found[place] = RowFault(lines.line, column[0], f"is {column[1]}, which is no number in JSON")
            if lines.line >= max(wanted):
                break
    finally:
        lines.close()
    return found


def _first_constant(line: bytes) -> tuple[str, str] | None:
    """The first column whose value is, or holds, NaN or an infinity, and which of them."""
    try:
        row = json.loads(line, parse_constant=_Constant)
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict):
        return None
    return next(((column, name) for column, value in row.items() if (name := _constant_in(value))), None)


def _constant_in(value: Any) -> str | None:
    """The name of the first constant anywhere in a value."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case _Constant(name=name):
                return str(name)
            case dict() as inner:
                waiting.extend(inner.values())
            case list() as inner:
                waiting.extend(inner)
    return None
