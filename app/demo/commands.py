"""`preferendum demo`: a working arena in one command."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Annotated

import httpx
import typer

from app.config import Settings
from app.db.connect import database_url
from app.db.engine import Database
from app.db.migrate import upgrade
from app.demo.arena import SLUG, set_up
from app.errors import UnavailableError

START_SECONDS = 60
STOP_SECONDS = 15


def demo(
    port: Annotated[int, typer.Option(help="Where the arena is served")] = 8000,
    host: Annotated[str, typer.Option(help="0.0.0.0 lets other machines in, such as a phone")] = "127.0.0.1",
) -> None:
    """Serve a small arena with real answers of small models. Ctrl-C stops everything; the next start goes on."""
    settings = Settings()
    _require_free(host, port)
    with _stopped_by_signals(), database_url(settings) as url:
        upgrade(url)
        is_new = asyncio.run(_set_up(url))
        address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104
        with _parts(url, host, port) as parts:
            _wait_until_served(address, parts)
            typer.echo(f"\n  Your arena is at {address}/arenas/{SLUG}")
            typer.echo(f"  Its board is at  {address}/arenas/{SLUG}/leaderboard")
            typer.echo(f"  {'Made anew' if is_new else 'Continued'} in {settings.data_dir}. Ctrl-C stops everything.\n")
            _wait_for_the_first_to_end(parts)
    typer.echo("Stopped. `make demo` goes on where this was.")


async def _set_up(url: str) -> bool:
    async with Database(url) as database:
        return await set_up(database)


def _require_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise UnavailableError(f"Port {port} is taken. Choose another: make demo PORT={port + 1}") from error


@contextlib.contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """SIGTERM ends the demo as Ctrl-C does: by unwinding, so that every part is stopped in order."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    with contextlib.suppress(KeyboardInterrupt):
        yield


@contextlib.contextmanager
def _parts(url: str, host: str, port: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Web and worker, each a process of its own, as in a real installation."""
    environment = {**os.environ, "PREFERENDUM_DATABASE_URL": url}
    commands = (["serve", "--host", host, "--port", str(port)], ["worker"])
    # A session of their own: the terminal's Ctrl-C reaches us alone, and we stop them in order.
    parts = [
        subprocess.Popen([sys.executable, "-m", "app", *command], env=environment, start_new_session=True)
        for command in commands
    ]
    try:
        yield parts
    finally:
        for part in parts:
            part.terminate()
        for part in parts:
            try:
                part.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                part.kill()
                part.wait()


def _wait_until_served(address: str, parts: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and all(part.poll() is None for part in parts):
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{address}/healthz", timeout=2).is_success:
                return
        time.sleep(0.1)
    raise UnavailableError("The web server did not start; what it said stands above.")


def _wait_for_the_first_to_end(parts: list[subprocess.Popen[bytes]]) -> None:
    while all(part.poll() is None for part in parts):
        time.sleep(0.2)
    raise UnavailableError("A part of the demo ended by itself; what it said stands above.")
