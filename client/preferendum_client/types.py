"""What the server tells, as plain records. Fields that a newer server adds are passed over."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

Record = TypeVar("Record")


def record(kind: type[Record], values: Mapping[str, Any]) -> Record:
    """The record, of those values that it has fields for."""
    names = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]  # every record is a dataclass
    return kind(**{name: value for name, value in values.items() if name in names})


@dataclass(frozen=True)
class Arena:
    id: str
    slug: str
    title: str
    state: str
    mode: str


@dataclass(frozen=True)
class Imported:
    """How many rows came anew; the same rows sent again bring nothing new."""

    matchups: int
    votes: int
    models: int


@dataclass(frozen=True)
class Standing:
    """A model on the board. rating is in points with a 95 % interval; None while the votes determine none."""

    model: str
    votes: int
    rating: float | None = None
    rating_lower: float | None = None
    rating_upper: float | None = None
    rank_lower: int | None = None
    rank_upper: int | None = None


@dataclass(frozen=True)
class ReleaseFile:
    name: str
    url: str
    rows: int
    bytes: int
    sha256: str
    split: str | None = None


@dataclass(frozen=True)
class Release:
    """state is waiting, writing, ready, failed (with error) or cancelled; rows_written of rows_total the progress."""

    id: str
    arena: str
    format: str
    file_type: str
    state: str
    rows_written: int = 0
    rows_total: int | None = None
    error: str | None = None
    files: tuple[ReleaseFile, ...] = ()
