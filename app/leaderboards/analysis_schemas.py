"""What "How sure is this?" holds: stored beside a snapshot, shown by the panel, handed out by the API."""

import uuid
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field


class OverturningOut(BaseModel):
    """Votes whose change puts somebody else first. A fit of the changed votes confirms it; fewer might do as well."""

    votes: int
    leader: str
    new: str
    changes: list[tuple[str, str, str, int]] = Field(
        description="model a, model b, winner and number of the votes, most first; the ten largest groups."
    )


class InfluenceOut(BaseModel):
    """What leaving out one voter does to the ratings at most, by a fit without them."""

    voters: int
    model: str | None = Field(description="Whose rating moves most.")
    points: float | None = Field(description="By how much.")
    votes: int | None = Field(description="How many votes that voter cast.")
    indispensable: int = Field(description="Voters without whom the votes would no longer connect all ranked models.")


class AgreementOut(BaseModel):
    """Krippendorff's alpha with a 95 % bootstrap interval over the matchups that two people or more voted on."""

    value: float | None
    lower: float | None
    upper: float | None
    units: int
    values: int


class SelfConsistencyOut(BaseModel):
    """How often somebody who met the same matchup again said the same, with a 95 % interval."""

    share: float
    lower: float
    upper: float
    consistent: int
    repeated: int


class CyclesOut(BaseModel):
    """How many of the votes for one of the two models no ranking can explain."""

    decisive: int
    unexplained_share: float = Field(description="Of the decisive votes, those that the best ranking contradicts.")
    cyclic_share: float = Field(description="The part of them that majorities in a circle add.")
    is_exact: bool = Field(description="Whether the second is known exactly; else it is at most so much.")


class PositionOut(BaseModel):
    """What being shown first is worth."""

    state: Literal["measured", "not-recorded", "not-looked-at", "too-few"] = Field(
        description='"not-recorded": the votes do not say which answer stood first, so nothing can be claimed.'
    )
    recorded_votes: int
    reason: str | None = Field(default=None, description="Why there is no number, where that is not obvious.")
    points: float | None = Field(default=None, description="In rating points; above 0 the first side gains.")
    lower: float | None = None
    upper: float | None = None


class NeededPairOut(BaseModel):
    """A pair of models on which one more vote makes the board most certain."""

    model_a: str
    model_b: str
    votes: int = Field(description="Those it has.")
    share: float = Field(description="By which share one more lowers the mean variance of differences of ratings.")


class StyleProfile(BaseModel):
    """A model's answers on average, over the votes that they are in."""

    characters: float
    headers: float
    lists: float
    bold: float


class Analysis(BaseModel):
    """How sure a board is. null where the votes do not tell."""

    input_hash: str = Field(description="Of the votes that were analysed: the snapshot's own, or slightly newer ones.")
    votes: int
    voters: int | None
    drop: OverturningOut | None = Field(description="The fewest votes found that change the first place when dropped.")
    forge: OverturningOut | None = Field(description="The fewest found that change it when forged.")
    influence: InfluenceOut | None
    agreement_nominal: AgreementOut | None
    agreement_ordinal: AgreementOut | None
    self_consistency: SelfConsistencyOut | None = Field(description="null where nobody met a matchup twice.")
    cycles: CyclesOut | None
    position: PositionOut
    needed_pairs: list[NeededPairOut]
    styles: dict[str, StyleProfile] = Field(description="By model.")


def without_places(analysis: Analysis) -> Analysis:
    """The same without what tells who stands where: for a slice that has too few votes for a ranking."""
    return analysis.model_copy(update={"drop": None, "forge": None, "influence": None, "needed_pairs": []})


class AnalysisOut(BaseModel):
    """The newest analysis of a board, and the snapshot that it belongs to."""

    arena: str
    slice: str
    snapshot_id: uuid.UUID | None = None
    computed_at: datetime | None = None
    code_version: str | None = None
    analysis: Analysis | None = None
