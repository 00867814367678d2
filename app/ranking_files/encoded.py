"""Columns of a file as integers and the distinct values that they stand for, so that no row is a Python object."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from app.ratings.arrays import IntArray

Booleans = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


@dataclass(frozen=True, eq=False)
class Column:
    """One column of N rows.

    codes:  (N,) positions in `values`
    values: the distinct values as the file has them; None where a row has none
    """

    codes: IntArray
    values: Sequence[Any]

    def where(self, holds: Callable[[Any], bool]) -> Booleans:
        """(N,): the rows of whose value this is true."""
        return np.array([holds(value) for value in self.values], dtype=bool)[self.codes]


@dataclass(frozen=True, eq=False)
class Rows:
    """The wanted columns of a file, by name.

    lines: (N,) the line on which each row begins; None where it is not known
    """

    columns: Mapping[str, Column]
    lines: IntArray | None

    def __len__(self) -> int:
        return next((len(column.codes) for column in self.columns.values()), 0)


def from_arrow(table: pa.Table, lines: IntArray | None) -> Rows:
    """The columns of an Arrow table. Raises ValueError for texts that are not UTF-8."""
    return Rows({name: _from_chunks(table.column(name)) for name in table.column_names}, lines)


def _from_chunks(chunks: "pa.ChunkedArray[Any]") -> Column:
    if pa.types.is_nested(chunks.type):
        return _from_nested(chunks)
    coded = chunks if pa.types.is_dictionary(chunks.type) else chunks.dictionary_encode()
    parts: list[Any] = coded.unify_dictionaries().chunks
    values = parts[0].dictionary.to_pylist() if parts else []
    codes = [part.indices.cast(pa.int64()).fill_null(len(values)).to_numpy() for part in parts]
    return Column(np.concatenate(codes) if codes else np.zeros(0, dtype=np.int64), [*values, None])


def _from_nested(chunks: "pa.ChunkedArray[Any]") -> Column:
    """Lists and the like. Most are empty, and those need not be looked at one by one."""
    builder = ColumnBuilder()
    empty = builder.code([])
    codes = np.full(len(chunks), empty, dtype=np.int64)
    rows: IntArray = np.arange(len(chunks))
    if pa.types.is_list(chunks.type) or pa.types.is_large_list(chunks.type):
        rows = np.flatnonzero(pc.list_value_length(chunks).fill_null(-1).to_numpy() != 0)
    for row, value in zip(rows.tolist(), chunks.take(rows).to_pylist(), strict=True):
        codes[row] = builder.code(value)
    return Column(codes, builder.values)


@dataclass
class ColumnBuilder:
    """Gives equal values equal codes, one by one."""

    values: list[Any] = field(default_factory=list)
    _codes: dict[Any, int] = field(default_factory=dict)

    def code(self, value: Any) -> int:
        found = self._codes.get(key := _key(value))
        if found is None:
            found = self._codes[key] = len(self.values)
            self.values.append(value)
        return found


def _key(value: Any) -> Any:
    """Equal for equal values of one type: to Python, 1 and True are equal as well."""
    if type(value) is str:
        return value
    if isinstance(value, list | dict):
        return orjson.dumps(value, default=str)
    return type(value), value
