"""Telling a file's format by its columns."""

import pytest

from app.imports.formats import all_shapes, detect
from app.imports.formats.pairs import PairOptions
from tests.imports import rows as make


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (make.neutral(), "neutral"),
        ({"id": "1", "prompt": "p", "model_a": "x", "output_a": "", "model_b": "y", "output_b": ""}, "neutral"),
        (make.arena_33k(), "arena-33k"),
        (make.arena_55k(), "arena-55k"),
        (make.arena_100k(), "arena-100k"),
        (make.arena_140k(), "arena-140k"),
        (make.trl_preference(), "trl-preference"),
        ({"chosen": "a", "rejected": "b"}, "trl-preference"),
        (make.raw_vote(), "raw-votes"),
        (make.trl_unpaired(), "trl-unpaired"),
        (make.ultrafeedback(), "ultrafeedback"),
        (make.helpsteer2(), "helpsteer2"),
        (make.helpsteer3(), "helpsteer3"),
        (make.ranking(), "ranking"),
        (make.openassistant_flat(), "openassistant-flat"),
        (make.openassistant_tree(), "openassistant-trees"),
        (make.arena_hard(), "arena-hard"),
    ],
)
def test_the_columns_tell_the_format(row: make.Row, name: str) -> None:
    shape = detect(row, all_shapes(PairOptions()))
    assert shape is not None
    assert shape.name == name


def test_columns_of_no_format_are_no_format() -> None:
    assert detect(["question", "answer"], all_shapes(PairOptions())) is None
