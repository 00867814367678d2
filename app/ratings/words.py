"""Columns of words as small integers: each distinct word is looked at once, however many rows have it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

Codes = np.ndarray[tuple[int, ...], np.dtype[np.signedinteger[Any]]]

# A list, or an array of NumPy (objects, fixed width, StringDType), Arrow (dictionaries too) or pandas.
Words: TypeAlias = "Sequence[Any] | np.ndarray[tuple[int, ...], np.dtype[Any]] | pa.Array[Any] | pa.ChunkedArray[Any]"

# Rows that are turned into Arrow's texts at once: a copy of all of them would be needless.
ROWS_AT_ONCE = 1 << 17
# Rows looked at to see whether equal words are mostly one object in memory.
SAMPLE = 4096


@dataclass(frozen=True, eq=False)
class CodedWords:
    """A column of V rows.

    codes:    (V,) positions in `distinct`
    distinct: what the column holds, each at least once; not all of it need be words, but words come once
    """

    codes: Codes
    distinct: list[Any]


def encode(column: Words) -> CodedWords:
    """A column as codes. Never fails because of what a row holds: that is for the caller to judge."""
    if isinstance(column, pa.Array | pa.ChunkedArray):
        return _merge([_from_arrow(column)])
    if not isinstance(column, np.ndarray):
        if not isinstance(column, list | tuple) and getattr(column, "dtype", None) != np.dtype(object):
            return _merge([_from_arrow(pa.array(column))])
        column = _objects(column)
    if column.ndim != 1:
        raise ValueError(f"a column must be one-dimensional, not of shape {column.shape}")
    if column.dtype == np.dtype(object) and _shares_objects(column[:SAMPLE]):
        return _merge([_by_identity(column)])
    starts = range(0, len(column), ROWS_AT_ONCE)
    return _merge([_from_texts(column[start : start + ROWS_AT_ONCE]) for start in starts])


def _objects(column: Sequence[Any]) -> np.ndarray[tuple[int, ...], np.dtype[Any]]:
    # Assigned, as np.array() would make a matrix of rows that are sequences.
    objects = np.empty(len(column), dtype=object)
    objects[:] = column
    return objects


class _Addresses:
    """Where each object of an array lies in memory, read from the array itself by NumPy's own protocol."""

    def __init__(self, column: np.ndarray[tuple[int, ...], np.dtype[Any]]) -> None:
        interface = column.__array_interface__
        self.__array_interface__ = {key: interface[key] for key in ("version", "shape", "strides", "data")}
        self.__array_interface__["typestr"] = np.dtype(np.intp).str
        # Objects stay where they are for as long as something refers to them.
        self.column = column


def _shares_objects(sample: np.ndarray[tuple[int, ...], np.dtype[Any]]) -> bool:
    return 2 * len(set(map(id, sample))) <= len(sample)


def _by_identity(column: np.ndarray[tuple[int, ...], np.dtype[Any]]) -> CodedWords:
    """Rows with the same object have the same word, and comparing addresses takes a fifth of comparing texts."""
    codes = pa.array(np.asarray(_Addresses(column))).dictionary_encode().indices.to_numpy()
    first = np.empty(int(codes.max(initial=-1)) + 1, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return CodedWords(codes, column[first].tolist())


def _from_texts(column: np.ndarray[tuple[int, ...], np.dtype[Any]]) -> CodedWords:
    try:
        texts = pa.array(column)
    except (pa.ArrowException, UnicodeError, TypeError, ValueError):
        # Something in here is no text, or none that could be encoded.
        texts = None
    if texts is not None and (pa.types.is_string(texts.type) or pa.types.is_large_string(texts.type)):
        return _from_arrow(texts)
    # As they are: Arrow would turn texts beside bytes into bytes.
    values = column.tolist()
    return CodedWords(np.arange(len(values), dtype=np.int32), values)


def _from_arrow(column: "pa.Array[Any] | pa.ChunkedArray[Any]") -> CodedWords:
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    return _merge([_from_chunk(chunk) for chunk in chunks])


def _from_chunk(chunk: Any) -> CodedWords:
    is_dictionary = pa.types.is_dictionary(chunk.type)
    coded = chunk if is_dictionary else chunk.dictionary_encode()
    values = coded.dictionary.to_pylist()
    indices = coded.indices
    if indices.null_count:
        indices, values = indices.fill_null(len(values)), [*values, None]
    codes = indices.to_numpy()
    return _without_unused(codes, values) if is_dictionary else CodedWords(codes, values)


def _without_unused(codes: Codes, values: list[Any]) -> CodedWords:
    """A dictionary may hold words that no row has."""
    used = np.bincount(codes, minlength=len(values)) > 0
    if used.all():
        return CodedWords(codes, values)
    position = (np.cumsum(used) - 1).astype(np.int32)
    return CodedWords(position[codes], [value for value, is_used in zip(values, used, strict=True) if is_used])


def _merge(parts: list[CodedWords]) -> CodedWords:
    """One column from its parts, in which equal words have one code."""
    values: list[Any] = []
    position: dict[str, int] = {}
    columns = []
    for part in parts:
        table = np.empty(len(part.distinct), dtype=np.int32)
        for code, value in enumerate(part.distinct):
            if isinstance(value, str):
                table[code] = position.setdefault(value, len(values))
            else:
                table[code] = len(values)
            if table[code] == len(values):
                values.append(value)
        is_same = np.array_equal(table, np.arange(len(table)))
        columns.append(part.codes if is_same else table[part.codes])
    if len(columns) == 1:
        return CodedWords(columns[0], values)
    return CodedWords(np.concatenate(columns) if columns else np.zeros(0, dtype=np.int32), values)
