"""Rows in, examples out: one file for each family of shapes, each a pure function."""

from collections.abc import Collection

from app.linting.shapes import arena, assistant_trees, helpsteer, tables, trl
from app.linting.shapes.shape import Shape

_SHAPES = (
    arena.RAW_VOTES,
    arena.ARENA_140K,
    arena.ARENA_100K,
    arena.ARENA_33K,
    arena.BATTLES,
    arena.ARENA_55K,
    helpsteer.HELPSTEER2,
    helpsteer.HELPSTEER3,
    helpsteer.HELPSTEER2_RATINGS,
    assistant_trees.TREES,
    assistant_trees.MESSAGES,
    trl.ULTRAFEEDBACK,
    trl.PREFERENCE,
    trl.STEPWISE,
    trl.UNPAIRED,
)
SHAPE_NAMES = (*(shape.name for shape in _SHAPES), tables.PAIRS.name, tables.VOTES[0].name, trl.PROMPTS.name)


def shape_of(columns: Collection[str]) -> Shape | None:
    """The shape that has these columns, the most telling first."""
    names = set(columns)
    found = next((shape for shape in _SHAPES if shape.marks <= names), None)
    if found is None and tables.answer_columns(names) is not None:
        found = tables.PAIRS
    return found or next((shape for shape in (*tables.VOTES, trl.PROMPTS) if shape.marks <= names), None)
