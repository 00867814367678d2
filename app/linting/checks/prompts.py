"""Prompts that stand in two splits, and prompts that are nearly the same."""

import re
from array import array
from collections import Counter
from collections.abc import Sequence

import numpy as np

from app.linting.checks.check import Check, FileFacts, key, place
from app.linting.checks.prompt_signatures import PLACES, near_pairs, normalised, signature
from app.linting.examples import Example
from app.linting.log import Log
from app.linting.places import Place
from app.linting.rules import Rule

SHARED_PROMPTS = Rule(
    "splits-share-prompts",
    "error",
    "The same prompt in two splits",
    "What is measured on the test split was seen in training, so the measure is too good.",
    "Split by prompt, not by row: give all rows of a prompt to one split.",
)
NEAR_SHARED_PROMPTS = Rule(
    "splits-share-near-prompts",
    "warning",
    "Nearly the same prompt in two splits",
    "An edited copy of a training prompt measures memory rather than skill.",
    "Group prompts that are nearly the same before splitting, and split by group.",
)
NEAR_DUPLICATES = Rule(
    "near-duplicate-prompts",
    "note",
    "Prompts that are nearly the same as another",
    "Templates and edited copies weigh more than other prompts, and are easily spread over two splits.",
    "Keep one of each group, or give all of a group to one split.",
)
_MOST = 500_000
"""So many different prompts are looked at, at some 300 bytes each."""
_SPLIT_WORDS = re.compile(
    r"(?:^|[^a-z])(train|training|valid|validation|val|dev|test|eval|heldout|holdout)(?:[^a-z]|$)"
)


class Prompts(Check):
    """Splits are the values of a split column, or else the files."""

    rules = (SHARED_PROMPTS, NEAR_SHARED_PROMPTS, NEAR_DUPLICATES)

    def __init__(self, log: Log) -> None:
        super().__init__(log)
        self._wants_near = log.wants(NEAR_SHARED_PROMPTS) or log.wants(NEAR_DUPLICATES)
        self._splits: dict[tuple[int, str], int] = {}
        self._firsts = array("q")  # of each different prompt: split, file, row
        self._prompts: dict[int, int] = {}  # its number by the hash of the prompt
        self._normal: dict[int, int] = {}  # the signature's number by the hash of the normalised prompt
        self._signed = array("q")  # of each signature: the number of the first prompt with it
        self._signatures = bytearray()
        self._left_out = 0
        self._has_splits = False

    def see(self, example: Example) -> None:
        if example.prompt is None or not example.has_texts or not example.prompt.strip():
            return
        self._has_splits |= example.split is not None
        split = self._splits.setdefault(
            (-1, example.split) if example.split is not None else (example.file, ""), len(self._splits)
        )
        known = self._prompts.get(key(example.prompt))
        if known is not None:
            first_split, file, row = self._firsts[3 * known : 3 * known + 3]
            if first_split != split:
                self.log.add(SHARED_PROMPTS, place(example)._replace(other_file=file, other_row=row))
        elif len(self._prompts) >= _MOST:
            self._left_out += 1
        else:
            self._remember(example, split)

    def _remember(self, example: Example, split: int) -> None:
        assert example.prompt is not None
        number = self._prompts[key(example.prompt)] = len(self._prompts)
        self._firsts.extend((split, example.file, example.row))
        if not self._wants_near:
            return
        words = normalised(example.prompt)
        hashed = key(words, "" if words else example.prompt)
        known = self._normal.get(hashed)
        if known is None:
            self._normal[hashed] = len(self._signed)
            self._signed.append(number)
            self._signatures += signature(words).tobytes()
        else:
            self._tell_near(self._signed[known], number, 1.0)

    def _tell_near(self, first: int, second: int, similarity: float) -> None:
        split, file, row = self._firsts[3 * first : 3 * first + 3]
        other_split, other_file, other_row = self._firsts[3 * second : 3 * second + 3]
        alike = "but for case and punctuation" if similarity == 1.0 else f"about {round(20 * similarity) * 5} % alike"
        found = Place(other_file, other_row, "", alike, file, row)
        self.log.add(NEAR_DUPLICATES, found)
        if split != other_split:
            self.log.add(NEAR_SHARED_PROMPTS, found)

    def finish(self, files: Sequence[FileFacts]) -> None:
        if self._wants_near:
            signatures = np.frombuffer(bytes(self._signatures), dtype=np.uint16).reshape(-1, PLACES)
            for first, second, similarity in near_pairs(signatures):
                self._tell_near(self._signed[first], self._signed[second], min(similarity, 0.99))
        if not self._prompts:
            for rule in self.rules:
                self.log.skip(rule, "no column holds prompts apart from the answers")
            return
        if len(self._splits) < 2:
            for rule in (SHARED_PROMPTS, NEAR_SHARED_PROMPTS):
                self.log.skip(rule, "one file, and no column named split")
        self._sum_up(files)

    def _sum_up(self, files: Sequence[FileFacts]) -> None:
        if not self._has_splits and not _are_splits([file.name for file in files]):
            for rule in (SHARED_PROMPTS, NEAR_SHARED_PROMPTS):
                if self.log.has(rule):
                    words = "The files do not have the names of splits; where they are none, nothing is wrong."
                    self.log.sum_up(rule, words, severity="note")
        if self._left_out:
            words = f"After the first {_MOST:,} different prompts, {self._left_out:,} rows were not looked at."
            for rule in self.rules:
                if self.log.has(rule):
                    self.log.sum_up(rule, words)


def _are_splits(names: Sequence[str]) -> bool:
    """Files are taken for splits where two or more are called so."""
    found = Counter(match[1] for name in names if (match := _SPLIT_WORDS.search(name.lower())))
    return len(found) > 1
