"""The neutral shape: what becomes of a sound row, and what is said of others."""

import datetime
from typing import Any

import pytest

from app.imports.formats import neutral
from app.imports.records import Contestant, ImportedMatchup, ImportedVote
from tests.imports import rows as make
from tests.imports.outcomes import columns, faults, sound

OWL, ELK = Contestant("owl"), Contestant("elk")


def test_a_neutral_row_is_a_matchup() -> None:
    votes = [
        {"annotator": 7, "winner": "both_bad", "cast_at": "2024-05-01T14:30:00+02:00", "strength": 2, "kind": "judge"},
        {"annotator": "ann", "winner": "tie"},
    ]
    row = make.neutral(5, language="en", category="food", tags=["soup", "food"], votes=votes)
    cast_at = datetime.datetime(2024, 5, 1, 12, 30, tzinfo=datetime.UTC)
    assert sound(neutral.read_row(row)) == ImportedMatchup(
        external_id="m5",
        prompts=(("What is dish 5?",),),
        answers_a=(("Soup 5",),),
        answers_b=(("Stew 5",),),
        model_a=OWL,
        model_b=ELK,
        language="en",
        tags=("food", "soup"),
        votes=(ImportedVote("7", "both_bad", "judge", cast_at, 2), ImportedVote("ann", "tie")),
    )


def test_flat_columns_say_the_same_as_nested_outputs() -> None:
    flat = {
        "id": "m5",
        "prompt": "What is dish 5?",
        "language": "",
        "category": "",
        "model_a": "owl",
        "output_a": "Soup 5",
        "model_b": "elk",
        "output_b": "Stew 5",
    }
    assert neutral.read_row(flat) == neutral.read_row(make.neutral(5))


def test_faults_of_flat_columns_carry_the_names_of_the_columns() -> None:
    flat = {"id": "1", "prompt": "p", "model_a": "owl", "output_a": None, "model_b": " owl", "output_b": "\0"}
    assert columns(neutral.read_row(flat)) == ["output_a", "model_b", "output_b"]


def test_an_answer_may_be_empty_and_a_prompt_may_not() -> None:
    outputs = [{"model": "owl", "text": ""}, {"model": "elk", "text": "x"}]
    assert sound(neutral.read_row(make.neutral(outputs=outputs))).answers_a == (("",),)
    assert faults(neutral.read_row(make.neutral(prompt=" "))) == [("prompt", "is empty")]


def test_versions_of_one_model_may_be_compared() -> None:
    outputs = [{"model": "owl", "version": "1", "text": "a"}, {"model": "owl", "version": "2", "text": "b"}]
    matchup = sound(neutral.read_row(make.neutral(outputs=outputs)))
    assert (matchup.model_a, matchup.model_b) == (Contestant("owl", "1"), Contestant("owl", "2"))


def test_three_outputs_are_three_matchups() -> None:
    outputs = [{"model": name, "text": name.upper()} for name in ("owl", "elk", "ant")]
    outcome = neutral.read_row(make.neutral(1, outputs=outputs, tags=["t"]))
    assert isinstance(outcome, tuple)
    found = [(m.external_id, m.model_a.model, m.model_b.model, m.answers_a, m.answers_b) for m in outcome]
    assert found == [
        ("m1/1-2", "owl", "elk", (("OWL",),), (("ELK",),)),
        ("m1/1-3", "owl", "ant", (("OWL",),), (("ANT",),)),
        ("m1/2-3", "elk", "ant", (("ELK",),), (("ANT",),)),
    ]


def test_votes_within_a_row_of_three_outputs_are_refused() -> None:
    outputs = [{"model": name, "text": ""} for name in ("owl", "elk", "ant")]
    row = make.neutral(outputs=outputs, votes=[{"annotator": "ann", "winner": "model_a"}])
    assert columns(neutral.read_row(row)) == ["votes"]


def test_a_conversation_stands_before_both_answers() -> None:
    prompt = [*make.conversation("Hello", "Hi!"), {"role": "user", "content": "Which soup?"}]
    matchup = sound(neutral.read_row(make.neutral(prompt=prompt)))
    assert matchup.prompts == (("Hello",), ("Which soup?",))
    assert (matchup.answers_a, matchup.answers_b) == ((("Hi!",), ("Soup 0",)), (("Hi!",), ("Stew 0",)))


def test_outputs_may_answer_each_of_several_messages() -> None:
    prompt = [{"role": "user", "content": "One?"}, {"role": "user", "content": "Two?"}]
    outputs = [
        {"model": "owl", "text": ["1", "2"]},
        {"model": "elk", "text": [{"role": "assistant", "content": "I"}, {"role": "assistant", "content": "II"}]},
    ]
    matchup = sound(neutral.read_row(make.neutral(prompt=prompt, outputs=outputs)))
    assert matchup.prompts == (("One?",), ("Two?",))
    assert (matchup.answers_a, matchup.answers_b) == ((("1",), ("2",)), (("I",), ("II",)))


