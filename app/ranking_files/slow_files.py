"""Files into columns row by row: slower, but it knows the line of every row, and what is wrong with it."""

from collections.abc import Collection
from pathlib import Path

import numpy as np

from app.imports.readers import open_reader
from app.imports.records import Fault
from app.ranking_files.encoded import Column, ColumnBuilder, Rows
from app.ranking_files.problems import RowFault

# After so many rows that cannot be read, a file is of another kind than its name says.
MOST_FAULTS = 1000


def read_slowly(path: Path, wanted: Collection[str]) -> tuple[Rows, list[RowFault]]:
    """The wanted columns of the rows that can be read, and what is wrong with the others."""
    builders = {name: ColumnBuilder() for name in wanted}
    codes: dict[str, list[int]] = {name: [] for name in wanted}
    lines: list[int] = []
    faults: list[RowFault] = []
    with open_reader(path) as reader:
        for row in reader.rows(wanted):
            if isinstance(row, Fault):
                faults.append(RowFault(row.line, row.column, row.reason))
                if len(faults) == MOST_FAULTS:
                    break
                continue
            lines.append(row.line)
            for name, builder in builders.items():
                codes[name].append(builder.code(row.values.get(name)))
    columns = {
        name: Column(np.array(codes[name], dtype=np.int64), builder.values) for name, builder in builders.items()
    }
    return Rows(columns, np.array(lines, dtype=np.int64)), faults
