"""A votes file in, votes as integers or counts out; or what is wrong with which rows."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.errors import InvalidInputError
from app.imports.records import Fault
from app.ranking_files.checks import FaultLog
from app.ranking_files.columns import Asked, Layout, find_layout, passed_over
from app.ranking_files.encoded import Rows
from app.ranking_files.fast_files import find_columns, is_parquet, read_fast, read_parquet
from app.ranking_files.interpret import SingleVotes, check_rows, to_counts, to_votes
from app.ranking_files.json_constants import named_constants
from app.ranking_files.problems import RefusedRowsError, RowFault, UnreadableFileError, UnsuitableFileError
from app.ranking_files.slow_files import read_slowly
from app.ratings import CodedVotes, PairCounts
from app.ratings.arrays import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class VotesFile:
    """What a file holds.

    counts: votes per pair of models and outcome, or the sums of their weights
    cast:   the votes themselves, each once, whatever their weights
    single: the votes one by one; None for pair counts
    layout: which columns were read as what
    notes:  what there is to say about rows that do not count and columns that were not read
    """

    counts: PairCounts
    cast: PairCounts
    single: SingleVotes | None
    layout: Layout
    notes: tuple[str, ...]

    @property
    def votes(self) -> CodedVotes | None:
        return None if self.single is None else self.single.votes

    @property
    def voters(self) -> IntArray | None:
        return None if self.single is None else self.single.voters

    @property
    def weights(self) -> FloatArray | None:
        return None if self.single is None else self.single.weights

    def squared(self) -> PairCounts | None:
        """The sums of squared weights, which uncertainty needs; None where all are one."""
        if self.single is None or self.single.weights is None:
            return None
        return PairCounts.from_coded_votes(self.single.votes, self.single.weights**2)


def read_votes_file(path: Path, asked: Asked | None = None) -> VotesFile:
    """Read JSON lines, CSV or Parquet; the first two may be gzipped.

    Raises RefusedRowsError with lines and reasons for rows that are not votes, UnsuitableFileError for a file
    without the columns that are needed or without votes, UnreadableFileError for one that is not there or of another
    kind.
    """
    try:
        columns = find_columns(path)
    except InvalidInputError as error:
        raise UnreadableFileError(error.detail) from error
    if isinstance(columns, Fault):
        raise _refusal(path, columns)
    layout = find_layout(columns, asked or Asked())
    if isinstance(layout, str):
        raise UnsuitableFileError(f"{path.name} {layout}.")
    rows = _sound_rows(path, layout)
    notes = passed_over(columns, layout)
    if layout.counts:
        counts = to_counts(rows, layout)
        found = VotesFile(counts, counts, None, layout, notes)
    else:
        found = _single(rows, layout, notes)
    if not found.counts.total_votes:
        raise UnsuitableFileError(" ".join([f"{path.name} holds no votes that count.", *found.notes]))
    return found


def _single(rows: Rows, layout: Layout, notes: tuple[str, ...]) -> VotesFile:
    single = to_votes(rows, layout)
    cast = PairCounts.from_coded_votes(single.votes)
    counts = cast if single.weights is None else PairCounts.from_coded_votes(single.votes, single.weights)
    left_out = [_left_out(number, reason) for reason, number in single.left_out.items()]
    return VotesFile(counts, cast, single, layout, (*left_out, *notes))


def _left_out(number: int, reason: str) -> str:
    return f"{number:,} {'row does' if number == 1 else 'rows do'} not count: {reason}."


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
    faults = log.in_order(lines, named_constants(path, unreadable))
    raise RefusedRowsError(path.name, faults, log.count + len(unreadable))


def _refusal(path: Path, fault: Fault) -> RefusedRowsError:
    found = named_constants(path, [RowFault(fault.line, fault.column, fault.reason)])
    return RefusedRowsError(path.name, found, 1)
