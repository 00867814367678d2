"""One vote as formats see it: a plain record that holds no id of a person."""

import datetime
from collections.abc import Sequence
from typing import Any, NamedTuple

Blocks = Sequence[dict[str, Any]]


class Exchange(NamedTuple):
    """One turn: the user's blocks and each slot's answer, None where a model gave none."""

    prompt: Blocks
    answer_a: Blocks | None
    answer_b: Blocks | None


class Exclusion(NamedTuple):
    """That a battle's votes were set aside; still in force while lifted_at is None."""

    reason: str
    excluded_by: str
    created_at: datetime.datetime
    lifted_at: datetime.datetime | None


class VoteRecord(NamedTuple):
    """One revision of a vote with its battle, its conversation and its exclusions.

    Slots a and b are canonical; where they stood on the screen is side_order. annotator is a pseudonym. matchup is its
    external id, or else its UUID; prompt the UUID of what its conversation opens with. is_current says whether the
    battle names this revision.
    """

    battle_id: str
    revision: int
    is_current: bool
    matchup: str
    prompt: str
    model_a: str
    model_b: str
    winner: str | None
    strength: int | None
    after_reveal: bool
    annotator: str
    annotator_kind: str
    protocol_version: int
    repeat: int
    side_order: str | None
    sampler: str | None
    propensity: float | None
    source: str
    shown_at: datetime.datetime | None
    cast_at: datetime.datetime | None
    source_row: int | None
    prompt_language: str | None
    prompt_tags: Sequence[str]
    exclusions: Sequence[Exclusion]
    turns: Sequence[Exchange]
