"""A vote on the wire."""

import uuid
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from app.votes.rules import Choice


class VoteIn(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"choice": "side_a", "revision": 0}]})

    choice: Choice
    revision: int = Field(
        default=0,
        ge=0,
        le=32_000,
        description="The battle's revision as it was shown. A late duplicate of an older vote is refused by it.",
    )


class RevealedModel(BaseModel):
    model: str
    organisation: str | None
    licence: str | None
    link: str | None


class Reveal(BaseModel):
    side_a: RevealedModel
    side_b: RevealedModel


class VoteOut(BaseModel):
    """The current vote on a battle; choice is null where it was taken back."""

    battle_id: uuid.UUID
    revision: int
    choice: Choice | None
    after_reveal: bool = Field(description="Cast after the names had been seen: kept, but not counted on the board.")
    cast_at: datetime
    undo_until: datetime
    reveal: Reveal | None


class HistoryItem(BaseModel):
    battle_id: uuid.UUID
    prompt: str
    choice: Choice | None
    state: str
    shown_at: datetime | None
    reveal: Reveal | None
