"""One connected set of models ranked by one method: ratings, intervals, ranges of ranks, expected win rates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from app.leaderboards.columnar import ColumnarVotes
from app.leaderboards.schemas import METHODS, BoardMethod, SingleVotes
from app.ratings import BradleyTerryFit, CodedVotes, PairCounts, RankRanges
from app.ratings.arrays import FloatArray, IntArray, read_only_floats, read_only_integers
from app.ratings.clustered import are_enough, clustered_covariance
from app.ratings.covariate_effects import Effect, covariate_covariance, covariate_effects
from app.ratings.covariates import fit_covariates, style_columns
from app.ratings.estimators import fit
from app.ratings.fit import PairwiseFit
from app.ratings.ranks import RESOLUTION, max_t_quantile
from app.ratings.uncertainty import RatingIntervals, rating_intervals, sandwich_covariance
from app.ratings.vote_information import outcome_probabilities
from app.ratings.votes import BOTH_BAD, MODEL_A, TIE

RANK_SEED, RANK_DRAWS, RANK_LEVEL = 0, 10_000, 0.95

CLUSTERED = "sandwich, clustered by voter, pointwise"
BY_VOTE = "sandwich, each vote independent, pointwise"
WIDENED = "sandwich, each vote independent, widened as clustering by voter did at the last look, pointwise"


@dataclass(frozen=True, eq=False)
class Selected:
    """The single votes among some of the models.

    voters: (V,) who cast each
    sides:  (V,) 1 where model a was shown first, -1 where model b was, 0 where that was not recorded
    styles: (V, 4) each, of model a's and of model b's answers; None where they were not read
    """

    votes: CodedVotes
    voters: IntArray
    sides: IntArray
    styles: tuple[FloatArray, FloatArray] | None

    @property
    def known_voters(self) -> IntArray | None:
        """The voters, where they are enough to tell how they differ."""
        return self.voters if are_enough(self.voters) else None


@dataclass(frozen=True, eq=False)
class Ranking:
    """What a board shows of a connected set of models.

    intervals:          ratings with pointwise 95 % intervals
    ranks:              ranges that hold for all models at once, 95 %
    expected_win_rates: (M, M) the share of votes that the model expects i to win against j, a tie being half
    parameters:         the method's further numbers, such as nu of Davidson's ties
    interval_kind:      what the intervals take for independent
    design_effects:     by model, how much wider clustering by voter makes an interval; None where it was not done
    critical:           how many standard errors of their difference tell two models apart, for all pairs at once
    effects:            by covariate, what one standard deviation of it is worth; empty without covariates
    dropped:            by covariate, why it has no effect here
    """

    intervals: RatingIntervals
    ranks: RankRanges
    expected_win_rates: FloatArray
    parameters: Mapping[str, float]
    log_likelihood: float
    interval_kind: str
    design_effects: Mapping[str, float] | None
    critical: float
    effects: Mapping[str, Effect] = field(default_factory=dict)
    dropped: Mapping[str, str] = field(default_factory=dict)


def select_votes(
    single: ColumnarVotes, models: Sequence[str], styles: tuple[FloatArray, FloatArray] | None
) -> Selected:
    """The votes of which both models are among these, in their order."""
    names = tuple(sorted(models))
    place = {name: index for index, name in enumerate(names)}
    code = np.array([place.get(name, -1) for name in single.votes.models], dtype=np.int64)
    model_a, model_b = code[single.votes.model_a], code[single.votes.model_b]
    kept = (model_a >= 0) & (model_b >= 0)
    votes = CodedVotes(models=names, model_a=model_a[kept], model_b=model_b[kept], winner=single.votes.winner[kept])
    chosen = None if styles is None else (styles[0][kept], styles[1][kept])
    sides = np.array([0, 1, -1])[single.sides[kept]]
    return Selected(votes, single.voters[kept], sides, chosen)


def rank(counts: PairCounts, method: BoardMethod, selected: Selected | None, earlier: SingleVotes | None) -> Ranking:
    """The ranking of models that the votes connect.

    Intervals are clustered by voter where the single votes are at hand; otherwise they are those of independent votes,
    widened for each model as clustering widened them at the `earlier` look. Its critical value is taken over, too: the
    simulation behind it takes longer than all the rest, and a few more votes do not change it.

    Raises NotRankableError where this method has no estimate, and ArithmeticError where it is beyond float64.
    """
    if method == "style-controlled":
        return _rank_at_equal_style(selected)
    fitted = fit(counts, method)
    covariance, kind, effects = _covariance(counts, fitted, selected, earlier)
    known = earlier.critical if kind == WIDENED and earlier and method == METHODS[0] else None
    same_models = earlier is not None and earlier.design_effects.keys() == set(fitted.models)
    critical = known if known is not None and same_models else _critical(covariance)
    return Ranking(
        intervals=rating_intervals(fitted.models, fitted.theta, covariance),
        ranks=_rank_ranges(fitted.models, fitted.theta, covariance, critical),
        expected_win_rates=_expected_win_rates(fitted),
        parameters=fitted.parameters,
        log_likelihood=fitted.log_likelihood,
        interval_kind=kind,
        design_effects=effects,
        critical=critical,
    )


def _rank_at_equal_style(selected: Selected | None) -> Ranking:
    """Bradley-Terry with the style of both answers as covariates: how models compare where their styles are alike."""
    if selected is None or selected.styles is None:
        raise ValueError("style can only be controlled for where single votes and styles were read")
    fitted = fit_covariates(selected.votes, style_columns(*selected.styles))
    voters = selected.known_voters
    whole = covariate_covariance(fitted, voters)
    size = len(fitted.models)
    covariance = whole[:size, :size]
    critical = _critical(covariance)
    return Ranking(
        intervals=rating_intervals(fitted.models, fitted.theta, covariance),
        ranks=_rank_ranges(fitted.models, fitted.theta, covariance, critical),
        expected_win_rates=fitted.win_probabilities(),
        parameters=fitted.parameters,
        log_likelihood=fitted.log_likelihood,
        interval_kind=BY_VOTE if voters is None else CLUSTERED,
        design_effects=None,
        critical=critical,
        effects=covariate_effects(fitted, whole),
        dropped=fitted.dropped,
    )


def _critical(covariance: FloatArray) -> float:
    return max_t_quantile(covariance, level=RANK_LEVEL, draws=RANK_DRAWS, seed=RANK_SEED)


def _rank_ranges(models: tuple[str, ...], theta: FloatArray, covariance: FloatArray, critical: float) -> RankRanges:
    """As simultaneous_rank_ranges, from a critical value that is known already."""
    variances = np.diagonal(covariance)
    squared = variances[:, None] + variances[None, :] - 2.0 * covariance
    margin = np.maximum(critical * np.sqrt(np.maximum(squared, 0.0)), RESOLUTION)
    above = theta[None, :] - theta[:, None] > margin
    return RankRanges(
        models=models,
        rank_upper=read_only_integers(1 + above.sum(axis=1)),
        rank_lower=read_only_integers(len(above) - above.sum(axis=0)),
    )


def _covariance(
    counts: PairCounts, fitted: PairwiseFit, selected: Selected | None, earlier: SingleVotes | None
) -> tuple[FloatArray, str, Mapping[str, float] | None]:
    by_vote = sandwich_covariance(counts, fitted)
    if selected is not None:
        voters = selected.known_voters
        if voters is None:
            return by_vote, BY_VOTE, None
        clustered = clustered_covariance(selected.votes, voters, fitted)
        return clustered, CLUSTERED, _design_effects(fitted.models, by_vote, clustered)
    if earlier is None or not earlier.design_effects:
        return by_vote, BY_VOTE, None
    widening = np.array([earlier.design_effects.get(model, 1.0) for model in fitted.models])
    return read_only_floats(by_vote * widening[:, None] * widening[None, :]), WIDENED, None


def _design_effects(models: tuple[str, ...], by_vote: FloatArray, clustered: FloatArray) -> dict[str, float]:
    """Ratios of standard errors; 1 where those of independent votes are zero."""
    plain, wide = np.diagonal(by_vote), np.diagonal(clustered)
    ratios = np.sqrt(np.divide(wide, plain, out=np.ones_like(plain), where=plain > 0.0))
    return dict(zip(models, ratios.tolist(), strict=True))


def _expected_win_rates(fitted: PairwiseFit) -> FloatArray:
    if isinstance(fitted, BradleyTerryFit):  # its scores give the same, more slowly
        return read_only_floats(fitted.win_probabilities())
    probabilities = outcome_probabilities(fitted)
    half = probabilities[:, :, TIE] + probabilities[:, :, BOTH_BAD]
    return read_only_floats(probabilities[:, :, MODEL_A] + half / 2.0)
