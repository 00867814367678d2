"""The board of a release, from the votes in its ledger: what whoever checks it has to come to as well."""

from collections import Counter
from typing import Any

from app.ratings import NotRankableError, PairCounts, rating_intervals, sandwich_covariance, simultaneous_rank_ranges
from app.ratings.estimators import fit
from app.releases.formats.counting import not_counted
from app.releases.record import VoteRecord

BOARD = "leaderboard.json"
METHOD = "bradley-terry"
INTERVALS = "sandwich"
_KINDS = ("human", "simulated", "judge")


class BoardCounts:
    """Counts the votes that count, by kind of annotator, pair of models and winner."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, str, str]] = Counter()

    def add(self, record: VoteRecord) -> None:
        if not_counted(record) is None and record.model_a != record.model_b:
            assert record.winner is not None
            self._counts[record.annotator_kind, record.model_a, record.model_b, record.winner] += 1

    def board(self) -> dict[str, Any]:
        """Ratings in points with 95 % intervals and ranges of ranks, best first; or why_not, where none exist.

        Votes of people, or where there are none simulated ones, or those of model judges. Bradley-Terry with a tie as
        half a win; intervals from the sandwich covariance, in which every vote is independent.
        """
        kind = next((kind for kind in _KINDS if any(key[0] == kind for key in self._counts)), None)
        head: dict[str, Any] = {"method": METHOD, "intervals": INTERVALS, "annotator_kind": kind}
        if kind is None:
            return {**head, "votes": 0, "entries": [], "why_not": "No vote counts."}
        counts = PairCounts.from_rows((a, b, winner, n) for (of, a, b, winner), n in self._counts.items() if of == kind)
        head["votes"] = int(counts.total_votes)
        try:
            return {**head, "entries": _entries(counts), "why_not": None}
        except NotRankableError as error:
            return {**head, "entries": [], "why_not": str(error)}
        except (ArithmeticError, ValueError) as error:
            return {**head, "entries": [], "why_not": f"The votes do not determine the ratings well enough: {error}."}


def _entries(counts: PairCounts) -> list[dict[str, Any]]:
    found = fit(counts, METHOD)
    covariance = sandwich_covariance(counts, found)
    intervals = rating_intervals(found.models, found.theta, covariance)
    ranges = simultaneous_rank_ranges(found.models, found.theta, covariance)
    entries = [
        {
            "model": model,
            "rating": float(found.ratings[place]),
            "rating_lower": float(intervals.rating_lower[place]),
            "rating_upper": float(intervals.rating_upper[place]),
            "rank_lower": int(ranges.rank_lower[place]),
            "rank_upper": int(ranges.rank_upper[place]),
            "votes": int(counts.votes_per_model[place]),
        }
        for place, model in enumerate(found.models)
    ]
    return sorted(entries, key=lambda entry: (-entry["rating"], entry["model"]))
