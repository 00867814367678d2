"""The ledger's file, which every release has."""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from app.releases.board import BoardCounts
from app.releases.ledger import LEDGER, LEDGER_SCHEMA, Ledger
from app.releases.record import VoteRecord
from app.releases.writers.files import new_file
from app.releases.writers.parquet import ParquetWriter


class LedgerFile:
    """Use as a context: the file gets its name when it ends without an error. counts are those of its votes."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LEDGER
        self._stack = contextlib.ExitStack()
        self._ledger = Ledger()
        self.counts = BoardCounts()

    def __enter__(self) -> Self:
        self._file = self._stack.enter_context(new_file(self._path))
        self._writer = ParquetWriter(self._file, LEDGER_SCHEMA, compressed=True)
        self._stack.callback(self._writer.close)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def write(self, records: Sequence[VoteRecord]) -> None:
        for record in records:
            self.counts.add(record)
        if records:
            self._writer.write(self._ledger.rows(records))

    def facts(self) -> dict[str, Any]:
        """What a manifest says of it: name, bytes, sha256, rows, and the Merkle root over its rows."""
        return {
            "name": LEDGER,
            "bytes": self._file.size,
            "sha256": self._file.sha256,
            "rows": self._ledger.tree.leaves,
            "merkle_root": self._ledger.tree.root,
        }
