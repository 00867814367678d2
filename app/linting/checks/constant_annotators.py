"""Annotators who always give the same answer."""

from array import array
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.linting.checks.chances import in_words
from app.linting.checks.check import Check, FileFacts
from app.linting.examples import Example, Verdict
from app.linting.log import Log
from app.linting.places import Place
from app.linting.rules import Rule
from app.moderation.personal_data import find_personal_data

CONSTANT_ANNOTATORS = Rule(
    "constant-annotators",
    "warning",
    "Annotators who always choose the same",
    "Whoever does not read pulls every rating towards the middle, or towards one side.",
    "Look at their votes, and at the time they took; set them aside if nothing explains them.",
)
_FEWEST = 8
_EXPECTED = 0.01
"""So few of such annotators may be expected by chance in the whole file, for one to be told."""
_CHOICES: tuple[Verdict, ...] = (0, 1, "tie", "both_bad")
_MOST = 500_000
_NAMED = 8


class ConstantAnnotators(Check):
    """Where the order on the screen is known, a choice is first or second there, else a or b.

    Keeps four numbers an annotator, and the rows of those who have made one choice only so far.
    """

    rules = (CONSTANT_ANNOTATORS,)

    def __init__(self, log: Log) -> None:
        super().__init__(log)
        self._votes: dict[str, list[int]] = {}
        self._rows: dict[str, array[int]] = {}
        self._knows_order = True

    def see(self, example: Example) -> None:
        for annotator, verdict in example.votes:
            if annotator is None:
                continue
            votes = self._votes.get(annotator)
            if votes is None:
                if len(self._votes) >= _MOST:
                    continue
                votes = self._votes[annotator] = [0, 0, 0, 0]
                self._rows[annotator] = array("q")
            self._knows_order &= verdict not in (0, 1) or example.first_shown is not None
            is_turned = verdict in (0, 1) and example.first_shown == 1
            choice = _CHOICES.index(verdict)
            votes[1 - choice if is_turned else choice] += 1
            if annotator in self._rows:
                self._rows[annotator].append(example.file << 40 | example.row)
                if max(votes) < sum(votes):
                    del self._rows[annotator]

    def finish(self, files: Sequence[FileFacts]) -> None:  # noqa: ARG002 (nothing of them is needed)
        if len(self._votes) < 2:
            self.log.skip(CONSTANT_ANNOTATORS, "no column says who voted, or all votes are of one")
            return
        found = sorted(self._unlikely())
        for one in found:
            detail = f"{_named(one.annotator)}: always {self._word(one.choice)}"
            for packed in self._rows[one.annotator]:
                self.log.add(CONSTANT_ANNOTATORS, Place(packed >> 40, packed & (1 << 40) - 1, "", detail))
        if found:
            self._sum_up(found)

    def _unlikely(self) -> Iterator["_Constant"]:
        """Those whose constancy is no chance, were they to choose as the others do."""
        totals = [sum(column) for column in zip(*self._votes.values(), strict=True)]
        for annotator in self._rows:
            number = sum(self._votes[annotator])
            choice = self._votes[annotator].index(number)
            # One vote more for each choice, so that nothing is impossible.
            share = (totals[choice] - number + 1) / (sum(totals) - number + len(_CHOICES))
            chance = share**number
            if number >= _FEWEST and chance * len(self._votes) < _EXPECTED:
                yield _Constant(chance, number, annotator, choice)

    def _sum_up(self, found: Sequence["_Constant"]) -> None:
        named = [
            f"{_named(one.annotator)} chose {self._word(one.choice)} in all of {one.votes:,} votes (by chance "
            f"{in_words(one.chance)})"
            for one in found[:_NAMED]
        ]
        more = f", and {len(found) - _NAMED:,} more" if len(found) > _NAMED else ""
        self.log.sum_up(
            CONSTANT_ANNOTATORS,
            f"{'; '.join(named)}{more}.",
            {
                "annotators": len(found),
                "of": len(self._votes),
                "votes": sum(one.votes for one in found),
                "least_chance": found[0].chance,
            },
        )

    def _word(self, choice: int) -> str:
        shown = "shown" if self._knows_order else "answer"
        return (f"the first {shown}", f"the second {shown}", "a tie", "both bad")[choice]


class _Constant(NamedTuple):
    """An annotator with one choice; chance is that of others to choose so as often."""

    chance: float
    votes: int
    annotator: str
    choice: int


def _named(annotator: str) -> str:
    """An annotator's name, unless it is an address or a number of a person."""
    return "an annotator" if find_personal_data(annotator) else f"annotator {annotator[:60]}"
