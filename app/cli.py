"""The `preferendum` console script. Each command is a thin call into a feature."""

import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from app.errors import PreferendumError
from app.ranking_files.commands import rank_command

# Commands that are loaded when they are asked for, and where they are: most need the database and the web framework,
# which take a second, and `rank` needs neither.
FEATURES = {
    "user": "app.accounts.commands:users",
    "token": "app.accounts.commands:tokens",
    "arena": "app.arenas.commands:arenas",
    "models": "app.model_registry.commands:models",
    "import": "app.imports.commands:import_command",
    "export": "app.releases.commands:export_command",
    "verify": "app.release_files.commands:verify_command",
    "lint": "app.linting.commands:lint_command",
    "slice": "app.leaderboards.commands:slices",
    "demo": "app.demo.commands:demo",
    "serve": "app.serving:serve",
    "worker": "app.serving:worker",
    "migrate": "app.serving:migrate",
    "openapi": "app.serving:openapi",
}


class LazyCommands(TyperGroup):
    """A group of commands of which those in FEATURES are imported on demand."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*FEATURES, *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in FEATURES:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = FEATURES[cmd_name].partition(":")
        command = getattr(import_module(module), attribute)
        if isinstance(command, typer.Typer):
            group = typer.main.get_group(command)
            group.name = cmd_name
            return group
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        alone.command(cmd_name)(command)
        return typer.main.get_command(alone)


cli = typer.Typer(
    cls=LazyCommands,
    help="Preferendum: arenas for human preference data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli.command("rank")(rank_command)


@cli.callback()
def _commands() -> None:
    """Makes `rank` one of several commands, although it is the only one that is known beforehand."""


def main() -> None:
    """Run a command; what a person can act on is said in one line, without a traceback."""
    try:
        cli()
    except Exception as error:
        words = _in_words(error)
        if words is None:
            raise
        sys.exit(words)


def _in_words(error: Exception) -> str | None:
    """What a person can do about it; None where that is not known."""
    if isinstance(error, PreferendumError):
        return f"{error.title}: {error}"
    from sqlalchemy.exc import OperationalError, ProgrammingError  # noqa: PLC0415 (`rank` needs no database)

    if isinstance(error, ProgrammingError) and "does not exist" in str(error):
        return "The database has not been set up. Run `preferendum migrate` first."
    return f"The database cannot be reached: {error.orig}" if isinstance(error, OperationalError) else None
