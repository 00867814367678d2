"""Whether the longer answer wins."""

from collections.abc import Sequence
from math import asin, log, pi, sqrt

from app.linting.checks.chances import wilson
from app.linting.checks.check import Check, FileFacts
from app.linting.examples import Example
from app.linting.log import Log
from app.linting.rules import Rule

LENGTH_BIAS = Rule(
    "length-bias",
    "note",
    "Votes go by the length of the answers",
    "A reward model that only counts letters gets this share of the pairs right, and what is trained on it writes "
    "longer, or shorter, rather than better.",
    "Say so beside the data; control for length when ranking; or balance the pairs by which side is longer.",
)
_FEWEST = 30
_NOTED, _WARNED = 0.10, 0.20
"""How far the interval's nearer end is from one half before it is worth a note, or a warning."""


class LengthBias(Check):
    """Lengths are characters of the answers without the prompt. Keeps a few sums."""

    rules = (LENGTH_BIAS,)
    needs_texts = True

    def __init__(self, log: Log) -> None:
        super().__init__(log)
        self._longer = self._votes = self._equal = 0
        self._sum = self._squares = 0.0

    def see(self, example: Example) -> None:
        if not example.is_pair or not example.has_texts:
            return
        lengths = [len(answer.text) for answer in example.answers]
        for _, winner in example.decisions():
            won, lost = lengths[winner], lengths[1 - winner]
            if won == lost:
                self._equal += 1
                continue
            self._votes += 1
            self._longer += won > lost
            ratio = log((won + 1) / (lost + 1))
            self._sum += ratio
            self._squares += ratio * ratio

    def finish(self, files: Sequence[FileFacts]) -> None:  # noqa: ARG002 (nothing of them is needed)
        if self._votes < _FEWEST:
            self.log.skip(
                LENGTH_BIAS, f"{self._votes:,} votes between answers of different length; {_FEWEST} are needed"
            )
            return
        low, high = wilson(self._longer, self._votes)
        distance = max(low - 0.5, 0.5 - high)
        if distance < _NOTED:
            return
        share, mean = self._longer / self._votes, self._sum / self._votes
        spread = sqrt(max(self._squares / self._votes - mean * mean, 0.0))
        which = "longer" if share > 0.5 else "shorter"
        shown = (share, low, high) if share > 0.5 else (1 - share, 1 - high, 1 - low)
        size = abs(2 * asin(sqrt(share)) - pi / 2)
        self.log.sum_up(
            LENGTH_BIAS,
            f"The {which} answer won {shown[0]:.1%} of {self._votes:,} votes (95 % interval {shown[1]:.1%} to "
            f"{shown[2]:.1%}); effect size {size:.2f} (Cohen's h: 0.2 is small, 0.5 middling, 0.8 large).",
            {
                "votes": self._votes,
                "longer_won": self._longer,
                "share": round(share, 6),
                "share_lower": round(low, 6),
                "share_upper": round(high, 6),
                "cohens_h": round(2 * asin(sqrt(share)) - pi / 2, 6),
                "mean_log_ratio": round(mean, 6),
                "sd_log_ratio": round(spread, 6),
                "equal_lengths": self._equal,
            },
            severity="warning" if distance >= _WARNED else "note",
        )
