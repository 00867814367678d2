"""to_row of each format: pure, so tested as a table."""

import itertools
import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import orjson
import pyarrow as pa
import pytest

from app.releases.formats import FORMATS, Dropped, Format, Row
from app.releases.formats.counting import not_counted
from app.releases.formats.raw_votes import RAW_VOTES
from app.releases.formats.trl_preference import TRL_PREFERENCE
from app.releases.record import Exchange, Exclusion, VoteRecord
from tests.releases.arenas import text

CAST_AT = datetime(2026, 1, 1, 12, 0, 5, 120, tzinfo=timezone(timedelta(hours=2)))
SET_ASIDE = Exclusion("too quick", "rule:dwell", CAST_AT, None)


def record(**changes: Any) -> VoteRecord:
    usual = VoteRecord(
        battle_id=str(uuid.UUID(int=1)),
        revision=1,
        is_current=True,
        matchup="m-1",
        prompt=str(uuid.UUID(int=2)),
        model_a="aardvark",
        model_b="bison@quantised",
        winner="model_a",
        strength=None,
        after_reveal=False,
        annotator="p-0123456789abcdef",
        annotator_kind="human",
        protocol_version=1,
        repeat=0,
        side_order="ba",
        sampler="least-covered/64",
        propensity=0.1,
        source="web",
        shown_at=None,
        cast_at=CAST_AT,
        source_row=None,
        prompt_language="en",
        prompt_tags=["pasta"],
        exclusions=[],
        turns=[Exchange(text("Which dish?"), text("Carbonara."), text("Amatriciana."))],
    )
    return usual._replace(**changes)


def only(form: Format, one: VoteRecord) -> Row:
    """The one row of a vote."""
    [row] = form.to_rows([one]).rows[""]
    return row


def messages(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"role": role, "content": content} for role, content in pairs]


@pytest.mark.parametrize("name", FORMATS)
def test_every_row_has_the_columns_of_the_schema_and_fits_their_types(name: str) -> None:
    form = FORMATS[name]
    made = form.to_rows([record(exclusions=[SET_ASIDE._replace(lifted_at=CAST_AT)])])
    assert made.dropped == [None]
    for file, rows in made.rows.items():
        schema = form.schema_of(file)
        assert all(list(row) == schema.names for row in rows)
        if not form.is_loose:
            assert pa.RecordBatch.from_pylist(rows, schema=schema).validate(full=True) is None


@pytest.mark.parametrize("name", FORMATS)
def test_every_column_says_what_it_holds(name: str) -> None:
    form = FORMATS[name]
    for column in itertools.chain(*(form.parts.values() or [form.schema])):
        assert column.metadata[b"description"], column.name


def test_a_raw_vote_keeps_everything_with_times_in_utc_to_the_microsecond() -> None:
    row = only(RAW_VOTES, record(winner=None, exclusions=[SET_ASIDE]))
    assert row["winner"] is None
    assert row["cast_at"] == "2026-01-01T10:00:05.000120+00:00"
    assert row["exclusions"] == [
        {
            "reason": "too quick",
            "excluded_by": "rule:dwell",
            "created_at": "2026-01-01T10:00:05.000120+00:00",
            "lifted_at": None,
        }
    ]
    assert row["conversation_a"] == messages(("user", "Which dish?"), ("assistant", "Carbonara."))
    assert row["conversation_b"] == messages(("user", "Which dish?"), ("assistant", "Amatriciana."))


def test_content_that_is_more_than_one_text_is_shipped_readable_and_whole() -> None:
    blocks = [*text("Look:"), {"type": "image", "url": "https://example.org/a.png"}]
    row = only(RAW_VOTES, record(turns=[Exchange(blocks, text("A pie."), None)]))
    assert row["conversation_a"][0]["content"] == "Look:\n\n[image]"
    assert orjson.loads(row["conversation_a"][0]["blocks"]) == blocks
    assert [message["role"] for message in row["conversation_b"]] == ["user"]


@pytest.mark.parametrize(("winner", "chosen"), [("model_a", "Carbonara."), ("model_b", "Amatriciana.")])
def test_the_winner_is_chosen_and_the_loser_rejected_wherever_they_stood(winner: str, chosen: str) -> None:
    row = only(TRL_PREFERENCE, record(winner=winner))
    rejected = {"Carbonara.": "Amatriciana.", "Amatriciana.": "Carbonara."}[chosen]
    assert row == {
        "prompt": messages(("user", "Which dish?")),
        "chosen": messages(("assistant", chosen)),
        "rejected": messages(("assistant", rejected)),
    }


def test_a_shared_conversation_becomes_the_prompt() -> None:
    turns = [
        Exchange(text("Hello"), text("Hi!"), text("Hi!")),
        Exchange([*text("Which"), *text("dish?")], text("Carbonara."), text("Amatriciana.")),
    ]
    row = only(TRL_PREFERENCE, record(turns=turns))
    assert row["prompt"] == messages(("user", "Hello"), ("assistant", "Hi!"), ("user", "Which\n\ndish?"))
    assert row["chosen"] == messages(("assistant", "Carbonara."))


GREETED_DIFFERENTLY = [
    Exchange(text("Hello"), text("Hi!"), text("Good day.")),
    Exchange(text("Which dish?"), text("Carbonara."), text("Amatriciana.")),
]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"winner": "tie"}, "tie"),
        ({"winner": "both_bad"}, "both bad"),
        ({"turns": []}, "an answer is missing"),
        ({"turns": [Exchange(text("Which dish?"), text("Carbonara."), None)]}, "an answer is missing"),
        ({"turns": [Exchange(text("Which dish?"), text("A pie."), [{"type": "image"}])]}, "not plain text"),
        ({"turns": [Exchange([{"type": "image"}], text("A pie."), text("A cake."))]}, "not plain text"),
        ({"turns": GREETED_DIFFERENTLY}, "conversations differ before the last turn"),
    ],
)
def test_a_vote_that_makes_no_pair_is_dropped_with_its_reason(changes: dict[str, Any], reason: str) -> None:
    made = TRL_PREFERENCE.to_rows([record(**changes)])
    assert (list(made.rows[""]), made.dropped) == ([], [Dropped(reason)])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"winner": None}, "taken back"),
        ({"is_current": False}, "replaced by a later revision"),
        ({"after_reveal": True}, "cast after the names were seen"),
        ({"exclusions": [SET_ASIDE]}, "excluded"),
        ({"exclusions": [SET_ASIDE._replace(lifted_at=CAST_AT), SET_ASIDE]}, "excluded"),
    ],
)
def test_a_vote_that_does_not_count_says_why(changes: dict[str, Any], reason: str) -> None:
    assert not_counted(record(**changes)) == Dropped(reason)


def test_a_lifted_exclusion_no_longer_keeps_a_vote_out() -> None:
    lifted = SET_ASIDE._replace(lifted_at=datetime(2026, 1, 2, tzinfo=UTC))
    assert not_counted(record(exclusions=[lifted])) is None


def test_only_raw_votes_hold_votes_that_do_not_count() -> None:
    assert [form.name for form in FORMATS.values() if form.all_votes] == ["raw-votes"]
