"""Sound columns into votes or counts, and what keeps columns from being sound. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.ranking_files.checks import (
    FaultLog,
    count_flaw,
    flag_flaw,
    flag_of,
    name_flaw,
    numbers_of,
    weight_flaw,
    winner_flaw,
)
from app.ranking_files.columns import ANONYMOUS, OPTIONAL_COUNT_COLUMNS, WINNER, WINNER_FLAGS, Layout, winner_of
from app.ranking_files.encoded import Booleans, Column, Rows
from app.ranking_files.problems import UnsuitableFileError
from app.ratings import CodedVotes, PairCounts
from app.ratings.arrays import FloatArray, IntArray
from app.ratings.votes import WINNERS

_KINDS = ("human", "simulated", "judge")
_NO_WINNER = -1
_SIDES = {"ab": 1, "ba": 2}

# Every pair of models takes some 100 bytes; a column of ids in place of names would take all memory.
MOST_MODELS = 2000


def check_rows(rows: Rows, layout: Layout, log: FaultLog) -> None:
    """Note every row that is neither a vote, or a pair with counts, nor left out on purpose."""
    for name in layout.models:
        log.judge(name, rows.columns[name], name_flaw)
    counting = _counting(rows, layout, Counter())
    if layout.counts:
        for name in layout.outcome:
            log.judge(name, rows.columns[name], count_flaw)
    elif layout.outcome == (WINNER,):
        log.judge(WINNER, rows.columns[WINNER], winner_flaw, counting)
    else:
        _check_flags(rows, log)
    if layout.weight is not None:
        log.judge(layout.weight, rows.columns[layout.weight], weight_flaw, counting)
    same = _same_model(rows, layout) & counting
    log.note(layout.models[1], same, lambda _: "is the first model again; a model is not compared with itself")


def _check_flags(rows: Rows, log: FaultLog) -> None:
    """The three columns of 0 and 1, of which exactly one must be 1."""
    before = log.count
    for name in WINNER_FLAGS:
        log.judge(name, rows.columns[name], flag_flaw)
    if log.count == before:
        marked = sum(rows.columns[name].where(flag_of).astype(np.int64) for name in WINNER_FLAGS)
        reason = "of the three winner columns {} are 1, where one must be"
        log.note("winner_model_a", np.asarray(marked != 1), lambda row: reason.format(np.asarray(marked)[row]))


def _same_model(rows: Rows, layout: Layout) -> Booleans:
    first, second = (rows.columns[name] for name in layout.models)
    values: dict[Any, int] = {}
    codes = [
        np.array([values.setdefault(_hashable(value), len(values)) for value in column.values], dtype=np.int64)
        for column in (first, second)
    ]
    named = first.where(lambda value: isinstance(value, str) and bool(value.strip()))
    return np.asarray((codes[0][first.codes] == codes[1][second.codes]) & named)


def _hashable(value: Any) -> Any:
    return value if isinstance(value, str) else repr(value)


def _counting(rows: Rows, layout: Layout, left_out: Counter[str]) -> Booleans:
    """(N,): the rows that count; adds to `left_out` why others do not."""
    keep = np.ones(len(rows), dtype=bool)

    def drop(where: Booleans, reason: str) -> None:
        number = int((where & keep).sum())
        if number:
            left_out[reason] += number
        np.logical_and(keep, ~where, out=keep)

    columns = rows.columns
    if ANONYMOUS in layout.filters:
        drop(~columns[ANONYMOUS].where(lambda value: value is None or value == "" or flag_of(value)), "not anonymous")
    if layout.is_raw:
        drop(~columns["current"].where(flag_of), "changed later")
        drop(columns[WINNER].where(lambda value: value in (None, "")), "taken back")
        drop(columns["after_reveal"].where(flag_of), "chosen after the names had been seen")
        if "exclusions" in columns:
            drop(columns["exclusions"].where(_is_set_aside), "set aside")
        drop(_same_model(rows, layout), "of a model against itself")
        if "annotator_kind" in columns:
            _keep_one_kind(columns["annotator_kind"], keep, drop)
    return keep


def _keep_one_kind(column: Column, keep: Booleans, drop: Any) -> None:
    """Votes of people, or else simulated ones, or else those of model judges, as on a board."""
    present = {column.values[code] for code in np.unique(column.codes[keep]).tolist()}
    kind = next((kind for kind in _KINDS if kind in present), None)
    if kind is not None:
        drop(column.where(lambda value: value != kind), f"not cast by {kind} annotators")


def _is_set_aside(value: Any) -> bool:
    return isinstance(value, list) and any(
        isinstance(exclusion, dict) and exclusion.get("lifted_at") is None for exclusion in value
    )


@dataclass(frozen=True, eq=False)
class SingleVotes:
    """The votes that count, in the order of the file.

    voters:   (V,) codes of who cast each; None where the file does not say
    weights:  (V,) what each counts for; None for one each
    items:    (V,) codes of what each is on, together with its two models; None where the file does not say
    sides:    (V,) 1 where model a was shown first, 2 where model b was, 0 where that is not known; None likewise
    left_out: how many rows do not count, by reason
    """

    votes: CodedVotes
    voters: IntArray | None
    weights: FloatArray | None
    items: IntArray | None
    sides: IntArray | None
    left_out: Mapping[str, int]


def to_votes(rows: Rows, layout: Layout) -> SingleVotes:
    """The votes of sound rows."""
    left_out: Counter[str] = Counter()
    keep = _counting(rows, layout, left_out)
    models, first, second = _models(rows, layout, keep)
    columns = rows.columns
    items = None if layout.item is None else _known_codes(columns[layout.item], keep)
    if items is not None:
        pair = np.minimum(first, second) * len(models) + np.maximum(first, second)
        items = np.unique(np.stack([items, pair]), axis=1, return_inverse=True)[1].ravel()
    return SingleVotes(
        votes=CodedVotes(models=models, model_a=first, model_b=second, winner=_winners(rows, layout)[keep]),
        voters=None if layout.voter is None else _known_codes(columns[layout.voter], keep),
        weights=None if layout.weight is None else numbers_of(columns[layout.weight])[keep],
        items=items,
        sides=None if layout.side is None else _sides(columns[layout.side])[keep],
        left_out=left_out,
    )


def to_counts(rows: Rows, layout: Layout) -> PairCounts:
    """Counts from rows of a pair each; a pair may come more than once and in both orientations."""
    models, first, second = _models(rows, layout, np.ones(len(rows), dtype=bool))
    size = len(models)
    pair = first * size + second

    def total(name: str) -> FloatArray:
        summed = np.bincount(pair, weights=numbers_of(rows.columns[name]), minlength=size * size)
        return summed.astype(np.float64).reshape(size, size)

    totals = {name: total(name) for name in layout.outcome}
    level = {
        OPTIONAL_COUNT_COLUMNS[name]: totals[name] + totals[name].T
        for name in layout.outcome
        if name in OPTIONAL_COUNT_COLUMNS
    }
    nothing = np.zeros((size, size))
    return PairCounts(
        models=models,
        wins=totals["a_wins"] + totals["b_wins"].T,
        ties=level.get("tie", nothing),
        both_bad=level.get("both_bad", nothing),
    )


def _models(rows: Rows, layout: Layout, keep: Booleans) -> tuple[tuple[str, ...], IntArray, IntArray]:
    """The sorted names of the rows that are kept, and (V,) positions of first and second models among them."""
    columns = [rows.columns[name] for name in layout.models]
    codes = [column.codes[keep] for column in columns]
    used = [np.unique(code).tolist() for code in codes]
    models = tuple(
        sorted({column.values[code] for column, present in zip(columns, used, strict=True) for code in present})
    )
    if len(models) > MOST_MODELS:
        raise UnsuitableFileError(
            f"{layout.models[0]} and {layout.models[1]} name {len(models):,} models; {MOST_MODELS:,} are the most."
        )
    position = {name: place for place, name in enumerate(models)}
    first, second = (
        np.array([position.get(value, 0) if isinstance(value, str) else 0 for value in column.values], dtype=np.int64)[
            code
        ]
        for column, code in zip(columns, codes, strict=True)
    )
    return models, first, second


def _winners(rows: Rows, layout: Layout) -> IntArray:
    """(N,): positions in WINNERS; rows that do not count may have none."""
    if layout.outcome == (WINNER,):
        column = rows.columns[WINNER]
        meant = [winner_of(value) if isinstance(value, str) else None for value in column.values]
        return np.array([_NO_WINNER if winner is None else WINNERS.index(winner) for winner in meant])[column.codes]
    codes = np.zeros(len(rows), dtype=np.int64)
    for name, winner in WINNER_FLAGS.items():
        codes[rows.columns[name].where(flag_of)] = WINNERS.index(winner)
    return codes


def _known_codes(column: Column, keep: Booleans) -> IntArray | None:
    """(V,): codes of voters, or items. A vote without one is taken for one of its own; None where all are without."""
    unknown = column.where(lambda value: value is None or value == "")[keep]
    if unknown.all():
        return None
    codes = column.codes[keep].copy()
    codes[unknown] = len(column.values) + np.arange(int(unknown.sum()))
    return codes


def _sides(column: Column) -> IntArray:
    """(N,): as in SingleVotes, from our own words for the order on the screen."""
    return np.array([_SIDES.get(value, 0) if isinstance(value, str) else 0 for value in column.values])[column.codes]
