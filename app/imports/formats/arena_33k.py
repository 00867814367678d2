"""The arena dataset of 33 thousand conversations."""

from functools import partial

from app.imports.formats.arena_rows import read_battle
from app.imports.formats.shape import Shape

COLUMNS = frozenset({"question_id", "model_a", "model_b", "winner", "conversation_a", "conversation_b"})
OPTIONAL_COLUMNS = frozenset({"anony", "language", "tstamp", "is_code", "category_tag"})

SHAPE = Shape(
    "arena-33k",
    marks=(COLUMNS | {"judge"},),
    columns=COLUMNS | OPTIONAL_COLUMNS | {"judge"},
    read=partial(read_battle, key="question_id", annotator="judge", time="tstamp"),
)
