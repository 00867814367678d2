"""`preferendum export`: a dataset from the command line, written at once."""

import asyncio
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from app.accounts.viewer import OPERATOR
from app.config import Settings
from app.db.connect import open_database
from app.releases.manifest import Manifest
from app.releases.service import export_arena


def export_command(
    arena: Annotated[str, typer.Argument(help="The arena's address, such as kitchen-questions")],
    format_name: Annotated[
        Literal["raw-votes", "trl-preference"], typer.Option("--format", help="What the rows are")
    ] = "raw-votes",
    file_type: Annotated[Literal["jsonl", "parquet"], typer.Option("--type", help="The kind of file")] = "jsonl",
    out: Annotated[Path, typer.Option(help="The folder to write into; files of the same name are replaced")] = Path(),
    kinds: Annotated[
        list[str] | None,
        typer.Option("--kind", help="Whose votes: human, judge or simulated; repeatable. Default: the format's own"),
    ] = None,
) -> None:
    """Write an arena's votes as a dataset, with manifest.json and README.md beside it."""
    manifest = asyncio.run(_export(arena, format_name, file_type, kinds or [], out))
    _print_summary(Console(), manifest, out)


async def _export(arena: str, format_name: str, file_type: str, kinds: list[str], out: Path) -> Manifest:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("votes", total=None)

        async def on_progress(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        async with open_database(Settings()) as database:
            return await export_arena(
                database, OPERATOR, arena, out, on_progress, format=format_name, file_type=file_type, kinds=kinds
            )


def _print_summary(console: Console, manifest: Manifest, out: Path) -> None:
    file = manifest["files"][0]
    table = Table(title=f"{out / file['name']}", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    table.add_row("rows written", f"{manifest['rows']:,}")
    for reason, count in manifest["dropped"].items():
        table.add_row(f"left out: {reason}", f"{count:,}")
    table.add_row("recorded votes in all", f"{manifest['votes_read']:,}", end_section=True)
    table.add_row("bytes", f"{file['bytes']:,}")
    table.add_row("SHA-256", file["sha256"])
    console.print(table)
