"""The processes of the demo: web, worker and the small model, each as it would be in a real installation."""

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping

import httpx

from app.demo.local_model import is_installed
from app.errors import UnavailableError

START_SECONDS = 60
STOP_SECONDS = 15
MODEL_SECONDS = 60

Part = subprocess.Popen[bytes]


class LocalModel:
    """The small model's process. It is loaded while other things start; `address` waits for it."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def has_ended(self) -> bool:
        return self.part.poll() is not None

    def address(self) -> str | None:
        """Where it is served; None where it could not be."""
        try:
            return self._lines.get(timeout=MODEL_SECONDS) or None
        except queue.Empty:
            return None

    def _read(self) -> None:
        """One line, which is empty where the process ended without one."""
        assert self.part.stdout is not None
        self._lines.put(self.part.stdout.readline().decode().strip())


@contextlib.contextmanager
def local_model() -> Iterator[LocalModel | None]:
    """The small model for the length of the block; None where it is not installed."""
    if not is_installed():
        yield None
        return
    with _stopped_after(_start("app.demo.local_model", stdout=subprocess.PIPE)) as part:
        yield LocalModel(part)


@contextlib.contextmanager
def web_and_worker(url: str, host: str, port: int) -> Iterator[tuple[Part, Part]]:
    environment = {"PREFERENDUM_DATABASE_URL": url}
    web = _start("app", "serve", "--host", host, "--port", str(port), environment=environment)
    worker = _start("app", "worker", environment=environment)
    with _stopped_after(web, worker):
        yield web, worker


def wait_until_served(address: str, *parts: Part) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and all(part.poll() is None for part in parts):
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{address}/healthz", timeout=2).is_success:
                return
        time.sleep(0.1)
    raise UnavailableError("The web server did not start; what it said stands above.")


def _start(
    module: str, *arguments: str, environment: Mapping[str, str] | None = None, stdout: int | None = None
) -> Part:
    """A session of its own: the terminal's Ctrl-C reaches the demo alone, which stops its parts in order."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, **(environment or {})},
        stdout=stdout,
        start_new_session=True,
    )


@contextlib.contextmanager
def _stopped_after(*parts: Part) -> Iterator[Part]:
    try:
        yield parts[0]
    finally:
        for part in parts:
            part.terminate()
        for part in parts:
            try:
                part.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                part.kill()
                part.wait()
            if part.stdout is not None:
                part.stdout.close()
