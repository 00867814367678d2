"""The example of docs/models.md is the one that is shipped, and sound."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel

from app.model_registry.states import EFFECTS
from app.model_registry.yaml_file import read_file
from app.providers.anthropic_messages import AnthropicMessagesOptions
from app.providers.fault import FaultOptions, Mood
from app.providers.openai_chat import OpenAIChatOptions
from app.providers.replay import ReplayOptions

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "models.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
OPTIONS: dict[str, type[BaseModel]] = {
    "openai": OpenAIChatOptions,
    "anthropic": AnthropicMessagesOptions,
    "replay": ReplayOptions,
    "fault": FaultOptions,
}
EXAMPLE = (DOCS / "examples" / "models.yaml").read_text(encoding="utf-8")


def test_the_example_is_read_without_a_problem() -> None:
    content, _ = read_file(EXAMPLE)
    assert [model.name for model in content.models] == ["owl-7b", "elk-1b"]


def test_the_guide_shows_the_example_that_is_shipped() -> None:
    assert yaml.safe_load(SHOWN[0]) == yaml.safe_load(EXAMPLE)


def options_of(kind: str) -> list[dict[str, Any]]:
    """The examples that stand in the guide where it speaks of this kind."""
    of_options = GUIDE.partition("## Options of a provider")[2].partition("\n## ")[0]
    about = of_options.partition(f"\n**`{kind}`**")[2].partition("\n**`")[0]
    return [yaml.safe_load(shown)["options"] for shown in re.findall(r"```yaml\n(.*?)```", about, re.DOTALL)]


@pytest.mark.parametrize("kind", OPTIONS)
def test_the_guide_shows_all_options_of_every_kind_with_values_that_are_taken(kind: str) -> None:
    shown = options_of(kind)
    for options in shown:
        OPTIONS[kind].model_validate(options)
    assert {name for options in shown for name in options} == set(OPTIONS[kind].model_fields)


def test_the_guide_names_every_mood() -> None:
    assert re.findall(r"^\| `(\w+)` \|", GUIDE.partition("| mood |")[2].partition("\n## ")[0], re.MULTILINE) == list(
        get_args(Mood)
    )


def test_the_guide_names_every_state() -> None:
    assert all(f"| `{state}` |" in GUIDE for state in EFFECTS)
