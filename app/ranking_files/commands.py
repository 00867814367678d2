"""`preferendum rank`."""

import io
import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.errors import PreferendumError
from app.ranking_files.names import Intervals, Method


def rank_command(
    file: Annotated[Path, typer.Argument(help="Votes, or pair counts, as .jsonl, .csv (both may be .gz) or .parquet")],
    method: Annotated[
        Method,
        typer.Option(help="bradley-terry counts a tie as half a win; the next three model ties"),
    ] = "bradley-terry",
    intervals: Annotated[
        Intervals | None,
        typer.Option(help="[default: clustered where the file says who voted, else sandwich]", show_default=False),
    ] = None,
    center: Annotated[float | None, typer.Option(help="The mean rating", show_default="1000")] = None,
    anchor: Annotated[str | None, typer.Option(metavar="MODEL=SCORE", help="One model's rating, instead")] = None,
    voter_column: Annotated[str | None, typer.Option(help="Who voted; found by common names if not said")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON; problems go to stderr as JSON too")] = False,
) -> None:
    """Rank a file of votes: ratings, 95 % intervals, and the places that each model may hold. Needs no database."""
    # NumPy, SciPy and Arrow take half a second, which `preferendum --help` should not.
    from app.ranking_files.board_table import show_ranking  # noqa: PLC0415
    from app.ranking_files.options import options_from  # noqa: PLC0415
    from app.ranking_files.rank import rank_votes  # noqa: PLC0415
    from app.ranking_files.reading import read_votes_file  # noqa: PLC0415

    try:
        options = options_from(method, intervals, center, anchor)
        ranking = rank_votes(read_votes_file(file, voter_column), options)
    except PreferendumError as error:
        _show_problem(error, as_json=as_json)
        raise typer.Exit(1) from error
    for note in ranking.notes:
        print(note, file=sys.stderr)
    if as_json:
        print(json.dumps(ranking.document(), indent=2))
    else:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a letter of some name is no reason to stop
        show_ranking(Console(), ranking)


def _show_problem(error: PreferendumError, *, as_json: bool) -> None:
    """On stderr: a problem as the API would answer it, or words."""
    from app.ranking_files.board_table import plain, show_faults  # noqa: PLC0415
    from app.ranking_files.problems import RefusedRowsError, problem_document  # noqa: PLC0415

    console = Console(stderr=True)
    if as_json:
        print(json.dumps(problem_document(error), indent=2), file=sys.stderr)
    elif isinstance(error, RefusedRowsError):
        console.print(plain(f"{error.title}: {error.name}"))
        show_faults(console, error)
    else:
        console.print(plain(f"{error.title}: {error.detail}"))