@pytest.mark.parametrize(
    ("changes", "column", "reason"),
    [
        ({"id": None}, "id", "is missing"),
        ({"id": ""}, "id", "is empty"),
        ({"id": " x"}, "id", "begins or ends with white space"),
        ({"id": "x" * 301}, "id", "longer than 300"),
        ({"id": True}, "id", "is a bool"),
        ({"id": 1.5}, "id", "is a float"),
        ({"prompt": None}, "prompt", "is missing"),
        ({"prompt": "a\0b"}, "prompt", "NUL"),
        ({"prompt": "a\ud83d"}, "prompt", "half of a surrogate pair as character 2"),
        ({"prompt": []}, "prompt", "is empty"),
        ({"prompt": [{"role": "system", "content": "x"}]}, "prompt[0].role", "first user message"),
        ({"prompt": make.conversation("a", "b")}, "prompt", "ends with the assistant's message"),
        ({"prompt": [{"role": "user", "content": "x"}] * 2}, "outputs[0].text", "holds 1 answers; it needs"),
        ({"prompt": [{"role": "user", "content": [{"type": "image"}]}]}, "prompt[0].content[0]", "nothing but text"),
        ({"prompt": ["x"]}, "prompt[0]", "is not a message"),
        ({"outputs": None}, "outputs", "is missing"),
        ({"outputs": "x"}, "outputs", "is not a list"),
        ({"outputs": [{"model": "owl", "text": "x"}]}, "outputs", "holds 1; a comparison has from 2"),
        ({"outputs": [{"model": "owl", "text": ""}] * 2}, "outputs[1].model", "is owl again"),
        ({"outputs": [{"model": str(n), "text": ""} for n in range(17)]}, "outputs", "from 2 to 16"),
        ({"outputs": [{"text": ""}, {"model": "b", "text": ""}]}, "outputs[0].model", "is missing"),
        ({"outputs": [{"model": "a", "text": 5}, {"model": "b", "text": ""}]}, "outputs[0].text", "is a int"),
        ({"outputs": [{"model": "a", "text": []}, {"model": "b", "text": ""}]}, "outputs[0].text", "holds 0 answers"),
        ({"tags": "food"}, "tags", "is not a list"),
        ({"tags": ["a", None]}, "tags[1]", "is missing"),
        ({"votes": [5]}, "votes", "is not a list of"),
        ({"votes": [{"annotator": "a", "winner": "left"}]}, "votes[0].winner", "is 'left', not one of model_a"),
        ({"votes": [{"annotator": "a"}]}, "votes[0].winner", "is missing"),
        ({"votes": [{"winner": "tie"}]}, "votes[0].annotator", "is missing"),
        ({"votes": [{"annotator": "a", "winner": "tie", "kind": "cat"}]}, "votes[0].kind", "not one of human"),
        ({"votes": [{"annotator": "a", "winner": "tie", "strength": 4}]}, "votes[0].strength", "from 1 to 3"),
        ({"votes": [{"annotator": "a", "winner": "tie", "cast_at": "noon"}]}, "votes[0].cast_at", "not a time"),
        ({"votes": [{"annotator": "a", "winner": "tie", "cast_at": 5}]}, "votes[0].cast_at", "not a time"),
    ],
)
def test_a_faulty_neutral_row_is_told_where_and_why(changes: make.Row, column: str, reason: str) -> None:
    found = faults(neutral.read_row(make.neutral(**changes)))
    assert found[0][0] == column
    assert reason in found[0][1]


def test_all_faults_of_a_row_are_found_at_once() -> None:
    row = make.neutral(id=None, prompt="\0", outputs=[{"model": "", "text": "x"}, {"model": "elk", "text": None}])
    assert columns(neutral.read_row(row)) == ["id", "prompt", "outputs[0].model", "outputs[1].text"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-05-01T12:30:00Z", "2024-05-01T12:30:00+00:00"),
        ("2024-05-01 12:30:00.123456", "2024-05-01T12:30:00.123456+00:00"),
        (1_714_566_600.5, "2024-05-01T12:30:00.500000+00:00"),
        (1_714_566_600_500, "2024-05-01T12:30:00.500000+00:00"),
        ("1714566600.5", "2024-05-01T12:30:00.500000+00:00"),
        (datetime.datetime(2024, 5, 1, 12, 30), "2024-05-01T12:30:00+00:00"),  # noqa: DTZ001 (as Parquet gives it)
    ],
)
def test_times_are_read_as_they_are_commonly_written(value: Any, expected: str) -> None:
    row = make.neutral(votes=[{"annotator": "a", "winner": "tie", "cast_at": value}])
    cast_at = sound(neutral.read_row(row)).votes[0].cast_at
    assert cast_at is not None
    assert cast_at.isoformat() == expected
