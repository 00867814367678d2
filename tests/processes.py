"""Parts of a real site, as processes of their own."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import httpx

from app.config import PROJECT_FOLDER

START_SECONDS = 60
STOP_SECONDS = 20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(*arguments: str, url: str, data_dir: Path, log: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    """Run a `preferendum` command in the background."""
    environment = {**os.environ, "PREFERENDUM_DATABASE_URL": url, "PREFERENDUM_DATA_DIR": str(data_dir)}
    command = [sys.executable, "-m", "app", *arguments]
    return subprocess.Popen(command, env=environment, cwd=PROJECT_FOLDER, stdout=log, stderr=log)


def stop(*processes: subprocess.Popen[bytes]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        process.kill()
        process.wait()


def wait_until_served(address: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    with httpx.Client() as http:
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.HTTPError):
                http.get(f"{address}/healthz").raise_for_status()
                return
            time.sleep(0.1)
    raise TimeoutError("the site did not come up")


@contextlib.contextmanager
def served(url: str, data_dir: Path, *, with_worker: bool = False) -> Iterator[str]:
    """A served site for the length of the block: its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    parts = [start("serve", "--port", str(port), url=url, data_dir=data_dir)]
    if with_worker:
        parts.append(start("worker", url=url, data_dir=data_dir))
    try:
        wait_until_served(address)
        yield address
    finally:
        stop(*parts)
