"""A board as data: what a snapshot keeps, and what the API and the downloads hand out."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

AnnotatorKind = Literal["human", "simulated", "judge"]
Theme = Literal["light", "dark"]
FigureName = Literal["intervals", "ranks", "win-rates", "residuals", "battles", "history"]
FIGURE_NAMES: tuple[FigureName, ...] = ("intervals", "ranks", "win-rates", "residuals", "battles", "history")
THEMES: tuple[Theme, ...] = ("light", "dark")
BoardMethod = Literal["bradley-terry", "davidson", "rao-kupper", "four-outcomes", "style-controlled"]
METHODS: tuple[BoardMethod, ...] = ("bradley-terry", "davidson", "rao-kupper", "four-outcomes", "style-controlled")
"""The first is the one that a board shows unless another is asked for."""
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


class StyleEffect(BaseModel):
    """What one standard deviation more of a style is worth, in rating points, with a 95 % interval."""

    points: float
    lower: float
    upper: float


class SingleVotes(BaseModel):
    """What only a look at the votes one by one tells, and how many there were at that look."""

    votes: int
    voters: int
    votes_hash: str = Field(description="SHA-256 of the votes in order; docs/leaderboards.md says of which bytes.")
    design_effects: dict[str, float] = Field(
        description="By model, how many times wider clustering by voter makes its interval. Empty with few voters."
    )
    elo: dict[str, float] = Field(description="Online Elo by model, after the votes in their order.")
    critical: float | None = Field(
        default=None,
        description="Standard errors of their difference that tell two models apart, for all pairs at once (max-t).",
    )
    looked_at: datetime | None = None
    seconds: float = 0.0


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
        default=False, description="The votes connect the models, but this method has no number to be trusted."
    )
    unresolved_reason: str | None = Field(default=None, description="Why, where that is so.")
    predicted: list[float | None] = Field(
        default=[], description="Of each of `pairs`, the win rate of a that the ratings predict; a tie is half a win."
    )
    minimum_votes: int | None = Field(
        default=None, description="Set where there is no ranking because the slice has fewer votes than this."
    )
    parameters: dict[str, float] = Field(default={}, description="The method's further numbers, such as nu of ties.")
    log_likelihood: float | None = None
    style_effects: dict[str, StyleEffect] = Field(default={}, description="On style-controlled boards, by measure.")
    style_dropped: dict[str, str] = Field(default={}, description="Measures without an effect here, and why.")
    single_votes: SingleVotes | None = None


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
    slice: str = Field(default="overall", description="Which of the arena's votes.")
    slice_title: str = "All votes"
    headline: str = Field(description="What the board says, in one sentence.")
    uncounted_since: datetime | None = Field(
        default=None,
        description="Set where the board is stale: votes have waited to be counted since then, for too long.",
    )
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
        default=None, description="SHA-256 of the counts; docs/leaderboards.md says of which bytes."
    )
    code_version: str | None = None
    entries: list[EntryOut] = []
    models: list[str] = Field(default=[], description="The names that `pairs` refers to by position, from 0.")
    pairs: list[PairTally] = []
    predicted: list[float | None] = Field(
        default=[], description="Of each of `pairs`, the win rate of a that the ratings predict; a tie is half a win."
    )
    parameters: dict[str, float] = Field(default={}, description="The method's further numbers, such as nu of ties.")
    log_likelihood: float | None = None
    style_effects: dict[str, StyleEffect] = Field(default={}, description="On style-controlled boards, by measure.")
    style_dropped: dict[str, str] = Field(default={}, description="Measures without an effect here, and why.")
    unresolved_reason: str | None = Field(
        default=None, description="Why these votes have no ranking by this method, although they connect the models."
    )
    minimum_votes: int | None = Field(
        default=None, description="Set where there is no ranking because the slice has fewer votes than this."
    )
    single_votes: SingleVotes | None = Field(
        default=None, description="From the last look at single votes: what clustering did to intervals, and Elo."
    )
    components: list[list[str]] = Field(
        default=[],
        description="Sets of models that the votes connect both ways; only the first is ranked, if it has two models.",
    )
    missing: list[MissingWins] = Field(
        default=[], description="Wins that would make one ranking of all models with votes."
    )


class RatingPoint(BaseModel):
    """Where one model stood in one snapshot."""

    model_config = ConfigDict(from_attributes=True)

    model: str
    computed_at: datetime
    rating: float
    rating_lower: float
    rating_upper: float


class FigureData(BaseModel):
    """What the figures of a board are drawn from: its entries in order, and pairs that refer to `models`."""

    entries: list[EntryOut]
    models: list[str]
    pairs: list[PairTally]
    predicted: list[float | None] = Field(default=[], description="As in BoardDetails.")
    history: list[RatingPoint] = []
    names: list[FigureName] = Field(default=list(FIGURE_NAMES), description="Which figures are wanted.")


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
