"""What being shown first is worth, where the votes say who was."""

import numpy as np

from app.leaderboards.analysis_schemas import PositionOut
from app.leaderboards.ranking import Selected
from app.ratings import NotRankableError
from app.ratings.covariate_effects import covariate_covariance, covariate_effects
from app.ratings.covariates import fit_covariates

NAME = "position"
FEWEST_VOTES = 30
"""With fewer votes of known order an effect would have an interval that says nothing."""


def position_effect(selected: Selected | None) -> PositionOut:
    """The effect among models that the votes connect (None: there are none), or the reason why there is no number."""
    if selected is None:
        return PositionOut(state="too-few", recorded_votes=0, reason="The votes do not connect any two models.")
    recorded = int(np.count_nonzero(selected.sides))
    if not recorded:
        return PositionOut(state="not-recorded", recorded_votes=0)
    if recorded < FEWEST_VOTES:
        return PositionOut(state="too-few", recorded_votes=recorded)
    try:
        fitted = fit_covariates(selected.votes, {NAME: selected.sides})
    except (ArithmeticError, NotRankableError):
        return PositionOut(state="too-few", recorded_votes=recorded, reason="The votes do not determine an effect.")
    if NAME in fitted.dropped:
        return PositionOut(state="too-few", recorded_votes=recorded, reason=fitted.dropped[NAME])
    effect = covariate_effects(fitted, covariate_covariance(fitted, selected.known_voters))[NAME]
    return PositionOut(
        state="measured",
        recorded_votes=recorded,
        points=effect.points,
        lower=effect.points_lower,
        upper=effect.points_upper,
    )
