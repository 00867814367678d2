"""A board as data: what a snapshot keeps, and what the API and the downloads hand out."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

AnnotatorKind = Literal["human", "simulated", "judge"]
Theme = Literal["light", "dark"]
FigureName = Literal["intervals", "win-rates"]
THEMES: tuple[Theme, ...] = ("light", "dark")
KINDS: tuple[AnnotatorKind, ...] = ("human", "simulated", "judge")
"""In the order in which a board takes the first that has votes."""

PairTally = Annotated[
    tuple[int, int, int, int, int, int],
    Field(description="model a, model b (positions in `models`), wins of a, wins of b, ties, both bad"),
]


class ModelFacts(BaseModel):
    """What is known of a model at the time of the snapshot."""

    model_config = ConfigDict(frozen=True)

    name: str
    organisation: str | None = None
    licence: str | None = None
    link: str | None = None


class MissingWins(BaseModel):
    """Somebody of `winners` has yet to beat, or tie with, somebody of `losers`."""

    winners: list[str]
    losers: list[str]


class BoardDetails(BaseModel):
    """All of a snapshot that is not in its columns or entries."""

    annotator_kind: AnnotatorKind | None
    votes_by_kind: dict[AnnotatorKind, int]
    facts: list[ModelFacts] = Field(description="The models, by name.")
    pairs: list[PairTally]
    components: list[list[str]] = Field(
        description="Sets of models that the votes connect in both directions; only the first is ranked, if it has two."
    )
    missing: list[MissingWins] = Field(description="Wins that would make one ranking of all models with votes.")
    unresolved: bool = Field(
        default=False, description="The votes connect the models, but too faintly for a number to be trusted."
    )


class EntryOut(BaseModel):
    """One model's line. Numbers that the votes do not determine are null."""

    model_config = ConfigDict(from_attributes=True)

    model: str
    rank: int | None = Field(description="The place of the estimate itself; see the range before quoting it.")
    rank_upper: int | None = Field(description="The best place this model may hold (95 %, all models at once).")
    rank_lower: int | None = Field(description="The worst place this model may hold (95 %, all models at once).")
    rating: float | None = Field(description="Bradley-Terry, in points; the mean of the ranked models is 1000.")
    rating_lower: float | None = Field(description="Lower end of the 95 % interval.")
    rating_upper: float | None = Field(description="Upper end of the 95 % interval.")
    votes: int
    win_rate: float | None = Field(description="Mean over opponents of the share of votes won; a tie is half a win.")
    elo: float | None = Field(description="Online Elo, which depends on the order of the votes: a second opinion.")
    organisation: str | None = None
    licence: str | None = None
    link: str | None = None


class LeaderboardOut(BaseModel):
    """A board with everything that is needed to compute it again. Before the first votes it says so, and is empty."""

    arena: str
    title: str
    headline: str = Field(description="What the board says, in one sentence.")
    snapshot_id: uuid.UUID | None = None
    computed_at: datetime | None = None
    votes: int = 0
    annotator_kind: AnnotatorKind | None = Field(
        default=None, description="Whose votes these are; kinds are never mixed."
    )
    votes_by_kind: dict[AnnotatorKind, int] = Field(default={}, description="All counting votes, also of other kinds.")
    method: str | None = None
    settings: dict[str, Any] = {}
    input_hash: str | None = Field(
        default=None, description="SHA-256 of the votes; docs/leaderboards.md says of which bytes."
    )
    code_version: str | None = None
    entries: list[EntryOut] = []
    models: list[str] = Field(default=[], description="The names that `pairs` refers to by position, from 0.")
    pairs: list[PairTally] = []
    components: list[list[str]] = Field(
        default=[],
        description="Sets of models that the votes connect both ways; only the first is ranked, if it has two models.",
    )
    missing: list[MissingWins] = Field(
        default=[], description="Wins that would make one ranking of all models with votes."
    )


class FigureData(BaseModel):
    """What the figures of a board are drawn from: its entries in order, and pairs that refer to `models`."""

    entries: list[EntryOut]
    models: list[str]
    pairs: list[PairTally]


class Figure(BaseModel):
    """One chart in one theme; svg is compressed with gzip."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    name: FigureName
    theme: Theme
    width: int
    height: int
    spec: dict[str, Any]
    svg: bytes
    png: bytes
