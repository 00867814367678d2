"""Pairs that stand in the files more than once, with the same verdict or with opposite ones."""

from array import array
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from app.linting.checks.check import Check, FileFacts, key
from app.linting.examples import Example
from app.linting.log import Log
from app.linting.places import Place
from app.linting.rules import Rule, Severity

DUPLICATE_PAIRS = Rule(
    "duplicate-pairs",
    "warning",
    "The same pair with the same verdict, more than once",
    "Repeated rows weigh more than others in training and in counts, and let test rows stand in the training split.",
    "Keep one of each, or give each a weight; where several people judged a pair, keep a column that says who.",
)
CONTRADICTORY_PAIRS = Rule(
    "contradictory-pairs",
    "error",
    "The same pair with opposite verdicts",
    "The rows cancel each other: a trainer learns nothing from them, and any accuracy on them is bounded.",
    "Drop them or keep the majority; where several people judged a pair, keep a column that says who.",
)
_MANY_JUDGES = 0.5
"""From this share of rows on whose pair stands in another row too, the file evidently holds several judgements each."""
_BOTH_KINDS = 3
"""Of repetitions that agree and of such that do not, as many show the same."""
_FILE, _ROW, _PAIR, _VERDICT, _WHO = range(5)
_NUMBERS = 5
_OTHER = 9

Ints = npt.NDArray[np.int64]


class RepeatedPairs(Check):
    """40 bytes a vote. Only votes of one annotator, or of nobody in particular, repeat or contradict each other."""

    rules = (DUPLICATE_PAIRS, CONTRADICTORY_PAIRS)

    def __init__(self, log: Log) -> None:
        super().__init__(log)
        self._numbers = array("q")
        self._unsigned = 0

    def see(self, example: Example) -> None:
        if example.label is not None and example.answers:
            pair = key(example.prompt or "", example.answers[0].text)
            self._keep(example, pair, 1 if example.label else -1, None)
        if not example.is_pair:
            return
        sides = [key(answer.text, answer.model or "") for answer in example.answers]
        if sides[0] == sides[1] or (not example.has_texts and example.prompt is None):
            return
        pair = key(example.prompt or "", example.occasion, str(min(sides)), str(max(sides)))
        turned = 1 if sides[0] < sides[1] else -1
        for annotator, verdict in example.votes:
            if not example.has_texts and annotator is None:
                continue  # a bare vote by nobody on an id: the id may be the row's own
            side = {0: turned, 1: -turned, "tie": 0}.get(verdict, _OTHER)
            self._keep(example, pair, side, annotator)

    def _keep(self, example: Example, pair: int, side: int, annotator: str | None) -> None:
        who = 0 if annotator is None else key(annotator)
        self._unsigned += annotator is None
        self._numbers.extend((example.file, example.row, pair, side, who))

    def finish(self, files: Sequence[FileFacts]) -> None:  # noqa: ARG002 (nothing of them is needed)
        table: Ints = np.array(self._numbers, dtype=np.int64).reshape(-1, _NUMBERS)
        if not len(table):
            for rule in self.rules:
                self.log.skip(rule, "no row has texts and a verdict")
            return
        found = {DUPLICATE_PAIRS: list(_duplicates(table)), CONTRADICTORY_PAIRS: list(_contradictions(table))}
        severity, words = self._kind_of_file(table, *map(len, found.values()))
        for rule, places in found.items():
            for one in places:
                self.log.add(rule, one)
            if severity and self.log.has(rule):
                self.log.sum_up(rule, words, severity=severity)

    def _kind_of_file(self, table: Ints, repeated: int, opposite: int) -> tuple[Severity | None, str]:
        """Where nobody is named, rows may be the judgements of several people, who agree at times and at times do not.

        Copies made by mistake agree always, pairs turned by mistake never.
        """
        if self._unsigned < len(table):
            return None, ""
        _, inverse, counts = np.unique(table[:, _PAIR], return_inverse=True, return_counts=True)
        share = float(np.mean(counts[inverse] > 1))
        if share < _MANY_JUDGES and min(repeated, opposite) < _BOTH_KINDS:
            return None, ""
        return "note", (
            f"{share:.0%} of the rows share their pair with another row, {repeated:,} with the same verdict as an "
            f"earlier one and {opposite:,} with the opposite: as several people's judgements do that do not say whose."
        )


def _sorted_by(table: Ints, *columns: int) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """The rows in the order of these columns and then as they came, and whether each begins a group of equals."""
    ordered = table[np.lexsort([table[:, column] for column in reversed(columns)])]
    keys = ordered[:, columns]
    begins = np.ones(len(ordered), dtype=np.bool_)
    begins[1:] = (keys[1:] != keys[:-1]).any(axis=1)
    return ordered, begins


def _duplicates(table: Ints) -> Iterator[Place]:
    """Each row after the first of its kind, with the first, in the order of the files."""
    ordered, begins = _sorted_by(table, _PAIR, _WHO, _VERDICT)
    firsts = ordered[np.maximum.accumulate(np.where(begins, np.arange(len(ordered)), 0))]
    yield from _in_order(ordered[~begins], firsts[~begins])


def _contradictions(table: Ints) -> Iterator[Place]:
    """Each row whose verdict is the opposite of the first decisive one on its pair."""
    decisive = table[np.abs(table[:, _VERDICT]) == 1]
    if not len(decisive):
        return
    ordered, begins = _sorted_by(decisive, _PAIR, _WHO)
    firsts = ordered[np.maximum.accumulate(np.where(begins, np.arange(len(ordered)), 0))]
    opposite = ordered[:, _VERDICT] != firsts[:, _VERDICT]
    yield from _in_order(ordered[opposite], firsts[opposite])


def _in_order(rows: Ints, others: Ints) -> Iterator[Place]:
    """Each row once, also where several votes stand in it."""
    last: tuple[int, int] | None = None
    for at in np.lexsort([rows[:, _ROW], rows[:, _FILE]]):
        row, other = rows[at], others[at]
        where = int(row[_FILE]), int(row[_ROW])
        if where not in ((int(other[_FILE]), int(other[_ROW])), last):
            last = where
            yield Place(*where, "", "", int(other[_FILE]), int(other[_ROW]))
