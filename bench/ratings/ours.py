"""What Preferendum does, as jobs: each takes votes as they come and gives ratings, most with 95 % intervals."""

import numpy as np
import pyarrow as pa

from app.ratings.bootstrap import bootstrap_votes
from app.ratings.bradley_terry import fit_bradley_terry
from app.ratings.categories import count_categories
from app.ratings.counts import PairCounts
from app.ratings.covariate_effects import covariate_covariance
from app.ratings.covariates import fit_covariates, style_columns
from app.ratings.uncertainty import RatingIntervals, rating_intervals, sandwich_covariance
from app.ratings.votes import CodedVotes
from bench.ratings.votes import WINNERS, Job, SimulatedVotes


def from_strings(votes: SimulatedVotes) -> Job:
    words = votes.words()
    return lambda: _rate(PairCounts.from_votes(*words))


def from_arrow(votes: SimulatedVotes) -> Job:
    words = [pa.array(column) for column in votes.words()]
    return lambda: _rate(PairCounts.from_votes(*words))


def point_from_strings(votes: SimulatedVotes) -> Job:
    words = votes.words()
    return lambda: fit_bradley_terry(PairCounts.from_votes(*words)).ratings


def from_categoricals(votes: SimulatedVotes) -> Job:
    models, winners = votes.models.tolist(), WINNERS.tolist()
    codes = votes.model_a, votes.model_b, votes.winner
    return lambda: _rate(PairCounts.from_categories(*codes, models=models, winners=winners))


def bootstrap(votes: SimulatedVotes) -> Job:
    words = votes.words()

    def job() -> RatingIntervals:
        counts = PairCounts.from_votes(*words)
        return bootstrap_votes(counts, fit_bradley_terry(counts), replicates=100).intervals()

    return job


def style_control(votes: SimulatedVotes) -> Job:
    words = votes.words()

    def job() -> RatingIntervals:
        fit = fit_covariates(CodedVotes.from_names(*words), style_columns(votes.measures_a, votes.measures_b))
        covariance = covariate_covariance(fit)
        return rating_intervals(fit.models, fit.theta, covariance[: len(fit.models), : len(fit.models)])

    return job


def categories(votes: SimulatedVotes) -> Job:
    words, members = votes.words(), votes.categories()

    def job() -> list[RatingIntervals]:
        coded = CodedVotes.from_names(*words)
        start = fit_bradley_terry(PairCounts.from_coded_votes(coded)).theta
        return [_rate(counts, start) for counts in count_categories(coded, members).values()]

    return job


def _rate(
    counts: PairCounts, start: np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None = None
) -> RatingIntervals:
    fit = fit_bradley_terry(counts, start=start)
    return rating_intervals(counts.models, fit.theta, sandwich_covariance(counts, fit))
