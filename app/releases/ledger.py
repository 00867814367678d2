"""The ledger of a release: every revision of every vote, without texts, whatever the format of the rows is.

From it anybody can recompute the board, and the Merkle root over its rows names exactly these votes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import pyarrow as pa

from app.releases.formats.raw_votes import SCHEMA, without_texts
from app.releases.merkle import MerkleTree
from app.releases.record import VoteRecord

LEDGER = "votes.parquet"
_TEXTS = ("conversation_a", "conversation_b")
LEDGER_SCHEMA = pa.schema([field for field in SCHEMA if field.name not in _TEXTS])


def leaf_of(row: Mapping[str, Any]) -> bytes:
    """A row of the ledger as a leaf: its JSON with sorted keys and without spaces."""
    return orjson.dumps(row, option=orjson.OPT_SORT_KEYS)


class Ledger:
    """Takes the votes as they come and makes their rows."""

    def __init__(self) -> None:
        self.tree = MerkleTree()

    def rows(self, records: Sequence[VoteRecord]) -> list[dict[str, Any]]:
        rows = [without_texts(record) for record in records]
        for row in rows:
            self.tree.append(leaf_of(row))
        return rows
