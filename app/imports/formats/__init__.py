"""Rows in, records out: one file per shape, each a pure function."""

from collections.abc import Collection

from app.imports.formats import (
    arena_33k,
    arena_55k,
    arena_100k,
    arena_140k,
    arena_hard,
    helpsteer2,
    helpsteer3,
    neutral,
    openassistant,
    ranking,
    raw_votes,
    trl_preference,
    trl_unpaired,
    ultrafeedback,
)
from app.imports.formats.pairs import PairOptions
from app.imports.formats.shape import Shape

_NAMED = (
    raw_votes.SHAPE,
    arena_140k.SHAPE,
    arena_100k.SHAPE,
    arena_33k.SHAPE,
    arena_55k.SHAPE,
    arena_hard.SHAPE,
    neutral.SHAPE,
)
_WITH_OPTIONS = (
    ranking.shape_with,
    openassistant.trees_with,
    openassistant.flat_with,
    helpsteer3.shape_with,
    helpsteer2.shape_with,
    ultrafeedback.shape_with,
    trl_unpaired.shape_with,
    trl_preference.shape_with,
)


def all_shapes(options: PairOptions) -> tuple[Shape, ...]:
    """The shapes in the order in which they are looked for: the most telling columns first."""
    return (*_NAMED, *(shape_with(options) for shape_with in _WITH_OPTIONS))


FORMAT_NAMES = tuple(shape.name for shape in all_shapes(PairOptions()))


def detect(columns: Collection[str], shapes: Collection[Shape]) -> Shape | None:
    """The shape whose marks the columns hold."""
    return next((shape for shape in shapes if any(marks <= set(columns) for marks in shape.marks)), None)
