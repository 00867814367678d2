"""TRL's preference type in all its forms."""

import pytest

from app.imports.formats.pairs import PairOptions
from app.imports.formats.trl_preference import read_row
from app.imports.records import Contestant, ImportedVote
from tests.imports import rows as make
from tests.imports.outcomes import columns, sound

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
    matchup = sound(read_row(row, PairOptions()))
    assert (matchup.prompts, matchup.answers_a, matchup.answers_b) == ((("Dish 0?",),), (("Soup",),), (("Stew",),))
    assert (matchup.model_a, matchup.model_b) == (Contestant("chosen"), Contestant("rejected"))
    assert matchup.external_id == sound(read_row(make.trl_preference(), PairOptions())).external_id


def test_an_implicit_prompt_ends_with_a_whole_word() -> None:
    row = {"chosen": "Q: best soup?\nA: borscht", "rejected": "Q: best soup?\nA: bouillon"}
    matchup = sound(read_row(row, PairOptions()))
    assert (matchup.prompts, matchup.answers_a, matchup.answers_b) == (
        (("Q: best soup?\nA: ",),),
        (("borscht",),),
        (("bouillon",),),
    )


def test_a_preference_is_a_vote_only_where_somebody_says_whose() -> None:
    assert sound(read_row(make.trl_preference(), PairOptions())).votes == ()
    named = PairOptions("owl", "elk", "judge")
    matchup = sound(read_row(make.trl_preference(), named))
    assert matchup.votes == (ImportedVote("unknown", "model_a", "judge"),)
    assert (matchup.model_a, matchup.model_b) == (Contestant("owl"), Contestant("elk"))


def test_another_content_is_another_id() -> None:
    ids = {sound(read_row(make.trl_preference(number), PairOptions())).external_id for number in range(20)}
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
    assert columns(read_row(row, PairOptions()))[0] == column
