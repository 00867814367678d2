"""Which processes belong to one Postgres data folder.

A process id in a file proves nothing: after a crash, and after each restart of a container, the same number is soon
another process. The command line tells them apart, and is readable even where (as in containers) root may not look
at the working directories of other users' processes. Linux answers from /proc; elsewhere `ps` does.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from app.db.embedded.errors import EmbeddedPostgresError

_PROC = Path("/proc")
_POLL_SECONDS = 0.01
_ORPHAN_SECONDS = 20.0


def command_line(pid: int) -> str:
    """The command line of a process, its parts joined by spaces; empty for one that is gone or a zombie."""
    if not (_PROC / "self").exists():
        return _ps("-o", "command=", "-p", str(pid)).strip()
    try:
        raw = (_PROC / str(pid) / "cmdline").read_bytes()
    except OSError:  # it ended, before the look or during it
        return ""
    return os.fsdecode(raw).replace("\0", " ").strip()


def is_postmaster(pid: int, data: Path) -> bool:
    """Whether `pid` is the main process of the Postgres server that runs on the data folder `data`."""
    return re.search(rf"(^|/)postgres -D {re.escape(str(data))}( |$)", command_line(pid)) is not None


def is_postgres(pid: int) -> bool:
    return re.search(r"^postgres: |(^|/)postgres -D ", command_line(pid)) is not None


def end_orphans(cluster_name: str) -> None:
    """Kill the children of a postmaster that was itself killed, and wait until they are gone.

    Idle ones notice by themselves; one inside a long query works on for hours, holds the shared memory, and no new
    server starts beside it. Killing them is what a power cut does: the log brings back what was committed.
    """
    deadline = time.monotonic() + _ORPHAN_SECONDS
    while orphans := _orphans(cluster_name):
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(
                f"Processes of a Postgres server that crashed do not end: {orphans}. They are probably waiting for "
                "a disk that does not answer. End them (kill -9) or restart the machine, then try again."
            )
        for pid in orphans:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(_POLL_SECONDS)


def _orphans(cluster_name: str) -> list[int]:
    title = f"postgres: {cluster_name}: "
    return [pid for pid, parent, command in every_process() if command.startswith(title) and not is_postgres(parent)]


def every_process() -> Iterator[tuple[int, int, str]]:
    """Every visible process as (process id, parent's process id, command line)."""
    if not (_PROC / "self").exists():
        for line in _ps("-axo", "pid=,ppid=,command=").splitlines():
            pid, parent, *command = line.split(maxsplit=2)
            yield int(pid), int(parent), "".join(command).strip()
        return
    for entry in _PROC.iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:  # it ended meanwhile
                continue
            yield int(entry.name), int(fields[1]), command_line(int(entry.name))


def _ps(*options: str) -> str:
    answer = subprocess.run(["ps", "-ww", *options], capture_output=True, text=True, check=False)  # noqa: S607
    return answer.stdout
