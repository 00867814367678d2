"""The dataset card: YAML that libraries read, and a text for people."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import update

from app.arenas.tables import Arena
from app.db.engine import Database
from app.releases.card import _size
from app.releases.dataset import write_dataset
from app.releases.order import Order
from app.releases.stream import snapshot
from tests.releases.arenas import Cast, arena_with

ODD_TITLE = 'A "quoted": title\x85 # with <b>, | and 🍝'


async def card(database: Database, arena: Arena, folder: Path, *order: Any) -> tuple[dict[str, Any], str]:
    async def on_progress(done: int, total: int) -> None:
        pass

    async with snapshot(database) as session:
        await write_dataset(session, arena, Order(*order), folder, on_progress)
    _, front, body = (folder / "README.md").read_text().split("---\n", 2)
    return yaml.safe_load(front), body


async def test_the_front_matter_names_the_file_and_the_types_of_its_columns(database: Database, tmp_path: Path) -> None:
    arena = await arena_with(database, [Cast(), Cast(("tie",))])
    front, body = await card(database, arena, tmp_path, "trl-preference", "parquet", ("human",))
    assert front["configs"] == [
        {"config_name": "trl-preference", "data_files": [{"split": "train", "path": "trl-preference.parquet"}]}
    ]
    messages = [{"name": "role", "dtype": "string"}, {"name": "content", "dtype": "string"}]
    assert front["dataset_info"] == [
        {
            "config_name": "trl-preference",
            "features": [{"name": name, "list": messages} for name in ("prompt", "chosen", "rejected")],
        }
    ]
    assert front["size_categories"] == ["n<1K"]
    assert front["annotations_creators"] == ["crowdsourced"]
    assert "| tie | 1 |" in body
    assert "| planted-aardvark-7b | Maker of planted-aardvark-7b | Apache-2.0 |" in body
    assert "Which answer is better?" in body


async def test_any_title_makes_valid_yaml(database: Database, tmp_path: Path) -> None:
    arena = await arena_with(database, [])
    async with database.session() as session:
        await session.execute(update(Arena).values(title=ODD_TITLE))
        arena = await session.get(Arena, arena.id)
    front, _ = await card(database, arena, tmp_path, "raw-votes", "jsonl", ("human", "judge"))
    assert front["pretty_name"] == 'A "quoted": title # with <b>, | and 🍝: Raw votes'


@pytest.mark.parametrize(("rows", "size"), [(0, "n<1K"), (999, "n<1K"), (1_000, "1K<n<10K"), (5_000_000, "n>1M")])
def test_sizes_are_given_in_the_words_of_dataset_cards(rows: int, size: str) -> None:
    assert _size(rows) == size
