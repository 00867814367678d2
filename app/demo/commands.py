"""`preferendum demo`: working arenas in one command."""

import asyncio
import contextlib
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from app.config import Settings
from app.db.connect import database_url
from app.db.engine import Database
from app.db.migrate import upgrade
from app.demo import arena, live_arena
from app.demo.parts import LocalModel, Part, local_model, wait_until_served, web_and_worker
from app.errors import UnavailableError
from app.log import configure

NOT_INSTALLED = "the small model is not installed. Where there is a build of it: make demo-model"
NOT_STARTED = "the small model did not start; what it said stands above."


def demo(
    port: Annotated[int, typer.Option(help="Where the arenas are served")] = 8000,
    host: Annotated[str, typer.Option(help="0.0.0.0 lets other machines in, such as a phone")] = "127.0.0.1",
) -> None:
    """Serve two small arenas: ask a small model, and judge what such models said. Ctrl-C stops everything."""
    settings = Settings()
    configure(settings.model_copy(update={"log_level": "warning"}))  # what is set up here is told in words
    _require_free(host, port)
    with _stopped_by_signals(), local_model() as model, database_url(settings) as url:
        upgrade(url)
        is_new = asyncio.run(_set_up_curated(url))
        without = asyncio.run(_set_up_live(url, settings, model))
        address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104
        with web_and_worker(url, host, port) as parts:
            wait_until_served(address, *parts)
            _tell(address, without, f"{'Made anew' if is_new else 'Continued'} in {settings.data_dir}.")
            _wait_for_the_first_to_end(parts, None if without else model)
    typer.echo("Stopped. `make demo` goes on where this was.")


async def _set_up_curated(url: str) -> bool:
    async with Database(url) as database:
        return await arena.set_up(database)


async def _set_up_live(url: str, settings: Settings, model: LocalModel | None) -> str | None:
    """Why there is no live arena, in words; None where there is one."""
    if model is None:
        return NOT_INSTALLED
    address = await asyncio.to_thread(model.address)
    if address is None:
        return NOT_STARTED
    async with Database(url) as database:
        await live_arena.set_up(database, settings, address)
    return None


def _tell(address: str, without: str | None, where: str) -> None:
    if without is None:
        typer.echo(f"\n  Ask two small models:   {address}/arenas/{live_arena.SLUG}")
    else:
        typer.echo(f"\n  No live arena this time: {without}")
    typer.echo(f"  Judge what others said: {address}/arenas/{arena.SLUG}")
    typer.echo(f"  The board of that:      {address}/arenas/{arena.SLUG}/leaderboard")
    typer.echo("  To look behind it, make an account in another terminal and sign in with it:")
    typer.echo(f"    {Path(sys.executable).with_name('preferendum')} user create you@example.org --role admin")
    typer.echo(f"    {address}/sign-in, then {address}/models")
    typer.echo(f"  {where} Ctrl-C stops everything.\n")


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


def _wait_for_the_first_to_end(parts: tuple[Part, ...], model: LocalModel | None) -> None:
    """Web and worker take the demo with them; without the model, everything but new answers goes on."""
    while all(part.poll() is None for part in parts):
        if model is not None and model.has_ended:
            typer.echo("  The small model ended by itself, so nobody answers in the live arena. Start the demo anew.")
            model = None
        time.sleep(0.2)
    raise UnavailableError("A part of the demo ended by itself; what it said stands above.")
