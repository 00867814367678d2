"""The `preferendum` console script. Each command is a thin call into a feature."""

import asyncio
import json
import os
import signal
import sys
from typing import Annotated

import typer
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.accounts.commands import tokens, users
from app.arenas.commands import arenas
from app.config import Settings
from app.db.connect import database_url, open_database
from app.db.embedded import EmbeddedPostgresError
from app.db.migrate import upgrade, upgrade_when_reachable
from app.demo.commands import demo
from app.errors import PreferendumError
from app.imports.commands import import_command
from app.log import configure
from app.releases.commands import export_command

cli = typer.Typer(
    help="Preferendum: arenas for human preference data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli.add_typer(users, name="user")
cli.add_typer(tokens, name="token")
cli.add_typer(arenas, name="arena")
cli.command("import")(import_command)
cli.command("export")(export_command)
cli.command("demo")(demo)


@cli.command()
def serve(
    host: str = "127.0.0.1",
    port: int = 8000,
    processes: Annotated[int, typer.Option(help="Web processes; they hold no state, so any number will do")] = 1,
) -> None:
    """Serve the pages and the API. Migrates first; starts the embedded database if no other is set."""
    import uvicorn  # noqa: PLC0415 (other commands need not load a server)

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


@cli.command()
def worker() -> None:
    """Run the background jobs: boards, releases, expiring leases."""
    asyncio.run(_work())


@cli.command()
def migrate() -> None:
    """Bring the database to this version's schema."""
    with database_url(Settings()) as url:
        upgrade(url)
    typer.echo("The database has this version's schema.")


@cli.command()
def openapi() -> None:
    """Print the API's description as OpenAPI JSON."""
    from app.db.engine import Database  # noqa: PLC0415
    from app.main import create_app  # noqa: PLC0415

    app = create_app(Settings(), Database("postgresql://nowhere/nothing"))
    typer.echo(json.dumps(app.openapi(), indent=2))


async def _work() -> None:
    from app.jobs.worker import run_worker  # noqa: PLC0415 (loads the charts' libraries, which take a second)

    settings = Settings()
    configure(settings)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_database(settings) as database:
        await run_worker(database, settings, stop)


def main() -> None:
    """Run a command; what a person can act on is said in one line, without a traceback."""
    try:
        cli()
    except (PreferendumError, EmbeddedPostgresError) as error:
        sys.exit(f"{getattr(error, 'title', 'The embedded database')}: {error}")
    except ProgrammingError as error:
        if "does not exist" not in str(error):
            raise
        sys.exit("The database has not been set up. Run `preferendum migrate` first.")
    except OperationalError as error:
        sys.exit(f"The database cannot be reached: {error.orig}")
