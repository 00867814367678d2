"""The shapes of the public arena datasets."""

import datetime
import json

import pytest

from app.imports.formats import arena_33k, arena_55k, arena_100k, arena_140k
from app.imports.records import Contestant, ImportedExclusion, ImportedMatchup, ImportedVote
from tests.imports import rows as make
from tests.imports.outcomes import columns, faults, sound

OWL, ELK = Contestant("owl"), Contestant("elk")


def test_a_row_of_33k_is_a_matchup_with_a_vote() -> None:
    assert sound(arena_33k.SHAPE.read(make.arena_33k(3))) == ImportedMatchup(
        external_id="q3",
        prompts=(("Dish 3?",),),
        answers_a=(("Soup",),),
        answers_b=(("Stew",),),
        model_a=OWL,
        model_b=ELK,
        language="English",
        votes=(
            ImportedVote(
                "arena_user_3",
                "model_a",
                cast_at=datetime.datetime(2023, 4, 24, 15, 53, 11, 500_000, tzinfo=datetime.UTC),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("said", "meant"),
    [("model_a", "model_a"), ("model_b", "model_b"), ("tie", "tie"), ("tie (bothbad)", "both_bad")],
)
def test_winners_of_the_arena_datasets_become_ours(said: str, meant: str) -> None:
    assert sound(arena_100k.SHAPE.read(make.arena_100k(winner=said))).votes[0].winner == meant


def test_a_vote_that_was_not_anonymous_is_set_aside() -> None:
    vote = sound(arena_100k.SHAPE.read(make.arena_100k(anony=False))).votes[0]
    assert vote.exclusions == (ImportedExclusion("not anonymous", "import"),)
    assert sound(arena_100k.SHAPE.read(make.arena_100k(anony=True))).votes[0].exclusions == ()


def test_what_the_classifiers_of_100k_found_become_tags() -> None:
    matchup = sound(arena_100k.SHAPE.read(make.arena_100k()))
    assert matchup.tags == ("code", "math", "complexity")
    assert matchup.votes[0].annotator == "hash0"


def test_a_row_of_140k_has_blocks_and_a_session() -> None:
    matchup = sound(arena_140k.SHAPE.read(make.arena_140k(2)))
    assert (matchup.external_id, matchup.prompts, matchup.answers_b) == ("b2", (("Dish 2?",),), (("Stew",),))
    vote = matchup.votes[0]
    assert (vote.annotator, vote.winner) == ("session2", "both_bad")
    assert vote.cast_at == datetime.datetime(2025, 5, 1, 12, 30, 0, 250_000, tzinfo=datetime.UTC)


def test_conversations_may_be_json_text_where_a_file_cannot_nest() -> None:
    row = make.arena_33k(conversation_a=json.dumps(make.conversation("Dish 0?", "Soup")))
    assert arena_33k.SHAPE.read(row) == arena_33k.SHAPE.read(make.arena_33k())


@pytest.mark.parametrize(
    ("changes", "column", "reason"),
    [
        ({"conversation_a": "[{"}, "conversation_a", "is not a JSON list"),
        ({"conversation_a": None}, "conversation_a", "is missing"),
        ({"conversation_b": []}, "conversation_b", "holds no messages"),
        ({"conversation_b": make.conversation("Other?", "Stew")}, "conversation_b", "are not those of conversation_a"),
        ({"conversation_b": make.conversation("Dish 0?", "Stew")[:1]}, "conversation_b", "the answer is missing"),
        ({"conversation_b": make.conversation("a", "b")[::-1]}, "conversation_b[0]", "is by assistant"),
        ({"model_b": "owl"}, "model_b", "is model_a again"),
        ({"winner": "a"}, "winner", "not one of model_a"),
        ({"anony": "perhaps"}, "anony", "not true or false"),
        ({"judge": ""}, "judge", "is empty"),
    ],
)
def test_a_faulty_arena_row_is_told_where_and_why(changes: make.Row, column: str, reason: str) -> None:
    [(found_column, found_reason)] = faults(arena_33k.SHAPE.read(make.arena_33k(**changes)))
    assert found_column == column
    assert reason in found_reason


def test_a_row_of_55k_has_turns_and_one_unknown_annotator() -> None:
    assert sound(arena_55k.read_row(make.arena_55k(1))) == ImportedMatchup(
        external_id="30001",
        prompts=(("Dish 1?",), ("And then?",)),
        answers_a=(("Soup",), ("Tea",)),
        answers_b=(("Stew",), ("",)),
        model_a=OWL,
        model_b=ELK,
        votes=(ImportedVote("unknown", "tie"),),
    )


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"winner_tie": "0"}, "winner_model_a"),
        ({"winner_model_b": 1}, "winner_model_a"),
        ({"winner_model_b": "x"}, "winner_model_b"),
        ({"response_a": '["Soup"]'}, "response_a"),
        ({"response_a": '["Soup", "\\ud83d"]'}, "response_a"),
        ({"response_a": '["Soup", "\\u0000"]'}, "response_a[1]"),
        ({"prompt": "[]"}, "prompt"),
        ({"prompt": "Dish?"}, "prompt"),
    ],
)
def test_a_faulty_row_of_55k_is_told_where(changes: make.Row, column: str) -> None:
    assert columns(arena_55k.read_row(make.arena_55k(**changes)))[0] == column
