"""Models from the command line."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.accounts.viewer import OPERATOR
from app.config import Settings
from app.db.connect import open_database
from app.errors import InvalidInputError, NotFoundError
from app.model_registry import applying, service, trying
from app.model_registry.schemas import ModelOut, TrialIn, TrialOut, VersionOut
from app.model_registry.words import money, seconds

models = typer.Typer(help="Models: what arenas compare, and where it is served.", no_args_is_help=True)
_COLUMNS = ("model", "state", "provider", "price in / out", "calls", "failed", "median s", "cost today", "circuit")
_LEAST_NEEDED = ("price in / out", "median s", "cost today", "circuit", "calls", "failed", "provider")
"""Columns that a narrow window goes without, in this order."""
_UNBOUNDED = 10_000
_SIGNS = {"add": "+", "change": "~", "note": "!"}


@models.command("apply")
def apply(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A YAML file, see docs/models.md")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change")] = False,
) -> None:
    """Make the registry say what a file says. Doing so a second time changes nothing."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{file} is not UTF-8 text.") from error
    changes = asyncio.run(_apply(text, dry_run=dry_run))
    for change in changes:
        typer.echo(f"{_SIGNS[change.what]} {change.words}")
    if not changes:
        typer.echo("Everything is as the file says; nothing to change.")
    elif dry_run:
        typer.echo("A dry run: nothing was changed.")


@models.command("list")
def list_models() -> None:
    """All versions of models, and how each did in the last 24 hours."""
    console = Console()
    versions = [version for model in asyncio.run(_list()) for version in model.versions]
    print_versions(console, versions, console.width if console.is_terminal else None)


@models.command("test")
def ask(
    name: Annotated[str, typer.Argument(help="A model's name, or name@label; of several versions the newest")],
    prompt: Annotated[str, typer.Option(help="What to ask")] = trying.EXAMPLE_PROMPT,
) -> None:
    """Ask a model something short. Exits with 1 where it does not answer."""
    outcome = asyncio.run(_test(name, TrialIn(prompt=prompt)))
    if outcome.text:
        typer.echo(outcome.text)
    typer.echo(outcome.words, err=True)
    if outcome.error:
        raise typer.Exit(1)


def print_versions(console: Console, versions: Sequence[VersionOut], width: int | None) -> None:
    """A table of the columns that `width` characters hold, all where it is None. Names and figures are never cut."""
    rows = [_row(version) for version in versions]
    left = list(_LEAST_NEEDED)
    table, needed = _table(rows, _COLUMNS)
    while width is not None and needed > width and left:
        left.pop(0)
        table, needed = _table(rows, [name for name in _COLUMNS if name not in _LEAST_NEEDED or name in left])
    console.width = max(console.width, needed)  # a name that is wider than the window is left to the window to fold
    console.print(table)
    if len(left) < len(_LEAST_NEEDED):
        hidden = ", ".join(name for name in _COLUMNS if name in _LEAST_NEEDED and name not in left)
        console.print(f"Shown in a wider window or a pipe: {hidden}.", soft_wrap=True)


def _table(rows: Sequence[Mapping[str, str]], columns: Sequence[str]) -> tuple[Table, int]:
    """The table, and its width where nothing is cut."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        table.add_column(name, no_wrap=True)
    for row in rows:
        table.add_row(*(escape(row[name]) for name in columns))
    return table, Console(width=_UNBOUNDED).measure(table).maximum


def _row(version: VersionOut) -> dict[str, str]:
    calls = version.last_24_hours
    budget = "" if version.daily_budget is None else f" of {money(version.daily_budget)}"
    return {
        "model": version.display_name,
        "state": version.state if version.provider else "imported",
        "provider": version.provider or "",
        "price in / out": f"{money(version.input_price)} / {money(version.output_price)}",
        "calls": str(calls.calls),
        "failed": str(calls.errors),
        "median s": seconds(calls.median_duration_seconds),
        "cost today": money(version.spent_today) + budget,
        "circuit": version.circuit.state,
    }


async def _apply(text: str, *, dry_run: bool) -> list[applying.Change]:
    settings = Settings()
    async with open_database(settings) as database, database.session() as session:
        return await applying.apply_file(session, OPERATOR, settings, text, dry_run=dry_run)


async def _list() -> list[ModelOut]:
    async with open_database(Settings()) as database, database.read_session() as session:
        return await service.list_models(session, OPERATOR)


async def _test(name: str, wanted: TrialIn) -> TrialOut:
    settings = Settings()
    async with open_database(settings) as database:
        async with database.read_session() as session:
            version_id = _newest(await service.list_models(session, OPERATOR), name)
        return await trying.try_version(database, OPERATOR, settings, version_id, wanted)


def _newest(known: list[ModelOut], name: str) -> uuid.UUID:
    """The version of this name, or the newest served one of the model of this name."""
    for model in known:
        served = [version for version in model.versions if version.provider]
        exact = [version for version in served if version.display_name == name]
        if exact and "@" in name:
            return exact[-1].id
        if model.name == name and served:
            return served[-1].id
    raise NotFoundError(f"No provider serves a model {name}. See `preferendum models list`.")
