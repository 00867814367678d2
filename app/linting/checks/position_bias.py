"""Whether the answer that was shown first wins."""

from collections.abc import Sequence

from app.linting.checks.chances import clustered_p_value, even_p_value, in_words, wilson
from app.linting.checks.check import Check, FileFacts
from app.linting.examples import Example
from app.linting.log import Figure, Log
from app.linting.rules import Rule, Severity

POSITION_BIAS = Rule(
    "position-bias",
    "warning",
    "Votes go by the place of the answers",
    "Part of the votes say where an answer stood and not how good it was; where models did not stand on both sides "
    "alike, the ranking is wrong.",
    "Draw sides by chance for each vote; look at annotators who always choose one side; ask a model judge in both "
    "orders.",
)
_LEAST_P = 1e-4
_SMALL = 0.05
"""A distance from one half that is no trouble, however certain it is."""
_MANY_ANNOTATORS = 20


class PositionBias(Check):
    """Keeps a number an annotator."""

    rules = (POSITION_BIAS,)

    def __init__(self, log: Log) -> None:
        super().__init__(log)
        self._first = self._votes = self._unsigned = 0
        self._by_annotator: dict[str, int] = {}

    def see(self, example: Example) -> None:
        if example.first_shown is None:
            return
        for annotator, winner in example.decisions():
            is_first = winner == example.first_shown
            self._votes += 1
            self._first += is_first
            if annotator is None:
                self._unsigned += 1
            else:
                self._by_annotator[annotator] = self._by_annotator.get(annotator, 0) + (1 if is_first else -1)

    def finish(self, files: Sequence[FileFacts]) -> None:  # noqa: ARG002 (nothing of them is needed)
        if not self._votes:
            self.log.skip(POSITION_BIAS, "no column says which answer was shown first")
            return
        p_value, test = self._p_value()
        low, high = wilson(self._first, self._votes)
        share = self._first / self._votes
        if p_value > _LEAST_P or abs(share - 0.5) < _SMALL:
            return
        is_large = max(low - 0.5, 0.5 - high) > _SMALL
        severity: Severity = "error" if self._first in (0, self._votes) else "warning" if is_large else "note"
        figures: dict[str, Figure] = {
            "votes": self._votes,
            "first_won": self._first,
            "share": round(share, 6),
            "share_lower": round(low, 6),
            "share_upper": round(high, 6),
            "p_value": p_value,
            "test": test,
        }
        self.log.sum_up(
            POSITION_BIAS,
            f"The answer that was shown first won {share:.1%} of {self._votes:,} decisive votes (95 % interval "
            f"{low:.1%} to {high:.1%}). If places did not matter, the chance of that or more would be "
            f"{in_words(p_value)} ({test}).",
            figures,
            severity,
        )

    def _p_value(self) -> tuple[float, str]:
        """Votes of one person are not independent of each other; where persons are known, they are what is counted."""
        if not self._unsigned and len(self._by_annotator) >= _MANY_ANNOTATORS:
            sums = self._by_annotator.values()
            p_value = clustered_p_value(sum(sums), sum(one * one for one in sums))
            return p_value, f"sign test over {len(sums):,} annotators"
        return even_p_value(self._first, self._votes), "sign test over votes"
