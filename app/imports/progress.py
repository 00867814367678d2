"""Telling how far an import has come: a bar on a terminal, plain lines elsewhere."""

import sys
import time
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeRemainingColumn


class ProgressReport(Protocol):
    """Phases come one after the other; each is named when it begins."""

    def begin(self, phase: str) -> None: ...

    def advance(self, rows: int, fraction: float) -> None:
        """So many rows of the phase are done, which is this part of it."""

    def end(self) -> None: ...


class Silent:
    """Tells nobody."""

    def begin(self, phase: str) -> None:
        pass

    def advance(self, rows: int, fraction: float) -> None:
        pass

    def end(self) -> None:
        pass


class Bar:
    """A bar for each phase, with rows, rows a second and the time that remains."""

    def __init__(self, console: Console) -> None:
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[rows]}"),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=console,
        )
        self._task: TaskID | None = None
        self._began = 0.0

    def begin(self, phase: str) -> None:
        self._finish()
        self._bars.start()
        self._began = time.monotonic()
        self._task = self._bars.add_task(phase, total=None, rows="")

    def advance(self, rows: int, fraction: float) -> None:
        if self._task is not None:
            self._bars.update(self._task, total=1.0, completed=fraction, rows=_rows(rows, self._began))

    def end(self) -> None:
        self._finish()
        self._bars.stop()

    def _finish(self) -> None:
        if self._task is not None:
            self._bars.update(self._task, total=1.0, completed=1.0)
            self._task = None


class Lines:
    """A line when a phase begins, and one every few seconds: what a log file can hold."""

    def __init__(self, stream: TextIO, every_seconds: float = 5.0) -> None:
        self._stream = stream
        self._every_seconds = every_seconds
        self._phase = ""
        self._began = self._last = 0.0

    def begin(self, phase: str) -> None:
        self._phase = phase
        self._began = self._last = time.monotonic()
        print(phase, file=self._stream, flush=True)

    def advance(self, rows: int, fraction: float) -> None:
        now = time.monotonic()
        if now - self._last >= self._every_seconds:
            self._last = now
            left = (now - self._began) * (1 - fraction) / fraction if fraction else 0.0
            line = f"{self._phase}: {fraction:.0%}, {_rows(rows, self._began)}, about {left:.0f} s remain"
            print(line, file=self._stream, flush=True)

    def end(self) -> None:
        pass


def for_terminal() -> ProgressReport:
    """A bar if somebody watches, lines if not."""
    console = Console(stderr=True)
    return Bar(console) if console.is_terminal else Lines(sys.stderr)


def _rows(rows: int, began: float) -> str:
    elapsed = max(time.monotonic() - began, 0.001)
    return f"{rows:,} rows, {rows / elapsed:,.0f} a second"
