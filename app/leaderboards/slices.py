"""Slices: parts of an arena's votes that a researcher names by data, without code."""

import hashlib
import re
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from app.arenas.schemas import STORABLE, Slug, Title
from app.leaderboards.schemas import AnnotatorKind

OVERALL = "overall"
MINIMUM_VOTES = 100
"""Of a slice's board, unless its definition says otherwise: with fewer votes no ranking is shown."""

Word = Annotated[str, Field(min_length=1, max_length=200, pattern=STORABLE)]


class Range(BaseModel):
    """Whole numbers from `least` to `most`, both included; an end that is left out is open."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    least: int | None = Field(default=None, ge=0, le=2**31 - 1)
    most: int | None = Field(default=None, ge=0, le=2**31 - 1)

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.least is None and self.most is None:
            raise ValueError("a range needs an end: least, most or both")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(f"least is {self.least}, which is more than most, {self.most}")
        return self


class SliceDefinition(BaseModel):
    """Which of the counting votes are in a slice: those that every condition is true of. None sets no condition."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tag: Word | None = Field(default=None, description="A tag of the prompt, such as its category.")
    language: Word | None = Field(default=None, description="The prompt's language, as it is stored.")
    prompt_characters: Range | None = Field(default=None, description="Length of the opening message.")
    answer_characters: Range | None = Field(default=None, description="Length of all answers of each of the models.")
    turns: Range | None = Field(default=None, description="Number of user messages.")
    cast_from: AwareDatetime | None = Field(
        default=None, description="From this moment on. A vote without a time is out."
    )
    cast_until: AwareDatetime | None = Field(default=None, description="Before this moment, likewise.")
    annotator_kind: AnnotatorKind | None = Field(
        default=None, description="Whose votes; if not given, people's, or where there are none simulated or judges'."
    )
    protocol_version: int | None = Field(default=None, ge=1, le=2**31 - 1, description="What annotators were asked.")
    exclude_ties: bool = Field(default=False, description="Only votes that prefer one of the two.")
    one_vote_a_day: bool = Field(
        default=False,
        description="Of each person's votes of a day (UTC) only the first. Votes without a time are left out.",
    )
    minimum_votes: int = Field(
        default=MINIMUM_VOTES, ge=0, le=10**9, description="With fewer votes the board shows no ranking, and says so."
    )

    @model_validator(mode="after")
    def _has_an_order(self) -> Self:
        if self.cast_from and self.cast_until and self.cast_from >= self.cast_until:
            raise ValueError("cast_from must be before cast_until")
        return self

    @property
    def is_incremental(self) -> bool:
        """Whether one vote is in the slice or not whatever the others are, so that counts can be kept up to date."""
        return not self.one_vote_a_day


EVERYTHING = SliceDefinition(minimum_votes=0)
"""The definition of "overall"."""
EVERYTHING_TITLE = "All votes"


class SliceIn(BaseModel):
    """A slice to be added. It is never changed: what another definition counts is another slice."""

    model_config = ConfigDict(extra="forbid")

    slug: Slug = Field(description='Its name in addresses. "overall" is all votes, and taken.')
    title: Title
    definition: SliceDefinition

    @model_validator(mode="after")
    def _is_not_taken(self) -> Self:
        if self.slug == OVERALL:
            raise ValueError('"overall" is the slice of all votes, which every arena has')
        return self


class SliceOut(BaseModel):
    """A slice, and where its board stands."""

    slug: str
    title: str
    definition: SliceDefinition
    is_ready_made: bool
    votes: int | None = Field(default=None, description="On its newest board; null where it has none yet.")
    methods: list[str] = Field(default=[], description="Those that it has a board of.")
    computed_at: datetime | None = None
    warning: str | None = Field(default=None, description="Why it may have no votes, such as a tag that no prompt has.")


def ready_made(kind: Literal["category", "language"], value: str) -> SliceIn:
    """The slice of a category or a language. Names that are no addresses get one that is still their own."""
    words = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")[:40].rstrip("-")
    if words != value.lower():
        words = "-".join(filter(None, [words, hashlib.sha256(value.encode()).hexdigest()[:6]]))
    definition = SliceDefinition(tag=value) if kind == "category" else SliceDefinition(language=value)
    return SliceIn(slug=f"{kind}-{words}", title=value[:200], definition=definition)
