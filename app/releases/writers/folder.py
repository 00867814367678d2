"""The data files of one release: opened as rows come for them, and there together or not at all."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from app.releases.formats import Row
from app.releases.order import Order
from app.releases.writers import WRITERS, Writer
from app.releases.writers.files import HashingFile, new_file


@dataclass
class _Open:
    file: HashingFile
    writer: Writer
    rows: int = 0


class FolderWriter:
    """Use as a context: the files get their names when it ends without an error."""

    def __init__(self, folder: Path, order: Order) -> None:
        self._folder = folder
        self._order = order
        self._form = order.form
        self._stack = contextlib.ExitStack()
        self._open: dict[tuple[str, str], _Open] = {}

    def __enter__(self) -> Self:
        """A format of one file has one for each split, whether or not rows come for it."""
        with contextlib.ExitStack() as undone:
            undone.push(self._stack)
            for split in () if self._form.parts else self._order.splits:
                self._file("", split)
            undone.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def write(self, file: str, split: str, rows: Sequence[Row]) -> None:
        if rows:
            opened = self._file(file, split)
            opened.writer.write(rows)
            opened.rows += len(rows)

    def facts(self) -> list[dict[str, Any]]:
        """What a manifest says of each file: name, bytes, sha256, rows, and split where there are several."""
        return [
            {
                "name": self._order.file_name(file, split),
                "bytes": opened.file.size,
                "sha256": opened.file.sha256,
                "rows": opened.rows,
                **({"split": split} if split else {}),
            }
            for (file, split), opened in self._open.items()
        ]

    def _file(self, file: str, split: str) -> _Open:
        key = (file, split)
        if key not in self._open:
            new = self._stack.enter_context(new_file(self._folder / self._order.file_name(file, split)))
            make = WRITERS[self._order.file_type]
            writer = make(new, self._form.schema_of(file), self._order.compressed)
            self._stack.callback(writer.close)
            self._open[key] = _Open(new, writer)
        return self._open[key]
