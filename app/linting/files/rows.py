"""What a file is taken apart into, and the rules that a file breaks before its rows are understood."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from app.errors import PreferendumError
from app.linting.places import NO_ROW
from app.linting.rules import Rule

BROKEN_FILE = Rule(
    "broken-file",
    "error",
    "The file is cut off or damaged",
    "What follows the place cannot be read by anybody.",
    "Fetch or write the file again, and compare its size or hash with the original.",
)
UNREADABLE_ROWS = Rule(
    "unreadable-rows",
    "error",
    "Rows that cannot be read",
    "Loaders stop at the first of them, or leave them out without a word. They were not looked at further.",
    "Write these rows again, with a library for the format rather than by joining texts.",
)
INVALID_UTF8 = Rule(
    "invalid-utf8",
    "error",
    "Bytes that are not UTF-8",
    "Loaders refuse the file, or replace the bytes, and the texts are no longer what people read.",
    "Find out in which encoding these rows were written, decode them with it, and write the file as UTF-8.",
)
BYTE_ORDER_MARK = Rule(
    "byte-order-mark",
    "note",
    "The file begins with a byte order mark",
    "Some loaders take it for a part of the first column's name, which then is not found.",
    "Write the file as UTF-8 without a mark (in Python encoding='utf-8', not 'utf-8-sig').",
)
NOT_JSON_NUMBERS = Rule(
    "not-json-numbers",
    "error",
    "NaN or Infinity in JSON",
    "JSON has no such numbers: strict loaders refuse the row.",
    "Write null instead, or leave the column out.",
)
MIXED_LINE_ENDS = Rule(
    "mixed-line-ends",
    "note",
    "Lines of the file end in different ways",
    "The file was probably put together from several, on different systems; look whether their rows agree.",
    "Write the file again with \\n alone.",
)
NO_ROWS = Rule(
    "no-rows",
    "error",
    "The file holds no rows",
    "There is nothing to train on or to count.",
    "Look whether the export that made the file failed, or its filter left nothing.",
)
FILE_RULES = (
    BROKEN_FILE,
    UNREADABLE_ROWS,
    INVALID_UTF8,
    BYTE_ORDER_MARK,
    NOT_JSON_NUMBERS,
    MIXED_LINE_ENDS,
    NO_ROWS,
)

CHUNK = 1 << 20


class RawRow(NamedTuple):
    """A row as the file has it. row counts from 1."""

    row: int
    values: Mapping[str, Any]


class Flaw(NamedTuple):
    """A place where one of FILE_RULES is broken."""

    rule: Rule
    row: int
    column: str
    detail: str


def flaw(rule: Rule, row: int = NO_ROW, detail: str = "", column: str = "") -> Flaw:
    return Flaw(rule, row, column, detail)


class UnreadableFileError(PreferendumError):
    """No file, none that may be read, or one of a kind that holds no rows."""

    status = 422
    title = "The file cannot be read"


class RowFile(ABC):
    """One open file of rows.

    kind: in words. unit: what `row` counts: lines of text, or rows.
    """

    kind: str
    unit: Literal["line", "row"]

    @abstractmethod
    def rows(self) -> Iterator[RawRow | Flaw]:
        """All rows in order, once, and what is wrong with the file's bytes. Raises nothing on account of them."""

    @abstractmethod
    def fraction(self) -> float:
        """How much of the file has been read, from 0 to 1."""

    @abstractmethod
    def close(self) -> None: ...
