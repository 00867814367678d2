"""The commands that run the site: serve, worker, migrate, openapi."""

import asyncio
import gc
import json
import os
import signal
from typing import Annotated

import typer

from app.config import Settings
from app.db.connect import database_url, open_database
from app.db.migrate import upgrade, upgrade_when_reachable
from app.log import configure


def serve(
    host: str = "127.0.0.1",
    port: int = 8000,
    processes: Annotated[int, typer.Option(help="Web processes; they hold no state, so any number will do")] = 1,
) -> None:
    """Serve the pages and the API. Migrates first; starts the embedded database if no other is set."""
    import uvicorn  # noqa: PLC0415 (other commands need not load a server)

    gc.disable()  # what is loaded now stays, and looking for garbage in it takes a quarter of the start; see app.asgi

    settings = Settings()
    configure(settings)
    with database_url(settings) as url:
        upgrade_when_reachable(url)
        os.environ["PREFERENDUM_DATABASE_URL"] = url  # for the web processes, which uvicorn starts afresh
        uvicorn.run(
            "app.asgi:build",
            factory=True,
            host=host,
            port=port,
            workers=processes,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=10,
        )


def worker() -> None:
    """Run the background jobs: boards, releases, expiring leases."""
    asyncio.run(_work())


def migrate() -> None:
    """Bring the database to this version's schema."""
    with database_url(Settings()) as url:
        upgrade(url)
    typer.echo("The database has this version's schema.")


def openapi() -> None:
    """Print the API's description as OpenAPI JSON."""
    from app.db.engine import Database  # noqa: PLC0415
    from app.main import create_app  # noqa: PLC0415

    app = create_app(Settings(), Database("postgresql://nowhere/nothing"))
    typer.echo(json.dumps(app.openapi(), indent=2))


async def _work() -> None:
    gc.disable()  # as when serving
    from app.jobs.worker import run_worker  # noqa: PLC0415 (loads the charts' libraries, which take a second)

    gc.enable()
    settings = Settings()
    configure(settings)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_database(settings) as database:
        await run_worker(database, settings, stop)
