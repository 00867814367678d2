"""What a row of any shape becomes: immutable, typed, and checked against all that a row alone can be checked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Blocks = tuple[str, ...]
"""The text blocks of one message; nearly always one."""
Faults = list[tuple[str, str]]
"""What is wrong with a row: (column, reason). The column is empty where it is the row as a whole."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file. line is where it begins: a line of text, or a row of a Parquet file. Both count from 1."""

    line: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """A row, or the rest of a file, that could not be read."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Contestant:
    """A model's name and the label of its version; the empty label is the version that has none."""

    model: str
    label: str = ""

    def __str__(self) -> str:
        return f"{self.model}@{self.label}" if self.label else self.model


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a models file says of a version."""

    contestant: Contestant
    organisation: str | None = None
    licence: str | None = None
    link: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportedExclusion:
    """A vote that was set aside. created_at is None where the source does not say when."""

    reason: str
    excluded_by: str = "import"
    created_at: datetime | None = None
    lifted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BattleFacts:
    """What is known of the battle behind a vote. Only our own raw votes know more than the defaults."""

    battle_id: str
    repeat: int
    source_row: int | None
    revision: int = 1
    is_current: bool = True
    after_reveal: bool = False
    side_order: str | None = None
    sampler: str | None = None
    propensity: float | None = None
    shown_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ImportedVote:
    """Somebody's verdict. winner is None where it was taken back, which only our own raw votes record."""

    annotator: str
    winner: str | None
    kind: str = "human"
    cast_at: datetime | None = None
    strength: int | None = None
    exclusions: tuple[ImportedExclusion, ...] = ()
    battle: BattleFacts | None = None


@dataclass(frozen=True, slots=True)
class ImportedMatchup:
    """One comparison: the user's messages, and for each as many answers of a and of b.

    A conversation that both models were handed stands in the earlier answers of both.
    """

    external_id: str
    prompts: tuple[Blocks, ...]
    answers_a: tuple[Blocks, ...]
    answers_b: tuple[Blocks, ...]
    model_a: Contestant
    model_b: Contestant
    language: str | None = None
    tags: tuple[str, ...] = ()
    votes: tuple[ImportedVote, ...] = ()
