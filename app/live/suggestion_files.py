"""Prompts for suggestions, as people keep them: one a line, JSON lines, or CSV. Pure."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from app.errors import InvalidInputError

MOST_BYTES: Final = 2_000_000
MOST_PROMPTS: Final = 5_000
LONGEST_SET: Final = 100
TEXT_NAMES: Final = ("prompt", "text", "question")
SET_NAMES: Final = ("prompt_set", "set")


class Suggested(NamedTuple):
    """A prompt, and the set that the file names for it; None where it names none."""

    text: str
    prompt_set: str | None


def read_lines(text: str) -> list[Suggested]:
    """One prompt a line; blank lines are passed over."""
    return [Suggested(line.strip(), None) for line in text.splitlines() if line.strip()]


def read_file(name: str, content: bytes) -> list[Suggested]:
    """A file, by the end of its name: .jsonl, .ndjson, .csv, and one prompt a line otherwise.

    Raises InvalidInputError with the line that is wrong.
    """
    if len(content) > MOST_BYTES:
        raise InvalidInputError(f"The file is too large; {MOST_BYTES:,} bytes are read. Divide it.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError("The file is not UTF-8 text.") from error
    ending = name.rpartition(".")[2].lower()
    if ending in ("jsonl", "ndjson"):
        return list(_json_lines(text))
    return list(_csv(text)) if ending == "csv" else read_lines(text)


def check(suggested: list[Suggested], longest: int) -> None:
    """Raise InvalidInputError unless all of these can be offered. longest: of a prompt, in characters."""
    if not suggested:
        raise InvalidInputError("There is no prompt in it. Write one a line, or choose a file.")
    if len(suggested) > MOST_PROMPTS:
        raise InvalidInputError(f"{len(suggested):,} prompts are too many at once; {MOST_PROMPTS:,} are taken.")
    for number, (text, prompt_set) in enumerate(suggested, 1):
        if len(text) > longest:
            raise InvalidInputError(f"Prompt {number:,} has {len(text):,} characters; {longest:,} may be asked here.")
        if not _is_storable(text + (prompt_set or "")):
            raise InvalidInputError(f"Prompt {number:,} holds a character that cannot be stored.")
        if not prompt_set:
            raise InvalidInputError("Name the set, so that its prompts can be found and retired together.")
        if len(prompt_set) > LONGEST_SET:
            raise InvalidInputError(f"The name of the set of prompt {number:,} has more than {LONGEST_SET} characters.")


def _json_lines(text: str) -> Iterator[Suggested]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            raise InvalidInputError(f"Line {number:,} is not JSON.") from None
        yield _suggested(found if isinstance(found, dict) else {"prompt": found}, f"Line {number:,}")


def _csv(text: str) -> Iterator[Suggested]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        names = [name.strip().lower() for name in reader.fieldnames or ()]
        reader.fieldnames = names
        if not set(names) & set(TEXT_NAMES):
            raise InvalidInputError(f"The first line names no column {', '.join(TEXT_NAMES[:-1])} or {TEXT_NAMES[-1]}.")
        for row in reader:
            if any(row.get(name) for name in names):
                yield _suggested(row, f"Line {reader.line_num:,}")
    except csv.Error as error:
        raise InvalidInputError(f"Line {reader.line_num:,} is not CSV: {error}.") from error


def _suggested(found: dict[str, Any], where: str) -> Suggested:
    text = next((found[name] for name in TEXT_NAMES if name in found), None)
    prompt_set = next((found[name] for name in SET_NAMES if found.get(name)), None)
    if not isinstance(text, str) or not text.strip():
        raise InvalidInputError(
            f"{where} has no prompt: a text named {', '.join(TEXT_NAMES[:-1])} or {TEXT_NAMES[-1]}."
        )
    if prompt_set is not None and not isinstance(prompt_set, str):
        raise InvalidInputError(f"{where} names a set that is not a text.")
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return Suggested(plain, (prompt_set or "").strip() or None)


def _is_storable(text: str) -> bool:
    """Whether Postgres keeps it: no NUL, and no half of a surrogate pair, which JSON can spell."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
