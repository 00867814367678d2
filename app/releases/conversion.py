"""From stored votes to the rows of a format, counted on the way."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from app.battles.content import text_of
from app.releases.formats import Dropped, Row
from app.releases.formats.counting import not_counted
from app.releases.masking import mask_record
from app.releases.order import Order
from app.releases.pseudonyms import new_pseudonyms
from app.releases.record import VoteRecord
from app.releases.splits import shares_of, split_of
from app.releases.stream import StoredVote, to_record

COUNTED = ("winner", "annotator_kind", "source", "prompt_language")

Rows = Mapping[tuple[str, str], Sequence[Row]]
"""Rows by the file of the format and the split that they belong to."""


@dataclass
class Tally:
    """What has been gone through, and what became of it. votes_used and dropped add up to votes_read in the end."""

    votes_read: int = 0
    votes_used: int = 0
    rows: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    counts: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in COUNTED})
    models: set[str] = field(default_factory=set)
    masked_texts: int = 0

    def add(self, record: VoteRecord) -> None:
        self.votes_used += 1
        for name, counter in self.counts.items():
            counter[getattr(record, name) or "none"] += 1
        self.models.update((record.model_a, record.model_b))


class Conversion:
    """Turns stored votes into rows of one order, and counts. Votes of a group are held until the next one begins."""

    def __init__(
        self,
        order: Order,
        names: Mapping[str, str],
        on_records: Callable[[Sequence[VoteRecord]], None],
        *,
        masks: bool = False,
    ) -> None:
        """on_records is told every vote before it is made a row or dropped.

        masks: whether personal data is masked, as where people wrote the prompts.
        """
        self._on_records = on_records
        self._masks = masks
        self._form = order.form
        self._kinds = frozenset(order.kinds)
        self._shares = shares_of(order.split)
        self._names = names
        self._pseudonym = new_pseudonyms()
        self._group: list[tuple[VoteRecord, int]] = []
        self.tally = Tally()

    def rows(self, stored: Sequence[StoredVote]) -> Rows:
        """The rows of these votes and of those held, without those of the group that may go on."""
        made: dict[tuple[str, str], list[Row]] = {}
        read = [self._record(vote) for vote in stored]
        self._on_records([record for record, _ in read])
        for record, masked in read:
            reason = self._left_out(record)
            if reason is not None:
                self.tally.dropped[reason.reason] += 1
                continue
            group = self._form.group
            if self._group and (group is None or group(self._group[0][0]) != group(record)):
                self._convert(made)
            self._group.append((record, masked))
        self.tally.votes_read += len(stored)
        if self._form.group is None and self._group:
            self._convert(made)
        return made

    def rest(self) -> Rows:
        """The rows of the last group, once all votes have come."""
        made: dict[tuple[str, str], list[Row]] = {}
        if self._group:
            self._convert(made)
        return made

    def _record(self, vote: StoredVote) -> tuple[VoteRecord, int]:
        record = to_record(vote, self._names, self._pseudonym)
        return mask_record(record) if self._masks else (record, 0)

    def _left_out(self, record: VoteRecord) -> Dropped | None:
        if record.annotator_kind not in self._kinds:
            return Dropped(f"annotator is {record.annotator_kind}")
        return None if self._form.all_votes else not_counted(record)

    def _convert(self, made: dict[tuple[str, str], list[Row]]) -> None:
        held, self._group = self._group, []
        converted = self._form.to_rows([record for record, _ in held])
        for (record, masked), dropped in zip(held, converted.dropped, strict=True):
            if dropped is not None:
                self.tally.dropped[dropped.reason] += 1
            else:
                self.tally.add(record)
                self.tally.masked_texts += masked
        split = self._split(held[0][0])
        for file, rows in converted.rows.items():
            self.tally.rows += len(rows)
            made.setdefault((file, split), []).extend(rows)

    def _split(self, record: VoteRecord) -> str:
        if not self._shares:
            return ""
        return split_of(text_of(record.turns[0].prompt) if record.turns else "", self._shares)
