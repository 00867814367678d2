"""A battle as its annotator may know it. Nothing in here names a model or depends on one, apart from the texts."""

import uuid
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Side = Literal["side_a", "side_b"]
BattleState = Literal["writing", "failed", "shown", "voted", "retracted", "skipped", "expired"]
FlagReason = Literal["broken", "identity", "offensive", "personal-data", "other"]


class BattleRef(BaseModel):
    """Where the next battle is."""

    id: uuid.UUID
    url: str = Field(examples=["/battles/0193b2f0-7d6c-7c9a-9c3e-0f6c7f6f9f11"])


class TurnOut(BaseModel):
    """One user message and what stands under it on either side."""

    prompt: str
    side_a: str
    side_b: str


class BattleOut(BaseModel):
    id: uuid.UUID
    arena: str
    state: BattleState
    revision: int = Field(description="Send it back with the vote, so that a late duplicate cannot pass for a new one.")
    question: str
    options: list[str] = Field(examples=[["side_a", "side_b", "tie", "both_bad"]])
    turns: list[TurnOut]
    shown_at: datetime | None


class FlagIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: FlagReason
    note: Annotated[str, StringConstraints(max_length=2_000, pattern=r"^[^\x00]*$")] = ""
