"""The real server in a process of its own, whose memory is watched."""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.db.embedded import EmbeddedPostgres

PORT = 8766


@dataclass
class Web:
    """One web process."""

    pid: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{PORT}"

    @property
    def memory(self) -> int:
        """Resident bytes."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    @property
    def processor_seconds(self) -> float:
        """Processor time that it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def peak_memory(self, stop: asyncio.Event) -> int:
        """The most resident bytes until it is told to stop."""
        most = 0
        while not stop.is_set():
            most = max(most, self.memory)
            await asyncio.sleep(0.1)
        return most


def busy_seconds() -> float:
    """Processor time that the whole machine has used: others may be at work on it."""
    user, nice, system, _, _, irq, softirq, *_ = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def web(server: EmbeddedPostgres, folder: Path) -> Iterator[Web]:
    """`preferendum serve --processes 1`."""
    environment = {**os.environ, "PREFERENDUM_DATABASE_URL": server.url, "PREFERENDUM_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "app", "serve", "--port", str(PORT), "--processes", "1"]
    with subprocess.Popen(command, env=environment) as process:
        try:
            _wait_until_it_answers()
            yield Web(process.pid)
        finally:
            process.terminate()


def _wait_until_it_answers() -> None:
    for _ in range(600):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz"):
            return
        time.sleep(0.1)
    raise SystemExit("the server did not start")
