"""A votes file in, votes as integers or counts out; or what is wrong with which rows."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from app.imports.records import Fault
from app.ranking_files.checks import FaultLog
from app.ranking_files.columns import Layout, find_layout
from app.ranking_files.encoded import Rows
from app.ranking_files.fast_files import find_columns, is_parquet, read_fast, read_parquet
from app.ranking_files.interpret import check_rows, to_counts, to_votes
from app.ranking_files.problems import RefusedRowsError, RowFault, UnsuitableFileError
from app.ranking_files.slow_files import read_slowly
from app.ratings import CodedVotes, PairCounts
from app.ratings.arrays import IntArray


@dataclass(frozen=True, eq=False)
class VotesFile:
    """What a file holds.

    counts:       votes per pair of models and outcome
    votes:        the single votes in the order of the file; None for pair counts
    voters:       (V,) who cast each vote, as codes from 0; None where the file does not say
    voter_column: the column that this is from
    left_out:     rows that do not count, by reason
    """

    counts: PairCounts
    votes: CodedVotes | None = None
    voters: IntArray | None = None
    voter_column: str | None = None
    left_out: Mapping[str, int] = field(default_factory=Counter)


def read_votes_file(path: Path, voter_column: str | None = None) -> VotesFile:
    """Read JSON lines, CSV or Parquet; the first two may be gzipped.

    Raises RefusedRowsError with lines and reasons for rows that are not votes, UnsuitableFileError for a file
    without the columns that are needed or without votes, InvalidInputError for one that is not there.
    """
    columns = find_columns(path)
    if isinstance(columns, Fault):
        raise _refusal(path, columns)
    layout = find_layout(columns, voter_column)
    if isinstance(layout, str):
        raise UnsuitableFileError(f"{path.name} {layout}.")
    rows = _sound_rows(path, layout)
    found = _to_counts(rows, layout) if layout.counts else _to_votes(rows, layout)
    if not found.counts.total_votes:
        left_out = "".join(f" {number:,} rows do not count: {reason}." for reason, number in found.left_out.items())
        raise UnsuitableFileError(f"{path.name} holds no votes that count.{left_out}")
    return found


def _to_counts(rows: Rows, layout: Layout) -> VotesFile:
    return VotesFile(to_counts(rows, layout))


def _to_votes(rows: Rows, layout: Layout) -> VotesFile:
    votes, voters, left_out = to_votes(rows, layout)
    return VotesFile(
        PairCounts.from_coded_votes(votes), votes, voters, layout.voter if voters is not None else None, left_out
    )


def _sound_rows(path: Path, layout: Layout) -> Rows:
    """Rows without a fault. Only a file that has some is read again singly, to say where."""
    rows = read_parquet(path, layout.wanted) if is_parquet(path) else read_fast(path, layout.wanted)
    if isinstance(rows, Fault):
        raise _refusal(path, rows)
    unreadable: list[RowFault] = []
    log = FaultLog()
    if rows is not None:
        check_rows(rows, layout, log)
        if not log.count:
            return rows
    if rows is None or rows.lines is None:
        rows, unreadable = read_slowly(path, layout.wanted)
        log = FaultLog()
        check_rows(rows, layout, log)
    if not log.count and not unreadable:
        return rows
    lines = rows.lines if rows.lines is not None else np.arange(1, len(rows) + 1)
    raise RefusedRowsError(path.name, log.in_order(lines, unreadable), log.count + len(unreadable))


def _refusal(path: Path, fault: Fault) -> RefusedRowsError:
    return RefusedRowsError(path.name, [RowFault(fault.line, fault.column, fault.reason)], 1)
