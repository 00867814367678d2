"""Personal data and secrets in texts: which kinds and where, never what."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from app.linting.checks.check import Check, FileFacts, place
from app.linting.examples import Example
from app.linting.log import Log
from app.linting.rules import Rule
from app.moderation.personal_data import MASKS, find_personal_data

PERSONAL_DATA = Rule(
    "personal-data",
    "warning",
    "Personal data or secrets in texts",
    "A model repeats what it was trained on, and whoever publishes the file publishes the data.",
    "Mask them (preferendum export does), or leave the rows out; a key that was published must be revoked.",
)
# Whatever is found holds one of these, so only what stands around them is looked at closely. Each begins with a sign
# or a digit: a pattern that may begin with any letter takes ten times as long.
_WORTH_A_LOOK = (
    re.compile(
        r"\d(?:\.\d+\.\d|(?:[ \u00a0().\-/]{0,3}\d){5}|(?<=[A-Za-z]{2}\d)\d[ \-]?[A-Za-z0-9]{4}"
        r"|(?<=[A-Za-z]{3}\d)\d[A-Za-z]\d\d)"
    ),
    re.compile(r"[_\-.][A-Za-z0-9_\-]{10}"),
    re.compile(r":[0-9A-Fa-f]{0,4}:"),
    re.compile(r"[\[({](?:at|@)[\])}]", re.IGNORECASE),
    *map(re.compile, ("@", "earer ", "-----BEGIN", "AKIA", "ASIA", "AIza")),
)
_BEFORE, _AFTER = 160, 300  # characters around it, in which cues such as "phone" and the rest of a number stand
_REMEMBERED = 4096


class PersonalTexts(Check):
    """Names and postal addresses of people are not looked for. Remembers the last few thousand texts by their hash."""

    rules = (PERSONAL_DATA,)
    needs_texts = True

    def __init__(self, log: Log) -> None:
        super().__init__(log)
        self._kinds: Counter[str] = Counter()
        self._known: dict[int, tuple[str, ...]] = {}

    def see(self, example: Example) -> None:
        for column, _, text in example.texts:
            kinds = self._kinds_in(text)
            for kind in kinds:
                self._kinds[kind] += 1
                self.log.add(PERSONAL_DATA, place(example, column, MASKS[kind].strip("[]")))

    def _kinds_in(self, text: str) -> tuple[str, ...]:
        if not any(pattern.search(text) for pattern in _WORTH_A_LOOK):
            return ()
        known = self._known.get(hash(text))
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            kinds = {span.kind for part in _worth_a_look(text) for span in find_personal_data(part)}
            known = self._known[hash(text)] = tuple(sorted(kinds))
        return known

    def finish(self, files: Sequence[FileFacts]) -> None:  # noqa: ARG002 (nothing of them is needed)
        if self._kinds:
            counts = [f"{MASKS[kind].strip('[]')} in {number:,}" for kind, number in self._kinds.most_common()]
            self.log.sum_up(PERSONAL_DATA, f"Texts by kind: {', '.join(counts)}.", dict(self._kinds))


def _worth_a_look(text: str) -> Iterator[str]:
    """The parts of the text in which something may be found."""
    start = end = 0
    for first, last in sorted(match.span() for pattern in _WORTH_A_LOOK for match in pattern.finditer(text)):
        if first - _BEFORE > end:
            if end:
                yield text[start:end]
            start = first - _BEFORE
        end = max(end, last + _AFTER)
    yield text[start:end]
