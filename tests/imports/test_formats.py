"""Each shape's row function: what becomes of a sound row, and what is said of others."""

import datetime
import json
from typing import Any

import pytest

from app.imports.formats import all_shapes, arena_33k, arena_55k, arena_100k, arena_140k, detect, neutral, raw_votes
from app.imports.formats.shape import Outcome
from app.imports.formats.trl_preference import TrlOptions, read_row
from app.imports.records import (
    BattleFacts,
    Contestant,
    Faults,
    ImportedExclusion,
    ImportedMatchup,
    ImportedVote,
)
from tests.imports import rows as make

OWL, ELK = Contestant("owl"), Contestant("elk")


def sound(outcome: Outcome) -> ImportedMatchup:
    assert isinstance(outcome, tuple), outcome
    assert len(outcome) == 1
    return outcome[0]


def faults(outcome: Outcome) -> Faults:
    assert isinstance(outcome, list), outcome
    return outcome


def columns(outcome: Outcome) -> list[str]:
    return [column for column, _ in faults(outcome)]


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (make.neutral(), "neutral"),
        ({"id": "1", "prompt": "p", "model_a": "x", "output_a": "", "model_b": "y", "output_b": ""}, "neutral"),
        (make.arena_33k(), "arena-33k"),
        (make.arena_55k(), "arena-55k"),
        (make.arena_100k(), "arena-100k"),
        (make.arena_140k(), "arena-140k"),
        (make.trl_preference(), "trl-preference"),
        ({"chosen": "a", "rejected": "b"}, "trl-preference"),
        (make.raw_vote(), "raw-votes"),
    ],
)
def test_the_columns_tell_the_format(row: make.Row, name: str) -> None:
    shape = detect(row, all_shapes(TrlOptions()))
    assert shape is not None
    assert shape.name == name


def test_columns_of_no_format_are_no_format() -> None:
    assert detect(["question", "answer"], all_shapes(TrlOptions())) is None


# The neutral shape.


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


# The arena datasets.


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


# TRL.


USER, PICK, OTHER = (
    make.conversation("Dish 0?", "Soup")[0],
    make.conversation("", "Soup")[1],
    make.conversation("", "Stew")[1],
)


@pytest.mark.parametrize(
    "row",
    [
        {"prompt": "Dish 0?", "chosen": "Soup", "rejected": "Stew"},
        {"prompt": [USER], "chosen": [PICK], "rejected": [OTHER]},
        {"chosen": [USER, PICK], "rejected": [USER, OTHER]},
        {"chosen": "\n\nHuman: Dish 0?\n\nAssistant: Soup", "rejected": "\n\nHuman: Dish 0?\n\nAssistant: Stew"},
    ],
    ids=["explicit", "explicit messages", "implicit messages", "transcripts"],
)
def test_every_form_of_trl_preferences_is_the_same_matchup(row: make.Row) -> None:
    matchup = sound(read_row(row, TrlOptions()))
    assert (matchup.prompts, matchup.answers_a, matchup.answers_b) == ((("Dish 0?",),), (("Soup",),), (("Stew",),))
    assert (matchup.model_a, matchup.model_b) == (Contestant("chosen"), Contestant("rejected"))
    assert matchup.external_id == sound(read_row(make.trl_preference(), TrlOptions())).external_id


def test_an_implicit_prompt_ends_with_a_whole_word() -> None:
    row = {"chosen": "Q: best soup?\nA: borscht", "rejected": "Q: best soup?\nA: bouillon"}
    matchup = sound(read_row(row, TrlOptions()))
    assert (matchup.prompts, matchup.answers_a, matchup.answers_b) == (
        (("Q: best soup?\nA: ",),),
        (("borscht",),),
        (("bouillon",),),
    )


def test_a_preference_is_a_vote_only_where_somebody_says_whose() -> None:
    assert sound(read_row(make.trl_preference(), TrlOptions())).votes == ()
    named = TrlOptions("owl", "elk", "judge")
    matchup = sound(read_row(make.trl_preference(), named))
    assert matchup.votes == (ImportedVote("unknown", "model_a", "judge"),)
    assert (matchup.model_a, matchup.model_b) == (OWL, ELK)


