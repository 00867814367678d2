"""The pages on ranking name files that are there, and words that the program knows."""

import re
from pathlib import Path
from typing import get_args

import pytest

from app.ranking_files.columns import VOTER_COLUMNS
from app.ranking_files.names import Intervals, Method
from bench.coverage.measure import KINDS
from bench.coverage.report import BEGIN, END
from bench.coverage.scenarios import scenarios

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("statistics.md", "ranking-a-file.md", "ratings-library.md")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file(page: str) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", (DOCS / page).read_text(encoding="utf-8"))
    assert targets
    assert [target for target in targets if "://" not in target and not (DOCS / target).exists()] == []


def test_every_method_kind_of_interval_and_column_of_voters_is_documented() -> None:
    text = (DOCS / "ranking-a-file.md").read_text(encoding="utf-8")
    for word in (*get_args(Method), *get_args(Intervals), *VOTER_COLUMNS):
        assert f"`{word}`" in text, word


def test_the_table_of_coverage_has_a_row_for_each_kind_of_arena_and_its_intervals_hold() -> None:
    text = (DOCS / "statistics.md").read_text(encoding="utf-8")
    table = text.partition(BEGIN)[2].partition(END)[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    for scenario in scenarios():
        own = [row for row in rows if row.startswith(f"| {scenario.name} | {scenario.method} |")]
        assert len(own) == 2, scenario.name
        for row in own:
            bold = re.findall(r"\*\*([\d.]+)[^*]*\*\*", row)
            assert len(bold) == (scenario.kind is not None), row
    assert all(kind in rows[0] for kind in KINDS)
    assert [row for row in rows if re.search(r"\*\*[^*]*✗[^*]*\*\*", row)] == []
