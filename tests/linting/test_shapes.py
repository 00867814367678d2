"""Rows of all known shapes are understood; what is wrong with one is a finding."""

import csv
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.linting.checks import CHECKS
from app.linting.examining import Examination
from app.linting.files import open_file
from app.linting.log import Log
from app.linting.shapes import SHAPE_NAMES
from tests.linting.samples import finding, found, lint, lint_rows, preferences, said, write
from tests.linting.shaped import ROWS


@pytest.mark.parametrize("name", ROWS)
def test_a_sound_row_of_each_shape_is_known_and_silent(tmp_path: Path, name: str) -> None:
    report = lint(write(tmp_path / "file.jsonl", [ROWS[name]]))
    assert list(report.files[0].shapes) == [name]
    assert found(report) == {}


@pytest.mark.parametrize("name", [name for name in ROWS if name not in ("votes", "prompts (plain)")])
def test_parquet_rows_are_of_the_same_shape(tmp_path: Path, name: str) -> None:
    path = tmp_path / "file.parquet"
    pq.write_table(pa.Table.from_pylist([ROWS[name]] * 2), path, compression="none")
    assert list(lint(path, only=["wrong-types", "missing-columns"]).files[0].shapes) == [name]


def test_every_shape_has_a_row_here() -> None:
    assert {name.partition(" (")[0] for name in ROWS} == set(SHAPE_NAMES) - {"arena"}


def test_csv_says_the_same_as_json(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    rows = [ROWS["arena 55k"], {**ROWS["arena 55k"], "winner_tie": 1}]
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert found(lint(path)) == {"unknown-verdicts": [3]}


def spoilt(name: str, **changes: Any) -> dict[str, Any]:
    return {**ROWS[name], **changes}


FAULTS = [
    ("wrong-types", spoilt("TRL preference (explicit prompt, plain)", chosen=5)),
    ("wrong-types", spoilt("TRL preference (explicit prompt, plain)", rejected=said("Why?", "No."))),
    ("missing-columns", spoilt("TRL preference (explicit prompt, plain)", rejected=None)),
    ("missing-columns", {"prompt": "Why?", "chosen": "So."}),
    ("wrong-types", spoilt("TRL preference (explicit prompt, conversational)", prompt="Why?")),
    ("wrong-types", spoilt("TRL preference (explicit prompt, conversational)", chosen=["So."])),
    ("roles-out-of-order", spoilt("TRL preference (explicit prompt, conversational)", chosen=said("Why?", "So."))),
    ("roles-out-of-order", spoilt("TRL preference (explicit prompt, conversational)", prompt=said("Why?", "So."))),
    ("roles-out-of-order", spoilt("TRL preference (implicit prompt, conversational)", chosen=said("Why?", "So.")[:1])),
    ("roles-out-of-order", spoilt("arena 33k", conversation_a=[{"role": "human", "content": "Why?"}])),
    ("roles-out-of-order", spoilt("TRL preference (transcripts)", chosen="\n\nHuman: Why?\n\nHuman: So?")),
    ("different-prompts", spoilt("TRL preference (transcripts)", chosen="\n\nHuman: How?\n\nAssistant: So.")),
    ("different-prompts", spoilt("arena 140k", conversation_b=said("How?", "So."))),
    ("missing-columns", spoilt("TRL unpaired (plain)", label=None)),
    ("wrong-types", spoilt("TRL unpaired (plain)", label="perhaps")),
    ("wrong-types", spoilt("TRL stepwise", labels=[True])),
    ("wrong-types", spoilt("TRL stepwise", labels=[True, 2])),
    ("scores-against-verdict", spoilt("UltraFeedback", score_chosen=1.0)),
    ("unknown-verdicts", spoilt("HelpSteer2 preference", preference_strength=7)),
    ("missing-columns", spoilt("HelpSteer3", overall_preference=None)),
    ("wrong-types", spoilt("HelpSteer2 ratings", helpfulness=9)),
    ("unknown-verdicts", spoilt("arena 100k", winner="model_c")),
    ("unknown-verdicts", spoilt("arena 55k", winner_tie=1)),
    ("wrong-types", spoilt("arena 55k", response_a='["So.", "And."]')),
    ("roles-out-of-order", spoilt("OpenAssistant messages", role="robot")),
    ("unknown-verdicts", spoilt("votes", winner="left-ish")),
    ("unknown-shape", {"a": "one", "b": "two"}),
    ("unknown-shape", {}),
]


@pytest.mark.parametrize(("code", "row"), FAULTS)
def test_a_fault_of_a_row_is_told(tmp_path: Path, code: str, row: dict[str, Any]) -> None:
    sound = next((ROWS[name] for name in ROWS if row.keys() == ROWS[name].keys()), row)
    if code == "missing-columns" and len(row) == 2:
        sound = ROWS["TRL preference (explicit prompt, plain)"]
    result = lint_rows(tmp_path, [sound, row], ignore=["duplicate-pairs", "contradictory-pairs", "empty-texts"])
    assert 2 in result[code]


def test_rows_that_trl_would_misread_because_it_looks_at_the_first_alone_are_told(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [*preferences(20)]
    rows[7] = ROWS["TRL preference (explicit prompt, conversational)"]
    rows[9] = ROWS["TRL preference (implicit prompt, plain)"]
    rows[11] = ROWS["arena 33k"]
    report = lint(write(tmp_path / "file.jsonl", rows))
    assert found(report) == {"mixed-shapes": [8, 10, 12]}
    first = next(iter(finding(report, "mixed-shapes").places))
    assert first.detail.endswith("where the first row is TRL preference (explicit prompt, plain)")


def test_texts_of_an_unknown_shape_are_looked_at_all_the_same(tmp_path: Path) -> None:
    row = {"note": {"deep": ["write to jane.roe@example.org please"]}}
    assert lint_rows(tmp_path, [row]) == {"unknown-shape": [1], "personal-data": [1]}


def test_superseded_and_excluded_votes_of_ours_do_not_count(tmp_path: Path) -> None:
    standing = {"reason": "spam", "excluded_by": "rule", "created_at": "2024-01-01T00:00:00Z", "lifted_at": None}
    others = [{"current": False}, {"after_reveal": True}, {"exclusions": [standing]}, {"winner": None}]
    rows = [spoilt("raw votes"), *(spoilt("raw votes", winner="model_b") | other for other in others)]
    assert lint_rows(tmp_path, rows) == {}
    assert lint_rows(tmp_path, [*rows, spoilt("raw votes", winner="model_b")]) == {"contradictory-pairs": [6]}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["role", "content", "text"]), inner),
    max_leaves=8,
)


@given(name=st.sampled_from(list(ROWS)), data=st.data())
def test_no_value_in_any_column_is_too_odd(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    row = dict(ROWS[name])
    for column in data.draw(st.lists(st.sampled_from(list(row)), max_size=3)):
        row[column] = data.draw(ANYTHING)
    path = write(tmp_path_factory.getbasetemp() / "odd.jsonl", [ROWS[name], row])
    log = Log()
    checks = [check(log) for check in CHECKS]
    file = open_file(path)
    for example in Examination(0, file, log).examples():
        for check in checks:
            check.see(example)
    for check in checks:
        check.finish(())
    file.close()
    assert all(place.row in (1, 2) for one in log.findings() for place in one.places)