def test_another_content_is_another_id() -> None:
    ids = {sound(read_row(make.trl_preference(number), TrlOptions())).external_id for number in range(20)}
    assert len(ids) == 20


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"chosen": "Soup", "rejected": "Tea"}, "prompt"),
        ({"prompt": "x", "chosen": [PICK], "rejected": [OTHER]}, "chosen"),
        ({"prompt": "x", "chosen": "Soup"}, "rejected"),
        ({"chosen": [USER, PICK], "rejected": [{"role": "user", "content": "Else?"}, OTHER]}, "rejected"),
        ({"prompt": [USER], "chosen": [USER, PICK], "rejected": [OTHER]}, "chosen[1]"),
    ],
)
def test_a_faulty_preference_is_told_where(row: make.Row, column: str) -> None:
    assert columns(read_row(row, TrlOptions()))[0] == column


# Our own raw votes.


def test_a_raw_vote_keeps_all_that_is_known_of_its_battle() -> None:
    exclusion = {
        "reason": "too fast",
        "excluded_by": "ann@example.org",
        "created_at": "2025-05-02T00:00:00+00:00",
        "lifted_at": None,
    }
    matchup = sound(raw_votes.read_row(make.raw_vote(4, exclusions=[exclusion], strength=3, source_row=9)))
    assert (matchup.external_id, matchup.model_b, matchup.language, matchup.tags) == (
        "m4",
        Contestant("elk", "v2"),
        "en",
        ("food",),
    )
    assert matchup.votes == (
        ImportedVote(
            annotator="reader-4",
            winner="model_a",
            kind="human",
            cast_at=datetime.datetime(2025, 5, 1, 12, 30, 0, 250_001, tzinfo=datetime.UTC),
            strength=3,
            exclusions=(
                ImportedExclusion("too fast", "ann@example.org", datetime.datetime(2025, 5, 2, tzinfo=datetime.UTC)),
            ),
            battle=BattleFacts(
                battle_id="00000000-0000-0000-0000-000000000005",
                revision=1,
                is_current=True,
                repeat=0,
                after_reveal=False,
                side_order="ba",
                sampler="least-covered",
                propensity=0.125,
                shown_at=datetime.datetime(2025, 5, 1, 12, 29, 0, 1, tzinfo=datetime.UTC),
                source_row=9,
            ),
        ),
    )


def test_a_raw_message_of_several_texts_is_read_from_its_blocks() -> None:
    blocks = json.dumps([{"type": "text", "text": "Dish 0?"}, {"type": "text", "text": "Or 1?"}])
    user = {"role": "user", "content": "Dish 0?\n\nOr 1?", "blocks": blocks}
    sides = {"conversation_a": [user, PICK], "conversation_b": [user, OTHER]}
    assert sound(raw_votes.read_row(make.raw_vote(**sides))).prompts == (("Dish 0?", "Or 1?"),)


def test_a_raw_vote_that_was_taken_back_has_no_winner() -> None:
    assert sound(raw_votes.read_row(make.raw_vote(winner=None))).votes[0].winner is None


@pytest.mark.parametrize(
    ("name", "contestant"),
    [
        ("owl", Contestant("owl")),
        ("owl@7b", Contestant("owl", "7b")),
        ("zoo@owl@7b", Contestant("zoo@owl", "7b")),
        ("owl@", Contestant("owl@")),
        ("@owl", Contestant("@owl")),
    ],
)
def test_a_raw_model_name_holds_its_version(name: str, contestant: Contestant) -> None:
    assert sound(raw_votes.read_row(make.raw_vote(model_a=name))).model_a == contestant


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"battle_id": "5"}, "battle_id"),
        ({"revision": 0}, "revision"),
        ({"revision": None}, "revision"),
        ({"current": None}, "current"),
        ({"propensity": 1.5}, "propensity"),
        ({"propensity": "often"}, "propensity"),
        ({"side_order": "left"}, "side_order"),
        ({"annotator_kind": None}, "annotator_kind"),
        ({"winner": "left"}, "winner"),
        ({"exclusions": [5]}, "exclusions[0]"),
        ({"exclusions": [{"reason": "x"}]}, "exclusions[0].excluded_by"),
        ({"matchup_id": None}, "matchup_id"),
    ],
)
def test_a_faulty_raw_vote_is_told_where(changes: make.Row, column: str) -> None:
    assert columns(raw_votes.read_row(make.raw_vote(**changes)))[0] == column
