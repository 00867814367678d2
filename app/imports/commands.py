"""`preferendum import`."""

import asyncio
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.accounts.viewer import OPERATOR
from app.config import Settings
from app.db.connect import open_database
from app.imports.check import Checked, check
from app.imports.formats import FORMAT_NAMES
from app.imports.formats.pairs import PairOptions
from app.imports.load import Loaded
from app.imports.plan import ImportOptions
from app.imports.problems import ProblemLog, RefusedRowsError
from app.imports.progress import ProgressReport, for_terminal
from app.imports.service import Destination, import_checked

_SHOWN = 20


def import_command(
    arena: Annotated[str, typer.Argument(help="The arena's address, e.g. kitchen-questions")],
    file: Annotated[
        Path | None, typer.Argument(help="Matchups as .jsonl, .csv (both may be .gz), .parquet, .arrow; or a folder")
    ] = None,
    votes: Annotated[Path | None, typer.Option(help="A file of votes on the matchups")] = None,
    models: Annotated[Path | None, typer.Option(help="A file that says more of the models")] = None,
    mapping: Annotated[Path | None, typer.Option(help="A TOML file that says which column is what")] = None,
    folder: Annotated[Path | None, typer.Option(help="Where the mapping's files are, if not beside it")] = None,
    format_name: Annotated[
        str | None, typer.Option("--format", help=f"Found out by the columns if not said: {', '.join(FORMAT_NAMES)}")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check only; needs no database")] = False,
    create: Annotated[str | None, typer.Option(metavar="TITLE", help="Make the arena if it is missing")] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open the arena for votes afterwards")] = False,
    chosen_by: Annotated[
        Literal["human", "judge", "simulated"] | None,
        typer.Option(help="Files that do not say who judged: load the preferences as votes of this kind"),
    ] = None,
    strength_from_margin: Annotated[
        bool, typer.Option("--strength-from-margin", help="TRL files: margin is the votes' strength, 1 to 3")
    ] = False,
    chosen_model: Annotated[str, typer.Option(help="TRL files: the model behind `chosen`")] = "chosen",
    rejected_model: Annotated[str, typer.Option(help="TRL files: the model behind `rejected`")] = "rejected",
) -> None:
    """Read matchups, and votes if there are any. Checks everything first; loads all of it or nothing."""
    pairs = PairOptions(chosen_model, rejected_model, chosen_by, strength_from_margin)
    options = ImportOptions(file, votes, models, mapping, folder, format_name, pairs)
    progress = for_terminal()
    try:
        checked = check(options, progress)
        if checked.log.count:
            _show_problems(checked.log)
            raise typer.Exit(1)
        if dry_run:
            typer.echo(f"No problems. {_amounts(checked)}; nothing was loaded (--dry-run).")
            return
        loaded = asyncio.run(_load(Destination(arena, create, open_it), checked, progress))
    except RefusedRowsError as error:
        _show_problems(error.log)
        raise typer.Exit(1) from error
    finally:
        progress.end()
    _show_loaded(arena, checked, loaded)


async def _load(destination: Destination, checked: Checked, progress: ProgressReport) -> Loaded:
    async with open_database(Settings()) as database, database.session() as session:
        return await import_checked(session, OPERATOR, destination, checked, progress)


def _amounts(checked: Checked) -> str:
    census = checked.census
    return (
        f"{census.matchups:,} matchups of {len(census.contestants):,} models in the format {checked.plan.shape.name}, "
        f"{census.votes:,} votes of {len(census.annotators):,} annotators"
    )


def _show_loaded(arena: str, checked: Checked, loaded: Loaded) -> None:
    census = checked.census
    table = Table("", "in the files", "new", "already there", title=f"Imported into {arena}", title_justify="left")
    for name, total, new in (
        ("matchups", census.matchups, loaded.matchups),
        ("votes", census.votes, loaded.votes),
        ("models", len(census.contestants), loaded.models),
        ("annotators", len(census.annotators), loaded.annotators),
    ):
        table.add_row(name, f"{total:,}", f"{new:,}", f"{total - new:,}")
    Console().print(table)


def _show_problems(log: ProblemLog) -> None:
    """The first problems as a table, and how many there are."""
    table = Table("file", "line", "column", "reason")
    for problem in log.kept[:_SHOWN]:
        table.add_row(_plain(problem.file), str(problem.line), _plain(problem.column), _plain(problem.reason))
    console = Console(stderr=True)
    console.print(table)
    rest = f"; these are the first {_SHOWN}" if log.count > _SHOWN else ""
    console.print(f"{log.count:,} problems{rest}. Nothing was loaded.", markup=False)


def _plain(words: str) -> Text:
    """Words that may quote a foreign file: no markup, and nothing that a terminal would obey."""
    return Text("".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in words))
