"""What an arena asks, as data."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from app.sampling import policy_from

Mode = Literal["curated", "live"]
Winner = Literal["model_a", "model_b", "tie", "both_bad"]
Slug = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9](-?[a-z0-9])*$", max_length=63), Field(examples=["kitchen-questions"])
]
STORABLE = r"^[^\x00]*$"  # Postgres keeps every character but NUL
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=STORABLE)]
Text = Annotated[str, StringConstraints(max_length=20_000, pattern=STORABLE)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=STORABLE)]
Words = Annotated[tuple[Word, ...], Field(max_length=1_000)]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\x00]+$", max_length=2_000)]
# Only such variables: others, such as the database's, could be had by naming them beside an address of one's own.
Variable = Annotated[str, StringConstraints(pattern=r"^PREFERENDUM_CREDENTIAL_[A-Z0-9_]+$", max_length=200)]

BattleKind = Literal["anonymous", "named", "direct"]


class LiveProtocol(BaseModel):
    """How a live battle goes. Part of the protocol, because it shapes what is judged.

    system_prompt and the sampling settings are for contestants that bring none of their own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_turns: int = Field(default=5, ge=1, le=20, description="How often somebody may ask in one battle.")
    kinds: tuple[BattleKind, ...] = Field(default=("anonymous",), min_length=1)
    system_prompt: Text = ""
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int = Field(default=1_000, ge=1, le=32_000)
    consent_text: Text = Field(default="", description="Markdown that people agree to before their first prompt.")


class LiveSettings(BaseModel):
    """How a live arena is run. Nothing in here changes what is judged, so it has no versions."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    policy: dict[str, Any] = Field(
        default={"policy": "uniform"}, description="How pairs are drawn, see docs/sampling.md."
    )
    longest_prompt: int = Field(default=8_000, ge=10, le=100_000, description="In characters.")
    prompts_per_person: int = Field(default=60, ge=1, le=1_000_000, description="In an hour.")
    prompts_per_address: int = Field(default=300, ge=1, le=1_000_000, description="In an hour.")
    prompts_per_arena: int = Field(default=600, ge=1, le=1_000_000, description="In a minute.")
    leak_names: Words = Field(default=(), description="Names that give a model away, beside its own.")
    forbidden_words: Words = ()
    use_word_list: bool = True
    moderation_url: Address | None = Field(default=None, description="An OpenAI-compatible moderation endpoint.")
    moderation_variable: Variable | None = Field(default=None, description="The environment variable with its key.")
    fail_open: bool = Field(default=True, description="Whether prompts pass while moderation cannot be reached.")
    tagging_version: uuid.UUID | None = Field(default=None, description="The model version that tags prompts.")

    @field_validator("policy")
    @classmethod
    def _can_draw(cls, document: dict[str, Any]) -> dict[str, Any]:
        """As it was written, if a policy can be made of it."""
        try:
            policy_from(document)
        except OverflowError:
            raise ValueError("a number is too large") from None
        return document

    @model_validator(mode="after")
    def _has_an_address_for_its_key(self) -> Self:
        if self.moderation_variable is not None and self.moderation_url is None:
            raise ValueError("the variable with the key is set, but no address to send the key to")
        return self


class ProtocolDocument(BaseModel):
    """What annotators are asked. Stored whole with its version; never changed once it is there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str = Field(default="Which answer is better?", min_length=1, max_length=300, pattern=STORABLE)
    options: tuple[Winner, ...] = Field(default=("model_a", "model_b", "tie", "both_bad"), min_length=2)
    guidelines: Text = Field(default="", description="Markdown, shown before the first battle and under help.")
    reveal: bool = Field(default=True, description="Whether the names appear after the vote.")
    undo_seconds: int = Field(default=30, ge=0, le=3600, description="How long a vote can be taken back.")
    live: LiveProtocol | None = Field(default=None, description="In live arenas: turns, system prompt, consent.")

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
    mode: Mode = "curated"
    protocol: ProtocolDocument = ProtocolDocument()


class ArenaUpdate(BaseModel):
    """What is left out stays as it is. A new protocol becomes the next version."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    description: Text | None = None
    state: Literal["draft", "open", "closed"] | None = None
    protocol: ProtocolDocument | None = None
    live: LiveSettings | None = None


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
