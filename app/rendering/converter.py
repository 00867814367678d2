"""Formulas -> MathML and code -> coloured spans, by a helper process that may die of one without harm."""

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

MAX_DEATHS = 1


class Piece(NamedTuple):
    """Part of a text. Its kind is "inline" or "display" for a formula, or the name of a language for code."""

    kind: str
    text: str


class Converter:
    """Starts the helper when it is first needed and again after it died. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def convert(self, pieces: Sequence[Piece]) -> dict[Piece, str]:
        """HTML by piece, without those that are invalid or too much work.

        The helper is started again after the first piece that kills it; a second one ends the attempt, so that no
        text costs more than (MAX_DEATHS + 1) x CPU_SECONDS_A_REQUEST.
        """
        results: list[str | None] = []
        deaths = 0
        while len(results) < len(pieces) and deaths <= MAX_DEATHS:
            results += self._exchange(pieces[len(results) :])
            if len(results) < len(pieces):
                results.append(None)
                deaths += 1
        return {piece: html for piece, html in zip(pieces, results, strict=False) if html is not None}

    def close(self) -> None:
        with self._lock:
            self._stop()

    def _exchange(self, pieces: Sequence[Piece]) -> list[str | None]:
        """The results in order; fewer than asked for when a piece killed the helper."""
        results: list[str | None] = []
        with self._lock:
            with suppress(OSError):  # it died while we wrote, or cannot be started: formulas are shown as source
                requests, answers = self._pipes()
                requests.write(json.dumps(pieces) + "\n")
                requests.flush()
                while len(results) < len(pieces) and (line := answers.readline()).endswith("\n"):
                    results.append(json.loads(line))
            if len(results) < len(pieces):
                self._stop()
        return results

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        if self._process is None or self._process.poll() is not None:
            self._stop()
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(Path(__file__).with_name("converter_worker.py"))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="ascii",
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with suppress(BrokenPipeError):
                process.communicate()


_converter = Converter()
convert = _converter.convert
atexit.register(_converter.close)
# A forked child must neither share the pipes nor wait for a lock that a thread of its parent held.
os.register_at_fork(after_in_child=lambda: Converter.__init__(_converter))
