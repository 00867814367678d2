"""`preferendum lint`."""

import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console

from app.errors import PreferendumError
from app.imports.progress import Bar, Silent

if TYPE_CHECKING:
    from app.linting.report import Report

_CANNOT_BE_READ = 2


def lint_command(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Preferences as .jsonl, .json, .csv, .tsv (each may be .gz or .zst) or .parquet; as one set"
        ),
    ],
    only: Annotated[
        list[str] | None, typer.Option(metavar="CODES", help="Look for these alone; commas between")
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="CODES", help="Look for all but these")] = None,
    fail_on: Annotated[
        Literal["error", "warning", "never"], typer.Option(help="From which severity on the exit code is 1")
    ] = "warning",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON with every row")] = False,
) -> None:
    """Look over files of preferences: what is wrong, in which rows, and what to do. Needs no database.

    Ends with 0 if nothing is as bad as --fail-on, with 1 if something is, with 2 if a file cannot be read.
    """
    # NumPy and the patterns of the checks take half a second, which `preferendum --help` should not.
    from app.linting.linter import lint_files  # noqa: PLC0415

    console = Console(stderr=True)
    progress = Bar(console) if console.is_terminal else Silent()
    try:
        report = lint_files(files, progress, _codes(only), _codes(ignore))
    except PreferendumError as error:
        console.print(f"{error.title}: {error.detail}", markup=False, highlight=False)
        raise typer.Exit(_CANNOT_BE_READ) from error
    finally:
        progress.end()
    _show(report, as_json=as_json)
    if fail_on != "never" and report.fails_at(fail_on):
        raise typer.Exit(1)


def _codes(options: list[str] | None) -> list[str]:
    return [code.strip() for option in options or () for code in option.split(",") if code.strip()]


def _show(report: "Report", *, as_json: bool) -> None:
    from app.linting.terminal import show_report  # noqa: PLC0415

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a letter of some name is no reason to stop
    if as_json:
        print(json.dumps(report.document(), indent=1))
    else:
        show_report(Console(), report)
