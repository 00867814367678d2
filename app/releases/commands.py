"""`preferendum export`: a dataset from the command line, written at once."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from app.accounts.viewer import OPERATOR
from app.config import Settings
from app.db.connect import open_database
from app.releases.manifest import Manifest
from app.releases.schemas import FileType, FormatName
from app.releases.service import export_arena


def export_command(
    arena: Annotated[str, typer.Argument(help="The arena's address, such as kitchen-questions")],
    format_name: Annotated[FormatName, typer.Option("--format", help="What the rows are")] = "raw-votes",
    file_type: Annotated[FileType, typer.Option("--type", help="The kind of file")] = "jsonl",
    out: Annotated[Path, typer.Option(help="The folder to write into; files of the same name are replaced")] = Path(),
    kinds: Annotated[
        list[str] | None,
        typer.Option("--kind", help="Whose votes: human, judge or simulated; repeatable. Default: the format's own"),
    ] = None,
    compressed: Annotated[
        bool | None, typer.Option("--compress/--no-compress", help="gzip for text, zstd within Parquet and Arrow")
    ] = None,
    split: Annotated[
        str, typer.Option(help="Percentages of the prompts, 90/10 (train, test) or 80/10/10 (train, validation, test)")
    ] = "",
    options: Annotated[
        list[str] | None, typer.Option("--with", help="An option of the format: margin, or ties; repeatable")
    ] = None,
) -> None:
    """Write an arena's votes as a dataset, with manifest.json and README.md beside it."""
    order = {"format": format_name, "file_type": file_type, "kinds": kinds or []}
    details = {"compressed": compressed, "split": split, "options": options or []}
    manifest = asyncio.run(_export(arena, out, {**order, **details}))
    _print_summary(Console(), manifest, out)


async def _export(arena: str, out: Path, order: dict[str, Any]) -> Manifest:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("votes", total=None)

        async def on_progress(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        async with open_database(Settings()) as database:
            return await export_arena(database, OPERATOR, arena, out, on_progress, **order)


def _print_summary(console: Console, manifest: Manifest, out: Path) -> None:
    table = Table(title=f"{out}", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    table.add_row("rows written", f"{manifest['rows']:,}")
    for reason, count in manifest["dropped"].items():
        table.add_row(f"left out: {reason}", f"{count:,}")
    table.add_row("recorded votes in all", f"{manifest['votes_read']:,}", end_section=True)
    for file in manifest["files"]:
        table.add_row(file["name"], f"{file['rows']:,} rows, {file['bytes']:,} bytes")
        table.add_row("SHA-256", file["sha256"])
    console.print(table)
