"""What an arena asks, as data."""

import uuid
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Winner = Literal["model_a", "model_b", "tie", "both_bad"]
Slug = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9](-?[a-z0-9])*$", max_length=63), Field(examples=["kitchen-questions"])
]
STORABLE = r"^[^\x00]*$"  # Postgres keeps every character but NUL
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=STORABLE)]
Text = Annotated[str, StringConstraints(max_length=20_000, pattern=STORABLE)]


class ProtocolDocument(BaseModel):
    """What annotators are asked. Stored whole with its version; never changed once it is there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str = Field(default="Which answer is better?", min_length=1, max_length=300, pattern=STORABLE)
    options: tuple[Winner, ...] = Field(default=("model_a", "model_b", "tie", "both_bad"), min_length=2)
    guidelines: Text = Field(default="", description="Markdown, shown before the first battle and under help.")
    reveal: bool = Field(default=True, description="Whether the names appear after the vote.")
    undo_seconds: int = Field(default=30, ge=0, le=3600, description="How long a vote can be taken back.")

    @model_validator(mode="after")
    def _has_both_sides(self) -> Self:
        if len(set(self.options)) != len(self.options):
            raise ValueError("an option is named twice")
        if not {"model_a", "model_b"} <= set(self.options):
            raise ValueError("model_a and model_b must both be among the options")
        return self


class ArenaCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    slug: Slug
    title: Title
    description: Text = ""
    protocol: ProtocolDocument = ProtocolDocument()


class ArenaUpdate(BaseModel):
    """What is left out stays as it is. A new protocol becomes the next version."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    description: Text | None = None
    state: Literal["draft", "open", "closed"] | None = None
    protocol: ProtocolDocument | None = None


class ArenaOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    slug: str
    title: str
    description: str
    mode: str
    state: str
    protocol_version: int
    created_at: datetime
