"""What a format is. Adding one is a file beside this, and a line in the registry."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import pyarrow as pa

from app.releases.record import VoteRecord

Row = Mapping[str, Any]
ALL_TYPES = ("jsonl", "parquet", "csv", "arrow")
NESTED_TYPES = ("jsonl", "parquet", "arrow")


class Dropped(NamedTuple):
    """That a vote has no row in this format, and why, in the words of the manifest."""

    reason: str


class Converted(NamedTuple):
    """What became of some votes.

    rows are by the file that they belong to, a path without an extension; the empty one is the format's only file.
    dropped has an entry for each vote, in their order: why it is in no row, or None where it is in one.
    """

    rows: Mapping[str, Sequence[Row]]
    dropped: Sequence[Dropped | None]


ToRows = Callable[[Sequence[VoteRecord]], Converted]


class Option(NamedTuple):
    """Something about a format that can be asked for: in words, and what it makes of the format."""

    description: str
    apply: Callable[["Format"], "Format"]


@dataclass(frozen=True)
class Format:
    """One shape of dataset.

    to_rows is pure; its rows fit the schema of their file, whose fields carry their description. It is called with one
    vote, or, where there is a group, with all votes that have the same one: the stream then comes prompt by prompt, and
    within a prompt matchup by matchup. all_votes: whether it takes every revision of every vote of all kinds of
    annotators, as only a format can that names all that in each row; all others are given votes that count alone (see
    counting.py). parts: the schemas by the first part of a file's path, where the format is several files. is_loose: no
    schema can tell the whole type of its rows, as of trees, which hold themselves.
    """

    name: str
    title: str
    description: str
    schema: pa.Schema
    to_rows: ToRows
    tags: Sequence[str]
    usage: str
    all_votes: bool = False
    group: Callable[[VoteRecord], str] | None = None
    file_types: Sequence[str] = ALL_TYPES
    compressed: bool = False
    options: Mapping[str, Option] = field(default_factory=dict)
    parts: Mapping[str, pa.Schema] = field(default_factory=dict)
    is_loose: bool = False

    def with_options(self, names: Sequence[str]) -> "Format":
        """The format as it is when these of its options are asked for."""
        form = self
        for name in names:
            form = self.options[name].apply(form)
        return form

    def schema_of(self, file: str) -> pa.Schema:
        """The schema of a file by its path."""
        return self.parts[file.split("/", maxsplit=1)[0]] if self.parts else self.schema


def each(to_row: Callable[[VoteRecord], Row | Dropped]) -> ToRows:
    """One row a vote."""

    def to_list(record: VoteRecord) -> Sequence[Row] | Dropped:
        row = to_row(record)
        return row if isinstance(row, Dropped) else [row]

    return each_list(to_list)


def each_list(to_list: Callable[[VoteRecord], Sequence[Row] | Dropped]) -> ToRows:
    """Some rows a vote."""

    def to_rows(records: Sequence[VoteRecord]) -> Converted:
        rows: list[Row] = []
        dropped: list[Dropped | None] = []
        for record in records:
            made = to_list(record)
            if isinstance(made, Dropped):
                dropped.append(made)
            else:
                dropped.append(None)
                rows += made
        return Converted({"": rows}, dropped)

    return to_rows


def with_column(form: Format, item: "pa.Field[Any]", to_rows: ToRows) -> Format:
    """The format with one more column at the end."""
    return replace(form, schema=form.schema.append(item), to_rows=to_rows)


def column(name: str, kind: pa.DataType, description: str, *, nullable: bool = False) -> "pa.Field[Any]":
    """A field of a schema that says what it holds."""
    return pa.field(name, kind, nullable=nullable, metadata={"description": description})
