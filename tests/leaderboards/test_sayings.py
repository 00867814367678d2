"""Sentences and switches of the board, without a database."""

import re
import uuid
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import ValidationError

from app.leaderboards.analysis_schemas import AgreementOut
from app.leaderboards.certainty import agreement_statement
from app.leaderboards.compute import compute_board
from app.leaderboards.diffs import diff_boards
from app.leaderboards.engine import engine_version, hash_sources
from app.leaderboards.form_words import problem_in_words
from app.leaderboards.schemas import EntryOut, StyleEffect
from app.leaderboards.slice_pages import SliceForm
from app.leaderboards.slice_words import definition_in_words
from app.leaderboards.slices import EVERYTHING, SliceDefinition
from app.leaderboards.style_lines import style_lines
from app.leaderboards.switches import switches
from app.leaderboards.view import BoardQuery
from tests.leaderboards.votes import counted, ring


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        (EVERYTHING, "All votes."),
        (
            SliceDefinition(tag="maths", exclude_ties=True),
            "Votes on prompts of the category “maths”; that prefer one of the two.",
        ),
        (SliceDefinition(turns={"least": 2}), "Votes on conversations of at least 2 turns."),
        (SliceDefinition(turns={"least": 1, "most": 1}), "Votes on conversations of exactly 1 turn."),
        (
            SliceDefinition(cast_from=datetime(2026, 1, 1, tzinfo=UTC), cast_until=datetime(2026, 2, 1, tzinfo=UTC)),
            "Votes cast from 1 January 2026 through 31 January 2026 (UTC).",
        ),
        (
            SliceDefinition(annotator_kind="judge", protocol_version=2, one_vote_a_day=True),
            "Votes by model judges; by version 2 of the protocol; that are the first of a person on a day (UTC).",
        ),
    ],
)
def test_a_definition_is_a_sentence(definition: SliceDefinition, words: str) -> None:
    assert definition_in_words(definition) == words


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"turns_least": "many"}, "Turns, at least: “many” is not a whole number."),
        ({"turns_least": "3", "turns_most": "2"}, "Turns: the least is more than the most."),
        ({"prompt_most": "-1"}, "Length of the question, at most: must be 0 or more."),
        ({"slug": "Not An Address"}, "Address: small letters, digits and single hyphens between them"),
        ({"slug": "overall"}, "Address: “overall” is the slice of all votes."),
        ({"title": " "}, "Title: must be filled in."),
        ({"cast_from": "2026-02-02", "cast_through": "2026-01-01"}, "the first day is after the last."),
        ({"cast_from": "soon"}, "'soon' is not a day such as 2026-01-31."),
        ({"cast_through": "9999-12-31"}, "is not a day"),
    ],
)
def test_what_is_wrong_with_a_form_is_said_with_the_names_of_its_fields(typed: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (ValidationError is one; the words are compared below)
        SliceForm(**{"slug": "a", "title": "A", **typed}).to_slice()
    error = caught.value
    assert words in (problem_in_words(error) if isinstance(error, ValidationError) else str(error))


def test_combinations_that_do_not_exist_are_off_with_the_reason() -> None:
    ties, style = switches(BoardQuery())
    assert [choice.link for choice in ties.choices] == [
        "?",
        "?method=davidson",
        "?method=rao-kupper",
        "?method=four-outcomes",
    ]
    assert [choice.link for choice in style.choices] == ["?", "?method=style-controlled"]
    ties, style = switches(BoardQuery(method="davidson"))
    assert [choice.link for choice in style.choices] == ["?method=davidson", None]
    assert style.reason == "Only where a tie is half a win."
    ties, style = switches(BoardQuery(method="style-controlled"))
    assert [choice.link is None for choice in ties.choices] == [False, True, True, True]
    assert [choice.is_current for choice in (*ties.choices, *style.choices)] == [True, False, False, False, False, True]
    assert ties.reason == "With style control a tie is half a win."


def test_style_is_worth_something_only_beyond_its_interval() -> None:
    board = compute_board(counted(ring(["a", "b"])))
    details = board.details.model_copy(
        update={
            "style_effects": {
                "length": StyleEffect(points=20, lower=5, upper=35),
                "bold": StyleEffect(points=-3, lower=-9, upper=3),
            },
            "style_dropped": {"lists": "no answer has any"},
        }
    )
    assert [(line.name, line.verdict) for line in style_lines(details)] == [
        ("Longer", "voters like it"),
        ("More list items", "no answer has any"),
        ("More bold text", "no effect told"),
    ]


def test_agreement_below_chance_is_called_so() -> None:
    found = AgreementOut(value=-0.2, lower=None, upper=None, units=4, values=8)
    assert agreement_statement(found, None).answer == "Worse than chance: -0.2000"


def stored(results: list[tuple[str, str, str]]) -> SimpleNamespace:
    board = compute_board(counted(results))
    snapshot = SimpleNamespace(
        id=uuid.uuid4(),
        slice="overall",
        method=board.method,
        votes=board.votes,
        settings=board.settings,
        input_hash=board.input_hash,
        code_version=engine_version(),
        duration_seconds=0.0,
        created_at=datetime.now(UTC),
    )
    entries = [EntryOut.model_validate(entry) for entry in board.entries]
    return SimpleNamespace(snapshot=snapshot, entries=entries, details=board.details)


def test_a_weak_newcomer_moves_nobody_else_and_is_named_as_newly_ranked() -> None:
    before = [*ring(["a", "b", "c"], 20)]
    weak = [("a", "weak", "model_a")] * 30 + [("a", "weak", "model_b")]
    found = diff_boards(stored(before), stored([*before, *weak]))

    assert (found.joined, found.left) == (["weak"], [])
    changes = {move.model: move.change for move in found.moves}
    assert changes["weak"] is None
    assert all(abs(changes[name]) < 1e-6 for name in "abc")
    shifted = {move.model: (move.rating_before, move.rating_after) for move in found.moves}
    assert shifted["a"][1] - shifted["a"][0] > 100, "whereas the ratings as they stand did move"
    back = diff_boards(stored([*before, *weak]), stored([*before, ("a", "weak", "model_a")]))
    assert (back.joined, back.left) == ([], ["weak"])


def test_the_engine_is_named_by_its_sources(tmp_path: Path) -> None:
    assert re.fullmatch(r"[0-9.]+\S*\+engine\.[0-9a-f]{12}", engine_version())
    for folder in ("app/ratings", "app/leaderboards"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "one.py").write_text("x = 1\n")
    first = hash_sources(tmp_path)
    (tmp_path / "app/leaderboards/one.py").write_text("x = 2\n")
    second = hash_sources(tmp_path)
    (tmp_path / "app/leaderboards/one.py").rename(tmp_path / "app/leaderboards/two.py")
    assert len({first, second, hash_sources(tmp_path)}) == 3
