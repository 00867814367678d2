"""The example of docs/models.md is the one that is shipped, and sound."""

import re
from pathlib import Path

import yaml

from app.model_registry.states import EFFECTS
from app.model_registry.yaml_file import read_file

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "models.md").read_text(encoding="utf-8")
EXAMPLE = (DOCS / "examples" / "models.yaml").read_text(encoding="utf-8")


def test_the_example_is_read_without_a_problem() -> None:
    content, _ = read_file(EXAMPLE)
    assert [model.name for model in content.models] == ["owl-7b", "elk-1b"]


def test_the_guide_shows_the_example_that_is_shipped() -> None:
    [shown] = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    assert yaml.safe_load(shown) == yaml.safe_load(EXAMPLE)


def test_the_guide_names_every_state() -> None:
    assert all(f"| `{state}` |" in GUIDE for state in EFFECTS)
