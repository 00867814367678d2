"""Models, and pairs of models, whose votes all go one way."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from app.linting.checks.check import Check, FileFacts
from app.linting.examples import Example, Verdict
from app.linting.log import Log
from app.linting.rules import Rule

ONE_SIDED_MODELS = Rule(
    "one-sided-models",
    "note",
    "Models that win, or lose, every one of their votes",
    "Their ratings have no upper, or lower, end; and who always trains on the winner learns its style, not its merit.",
    "Compare these models also with others that are about as good, and look whether winners were filled in by rule.",
)
ONE_SIDED_PAIRS = Rule(
    "one-sided-pairs",
    "note",
    "Pairs of models of which one wins every vote",
    "Such votes say little more than the first few did, and teach to tell the two by their style.",
    "Ask for votes on pairs that are closer; nothing need be done where the one is simply much better.",
)
_FEWEST = 12
"""Votes that all go one way before it is said: by chance once in 2,048."""
_MOST = 200_000
_NAMED = 6
Name = TypeVar("Name", str, tuple[str, str])
_TIE = 2


class OneSided(Check):
    """Keeps three numbers a model and a pair: wins, losses, ties."""

    rules = (ONE_SIDED_MODELS, ONE_SIDED_PAIRS)

    def __init__(self, log: Log) -> None:
        super().__init__(log)
        self._models: dict[str, list[int]] = {}
        self._pairs: dict[tuple[str, str], list[int]] = {}

    def see(self, example: Example) -> None:
        if not example.is_pair:
            return
        one, other = (answer.model for answer in example.answers)
        if one is None or other is None or one == other:
            return
        for _, verdict in example.votes:
            _count(self._models, one, verdict, 0)
            _count(self._models, other, verdict, 1)
            if one < other:
                _count(self._pairs, (one, other), verdict, 0)
            else:
                _count(self._pairs, (other, one), verdict, 1)

    def finish(self, files: Sequence[FileFacts]) -> None:  # noqa: ARG002 (nothing of them is needed)
        if not self._models:
            for rule in self.rules:
                self.log.skip(rule, "no column names the models, or there are no votes")
            return
        models = [
            (wins + losses, f"{name[:60]} {'won' if wins else 'lost'} all of {wins + losses:,}")
            for name, (wins, losses, _) in _always(self._models).items()
        ]
        pairs = [
            (wins + losses, f"{names[not wins][:60]} beat {names[wins > 0][:60]} in all of {wins + losses:,}")
            for names, (wins, losses, _) in _always(self._pairs).items()
        ]
        self._tell(ONE_SIDED_MODELS, models, len(self._models))
        self._tell(ONE_SIDED_PAIRS, pairs, len(self._pairs))

    def _tell(self, rule: Rule, found: list[tuple[int, str]], of: int) -> None:
        if not found:
            return
        found.sort(key=lambda one: (-one[0], one[1]))
        more = f", and {len(found) - _NAMED:,} more" if len(found) > _NAMED else ""
        self.log.sum_up(
            rule,
            f"{'; '.join(words for _, words in found[:_NAMED])}{more}.",
            {"found": len(found), "of": of, "votes": sum(votes for votes, _ in found)},
            severity="warning" if len(self._models) == 2 else None,
        )


def _count(tallies: dict[Name, list[int]], name: Name, verdict: Verdict, side: int) -> None:
    if name in tallies or len(tallies) < _MOST:
        place = _TIE if verdict not in (0, 1) else int(verdict != side)
        tallies.setdefault(name, [0, 0, 0])[place] += 1


def _always(tallies: Mapping[Name, list[int]]) -> dict[Name, list[int]]:
    return {
        name: tally
        for name, tally in tallies.items()
        if not tally[_TIE] and 0 in tally[:_TIE] and sum(tally) >= _FEWEST
    }
