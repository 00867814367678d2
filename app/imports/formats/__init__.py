"""Rows in, records out: one file per shape, each a pure function."""

from collections.abc import Collection

from app.imports.formats import arena_33k, arena_55k, arena_100k, arena_140k, neutral, raw_votes
from app.imports.formats.shape import Shape
from app.imports.formats.trl_preference import TrlOptions, shape_with

_BY_CONTENT = (
    raw_votes.SHAPE,
    arena_140k.SHAPE,
    arena_100k.SHAPE,
    arena_33k.SHAPE,
    arena_55k.SHAPE,
    neutral.SHAPE,
)
FORMAT_NAMES = (*(shape.name for shape in _BY_CONTENT), "trl-preference")


def all_shapes(options: TrlOptions) -> tuple[Shape, ...]:
    """The shapes in the order in which they are looked for: the most telling columns first."""
    return (*_BY_CONTENT, shape_with(options))


def detect(columns: Collection[str], shapes: Collection[Shape]) -> Shape | None:
    """The shape whose marks the columns hold."""
    return next((shape for shape in shapes if any(marks <= set(columns) for marks in shape.marks)), None)
