"""`preferendum rank`."""

import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from app.errors import PreferendumError
from app.ranking_files.names import Intervals, Method

if TYPE_CHECKING:
    from app.ranking_files.how_sure import HowSure
    from app.ranking_files.reading import VotesFile


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
    how_sure: Annotated[
        bool, typer.Option("--how-sure", help="Say also how easily the first place could be overturned, and the like")
    ] = False,
    item_column: Annotated[
        str | None, typer.Option(help="What is voted on, for --how-sure; found by common names if not said")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON; problems go to stderr as JSON too")] = False,
) -> None:
    """Rank a file of votes: ratings, 95 % intervals, and the places that each model may hold. Needs no database."""
    # NumPy, SciPy and Arrow take half a second, which `preferendum --help` should not.
    from app.ranking_files.board_table import show_ranking, show_statements  # noqa: PLC0415
    from app.ranking_files.columns import Asked  # noqa: PLC0415
    from app.ranking_files.options import options_from  # noqa: PLC0415
    from app.ranking_files.rank import rank_votes  # noqa: PLC0415
    from app.ranking_files.reading import read_votes_file  # noqa: PLC0415

    try:
        options = options_from(method, intervals, center, anchor)
        read = read_votes_file(file, Asked(voter_column, item_column, comparisons=how_sure))
        ranking = rank_votes(read, options)
    except PreferendumError as error:
        _show_problem(error, as_json=as_json)
        raise typer.Exit(1) from error
    for note in ranking.notes:
        print(note, file=sys.stderr)
    certainty = _certainty(read) if how_sure else None
    if as_json:
        more = {} if certainty is None else {"how_sure": certainty.document()}
        print(json.dumps({**ranking.document(), **more}, indent=2))
    else:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a letter of some name is no reason to stop
        console = Console()
        show_ranking(console, ranking)
        if certainty is not None:
            show_statements(console, certainty.statements)


def _certainty(read: "VotesFile") -> "HowSure":
    """The figures of an arena's panel. What works them out brings the database's library with it."""
    from app.ranking_files.how_sure import how_sure  # noqa: PLC0415

    return how_sure(read)


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
