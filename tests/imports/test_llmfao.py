"""The raw files of LLMFAO by the documented mapping."""

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.imports.conftest import Fetch, Import

DATA = os.environ.get("PREFERENDUM_TEST_DATA", "")
MAPPING = Path(__file__).parents[2] / "docs" / "examples" / "llmfao.toml"

pytestmark = pytest.mark.skipif(not DATA, reason="PREFERENDUM_TEST_DATA is not set")


async def test_all_votes_of_llmfao_arrive_and_arrive_once(import_file: Import, fetch: Fetch) -> None:
    folder = Path(DATA) / "llmfao"
    loaded = await import_file(None, mapping=MAPPING, folder=folder)
    assert (loaded.votes, loaded.annotators, loaded.matchups, loaded.models) == (8931, 124, 2139, 59)
    assert dict(await fetch("SELECT winner, count(*) FROM vote GROUP BY 1")) == {
        "model_a": 2911,
        "model_b": 2549,
        "tie": 3471,
    }
    assert await fetch("SELECT count(*), count(DISTINCT fingerprint) FROM prompt") == [(13, 13)]
    again = await import_file(None, mapping=MAPPING, folder=folder)
    assert (again.votes, again.annotators, again.matchups, again.models) == (0, 0, 0, 0)
    assert await fetch("SELECT count(*) FROM vote") == [8931]


async def test_the_votes_of_llmfao_stand_in_the_order_of_their_file(import_file: Import, fetch: Fetch) -> None:
    folder = Path(DATA) / "llmfao"
    await import_file(None, mapping=MAPPING, folder=folder)
    lines = (folder / "crowd-comparisons.csv").read_text(encoding="utf-8").splitlines()[1:]
    first = [line.split(",") for line in lines]
    found = await fetch(
        "SELECT v.source_row, m.external_id, n.external_id, v.winner, o.name FROM vote v"
        " JOIN battle b ON b.id = v.battle_id JOIN matchup m ON m.id = b.matchup_id"
        " JOIN annotator n ON n.id = v.annotator_id JOIN model_version w ON w.id = b.contestants[1]"
        " JOIN model o ON o.id = w.model_id ORDER BY 1"
    )
    meaning = {"left": "model_a", "right": "model_b", "tie": "tie"}
    assert [row[:4] for row in found] == [
        (place, row[0], row[4], meaning[row[5]]) for place, row in enumerate(first, start=1)
    ]
    assert Counter(row[4] for row in found) == Counter(row[6] for row in first)
