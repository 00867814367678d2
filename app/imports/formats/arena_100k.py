"""The arena dataset of 100 thousand conversations: as that of 33 thousand, with the voter's name hashed."""

from functools import partial

from app.imports.formats.arena_33k import COLUMNS, OPTIONAL_COLUMNS
from app.imports.formats.arena_rows import read_battle
from app.imports.formats.shape import Shape

SHAPE = Shape(
    "arena-100k",
    marks=(COLUMNS | {"judge_hash"},),
    columns=COLUMNS | OPTIONAL_COLUMNS | {"judge_hash"},
    read=partial(read_battle, key="question_id", annotator="judge_hash", time="tstamp"),
)
