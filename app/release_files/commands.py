"""`preferendum verify`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text


def verify_command(
    folder: Annotated[Path, typer.Argument(help="The folder of a release, wherever it was copied to")],
    root: Annotated[
        str | None, typer.Option(help="The Merkle root that was published, where the folder alone is not believed")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the checks as JSON")] = False,
) -> None:
    """Check every byte of a release, and recompute its board from its votes. Needs no database. Ends with 1 if not."""
    # NumPy, SciPy and Arrow take half a second, which `preferendum --help` should not.
    from app.release_files.verify import Check, verify_release  # noqa: PLC0415

    console, checks = Console(soft_wrap=True), list[Check]()
    for check in verify_release(folder, root):
        checks.append(check)
        if not as_json:
            console.print(_line(check.file, check.what, check.problem))
    problems = sum(check.problem is not None for check in checks)
    if as_json:
        print(json.dumps({"holds": not problems, "checks": [asdict(check) for check in checks]}, indent=2))
    elif problems:
        console.print(Text(f"The release does not hold: {problems} of {len(checks)} checks failed.", style="bold red"))
    else:
        console.print(Text(f"The release holds: {len(checks)} checks.", style="bold green"))
    if problems:
        raise typer.Exit(1)


def _line(file: str, what: str, problem: str | None) -> Text:
    if problem is None:
        return Text.assemble(("holds  ", "green"), f"{file} {what}")
    return Text.assemble(("FAILS  ", "bold red"), f"{file} {problem}")
