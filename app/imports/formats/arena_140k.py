"""The arena dataset of 140 thousand conversations: an evaluation session stands for the voter."""

from functools import partial

from app.imports.formats.arena_rows import read_battle
from app.imports.formats.shape import Shape

_COLUMNS = frozenset(
    {"id", "model_a", "model_b", "winner", "conversation_a", "conversation_b", "evaluation_session_id"}
)

SHAPE = Shape(
    "arena-140k",
    marks=(_COLUMNS,),
    columns=_COLUMNS | {"timestamp", "language", "is_code", "category_tag"},
    read=partial(read_battle, key="id", annotator="evaluation_session_id", time="timestamp"),
)
