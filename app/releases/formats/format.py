"""What a format is. Adding one is a file beside this, and a line in the registry."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa

from app.releases.record import VoteRecord

Row = Mapping[str, Any]


class Dropped(NamedTuple):
    """That a vote has no row in this format, and why, in the words of the manifest."""

    reason: str


@dataclass(frozen=True)
class Format:
    """One shape of dataset.

    to_row is pure; its rows fit the schema, whose fields carry their description. all_kinds: whether it holds the votes
    of all kinds of annotators when nobody says otherwise, as only a format can that names the kind in each row.
    """

    name: str
    title: str
    description: str
    schema: pa.Schema
    to_row: Callable[[VoteRecord], Row | Dropped]
    all_kinds: bool
    tags: Sequence[str]
    usage: str


def column(name: str, kind: pa.DataType, description: str, *, nullable: bool = False) -> "pa.Field[Any]":
    """A field of a schema that says what it holds."""
    return pa.field(name, kind, nullable=nullable, metadata={"description": description})
