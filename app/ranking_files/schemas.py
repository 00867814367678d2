"""A ranking for programs."""

from pydantic import BaseModel, Field

from app.ranking_files.names import Method


class RankedEntryOut(BaseModel):
    """One model's line. What a method does not say is null."""

    model: str
    rating: float = Field(description="In points; 400 points are odds of ten to one.")
    rating_lower: float | None = Field(description="Lower end of the 95 % interval.")
    rating_upper: float | None = Field(description="Upper end of the 95 % interval.")
    rank: int = Field(description="The place of the estimate itself; see the range before quoting it.")
    rank_lower: int | None = Field(description="The worst place this model may hold (95 %, all models at once).")
    rank_upper: int | None = Field(description="The best place this model may hold (95 %, all models at once).")
    votes: int | float


class RankingOut(BaseModel):
    """What `preferendum rank --json` prints."""

    method: Method
    parameters: dict[str, float] = Field(description="The method's further parameters, such as nu of Davidson's ties.")
    log_likelihood: float | None
    votes: int | float
    entries: list[RankedEntryOut] = Field(description="Best first.")
