"""From stored votes to the rows of a format, counted on the way."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.releases.formats import FORMATS, Dropped, Row
from app.releases.masking import mask_record
from app.releases.order import Order
from app.releases.pseudonyms import new_pseudonyms
from app.releases.record import VoteRecord
from app.releases.stream import StoredVote, to_record

COUNTED = ("winner", "annotator_kind", "source", "prompt_language")


@dataclass
class Tally:
    """What has been gone through, and what became of it."""

    votes_read: int = 0
    rows: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    counts: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in COUNTED})
    models: set[str] = field(default_factory=set)
    masked_texts: int = 0

    def add(self, record: VoteRecord) -> None:
        self.rows += 1
        for name, counter in self.counts.items():
            counter[getattr(record, name) or "none"] += 1
        self.models.update((record.model_a, record.model_b))


class Conversion:
    """Turns stored votes into rows of one order, and counts."""

    def __init__(self, order: Order, names: Mapping[str, str], *, masks: bool = False) -> None:
        """masks: whether personal data is masked, as where people wrote the prompts."""
        self._masks = masks
        self._to_row = FORMATS[order.format].to_row
        self._kinds = frozenset(order.kinds)
        self._names = names
        self._pseudonym = new_pseudonyms()
        self.tally = Tally()

    def rows(self, stored: Sequence[StoredVote]) -> list[Row]:
        rows = []
        for vote in stored:
            record = to_record(vote, self._names, self._pseudonym)
            masked = 0
            if self._masks:
                record, masked = mask_record(record)
            row = self._row(record)
            if isinstance(row, Dropped):
                self.tally.dropped[row.reason] += 1
            else:
                self.tally.add(record)
                self.tally.masked_texts += masked
                rows.append(row)
        self.tally.votes_read += len(stored)
        return rows

    def _row(self, record: VoteRecord) -> Row | Dropped:
        if record.annotator_kind not in self._kinds:
            return Dropped(f"annotator is {record.annotator_kind}")
        return self._to_row(record)
