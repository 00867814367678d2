"""The examples of docs/imports.md are sound."""

import csv
import json
import re
from pathlib import Path

from app.imports.formats import FORMAT_NAMES, neutral
from app.imports.formats.models_file import read_model_row
from app.imports.formats.votes_file import read_vote_row
from app.imports.mapping import load_mapping

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "imports.md").read_text(encoding="utf-8")


def examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_the_rows_of_the_guide_are_sound() -> None:
    matchup, model = map(json.loads, examples("json"))
    assert isinstance(neutral.read_row(matchup), tuple)
    assert not isinstance(read_model_row(model), list)
    matchups, votes = (list(csv.DictReader(text.splitlines())) for text in examples("csv"))
    assert all(isinstance(neutral.read_row(row), tuple) for row in matchups)
    assert [read_vote_row(row)[0] for row in votes] == ["q1", "q1"]


def test_the_mapping_of_the_guide_is_the_one_that_is_shipped(tmp_path: Path) -> None:
    [shown] = examples("toml")
    (tmp_path / "shown.toml").write_text(shown, encoding="utf-8")
    assert load_mapping(tmp_path / "shown.toml") == load_mapping(DOCS / "examples" / "llmfao.toml")


def test_the_guide_names_every_format() -> None:
    assert all(f"`{name}`" in TEXT for name in FORMAT_NAMES)
