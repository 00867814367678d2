"""Parquet and Arrow, read by a child process with a limit on its memory.

A Parquet file of two kilobytes can hold one long text a million times, and the library that reads it is native code. So
a child of ours reads it and writes rows as JSON lines; if it runs out of memory or crashes, that is a fault of the file
and not the end of the program.
"""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import orjson

from app.imports.readers.reader import Reader, header_fault
from app.imports.records import Fault, Row


class ParquetReader(Reader):
    """A line is a row, counted from 1."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._done, self._total = 0, 0
        self._child = subprocess.Popen(
            [sys.executable, "-m", "app.imports.readers.parquet_child", str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system"},  # the others reserve a gigabyte at once
        )
        header = self._receive()
        self._fault = _as_fault(header)
        if self._fault is None:
            self._total, self.columns = header["rows"], tuple(header["columns"])
            self._fault = header_fault(self.columns)

    def rows(self, wanted: Collection[str] | None = None) -> Iterator[Row | Fault]:
        if self._fault is not None:
            yield self._fault
            return
        self._send(None if wanted is None else sorted(wanted))
        while (message := self._receive()) != {"end": True}:
            self._done += 1
            if "row" in message:
                yield Row(self._done, message["row"])
                continue
            fault = _as_fault(message)
            assert fault is not None
            yield fault
            if message["is_last"]:
                return

    def _send(self, message: Any) -> None:
        assert self._child.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # a child that is gone is noticed when its answer does not come
            self._child.stdin.write(json.dumps(message).encode() + b"\n")
            self._child.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        if line.endswith(b"\n"):
            message: dict[str, Any] = orjson.loads(line)
            return message
        reason = "the library for Parquet and Arrow crashed on this file, or ran out of memory"
        return {"fault": [self._done + 1, "", reason], "is_last": True}

    def fraction(self) -> float:
        return min(self._done / self._total, 1.0) if self._total else 1.0

    def close(self) -> None:
        self._child.kill()
        self._child.communicate()


def _as_fault(message: dict[str, Any]) -> Fault | None:
    return Fault(*message["fault"]) if "fault" in message else None
