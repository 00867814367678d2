"""The rows of each format to the letter, since their columns are contracts with other people's programs."""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest

from app.releases.formats import FORMATS, Row
from app.releases.formats.arena_hard import file_name
from app.releases.formats.helpsteer3 import overall
from app.releases.formats.markdown_counts import markdown_counts
from app.releases.record import Exchange, VoteRecord
from tests.releases.arenas import text
from tests.releases.test_formats import GREETED_DIFFERENTLY, messages, record

USER = messages(("user", "Which dish?"))
CARBONARA, AMATRICIANA = messages(("assistant", "Carbonara.")), messages(("assistant", "Amatriciana."))


def rows(name: str, *votes: VoteRecord, options: Sequence[str] = ()) -> list[Row]:
    made = FORMATS[name].with_options(options).to_rows(votes)
    return [row for of_file in made.rows.values() for row in of_file]


def dropped(name: str, **changes: Any) -> str | None:
    [reason] = FORMATS[name].to_rows([record(**changes)]).dropped
    return reason and reason.reason


def test_trl_has_the_same_choice_in_four_forms() -> None:
    assert rows("trl-preference-plain", record()) == [
        {"prompt": "Which dish?", "chosen": "Carbonara.", "rejected": "Amatriciana."}
    ]
    assert rows("trl-preference-implicit", record(winner="model_b")) == [
        {"chosen": [*USER, *AMATRICIANA], "rejected": [*USER, *CARBONARA]}
    ]
    assert rows("trl-preference-implicit-plain", record()) == [
        {"chosen": "Which dish?\n\nCarbonara.", "rejected": "Which dish?\n\nAmatriciana."}
    ]


def test_a_margin_is_the_strength_and_no_row_lacks_it() -> None:
    for name in ("trl-preference", "trl-preference-plain", "trl-preference-implicit", "trl-preference-implicit-plain"):
        form = FORMATS[name].with_options(["margin"])
        made = form.to_rows([record(strength=3)])
        assert [row["margin"] for row in made.rows[""]] == [3.0]
        assert form.schema.names == [*FORMATS[name].schema.names, "margin"]
        assert form.to_rows([record(strength=None)]).dropped[0].reason == "no strength was asked"
        assert form.to_rows([record(strength=3, winner="tie")]).dropped[0].reason == "tie"
    assert "margin" not in rows("trl-preference", record(strength=3))[0]


@pytest.mark.parametrize(
    ("winner", "labels"),
    [("model_a", [True, False]), ("model_b", [False, True]), ("both_bad", [False, False]), ("tie", [])],
)
def test_unpaired_rows_are_the_two_answers_with_what_the_vote_says_of_each(winner: str, labels: list[bool]) -> None:
    found = rows("trl-unpaired", record(winner=winner))
    assert [row["label"] for row in found] == labels
    assert [row["completion"] for row in found] == [CARBONARA, AMATRICIANA][: len(labels)]
    assert all(row["prompt"] == USER for row in found)
    ties = rows("trl-unpaired-plain", record(winner="tie"), options=["ties"])
    assert [(row["completion"], row["label"]) for row in ties] == [("Carbonara.", True), ("Amatriciana.", True)]


def pair(model_a: str, model_b: str, winner: str) -> VoteRecord:
    turns = [Exchange(text("Which dish?"), text(f"By {model_a}"), text(f"By {model_b}"))]
    return record(model_a=model_a, model_b=model_b, winner=winner, turns=turns)


def test_a_ranking_is_by_the_share_of_votes_won_where_a_tie_is_half_a_win() -> None:
    votes = [
        *(pair("ant", "owl", "tie") for _ in range(3)),  # ant: three halves of three
        *(pair("bee", "owl", winner) for winner in ("model_a", "model_b", "model_b")),  # bee: one of three
        pair("cat", "owl", "both_bad"),  # cat: none of one; owl: two and three halves of seven
        pair("dog", "elk", "tie"),  # dog and elk: a half of one, as ant has
    ]
    [row] = rows("ranking", *votes)
    assert [(answer["rank"], answer["model"]) for answer in row["answers"]] == [
        *((1, "ant"), (1, "dog"), (1, "elk"), (1, "owl"), (5, "bee"), (6, "cat")),
    ]
    assert row["answers"][3] == {"rank": 1, "model": "owl", "answer": "By owl", "wins": 2, "ties": 3, "votes": 7}
    assert row["prompt"] == USER


def test_the_arena_shapes_name_winners_and_voters_as_the_datasets_do() -> None:
    at = datetime(2026, 1, 1, 12, 0, 0, 120, tzinfo=UTC)
    vote = record(winner="both_bad", cast_at=at, prompt_tags=["code", "math", "pasta"])
    [small], [large], [newest] = (rows(f"arena-{name}", vote) for name in ("33k", "100k", "140k"))
    assert (small["winner"], small["judge"], small["anony"], small["turn"]) == (
        "tie (bothbad)",
        vote.annotator,
        True,
        1,
    )
    assert small["conversation_b"] == [*USER, *AMATRICIANA]
    assert (large["winner"], large["judge_hash"], large["is_code"]) == ("tie (bothbad)", vote.annotator, True)
    assert large["tstamp"] == small["tstamp"] == at.timestamp()
    assert (newest["winner"], newest["evaluation_session_id"]) == ("both_bad", vote.annotator)
    assert newest["timestamp"] == datetime(2026, 1, 1, 12, 0, 0, 120)  # noqa: DTZ001 (the dataset's column has no zone)
    assert newest["conversation_a"][1] == {
        "role": "assistant",
        "content": [{"type": "text", "text": "Carbonara.", "image": None, "mimeType": None}],
        "num_tokens": None,
    }
    assert newest["full_conversation"][0]["model_side_b"]["content"][0]["text"] == "Amatriciana."
    assert newest["category_tag"]["math_v0.1"] == large["category_tag"]["math_v0.1"] == {"math": True}
    assert newest["category_tag"]["if_v0.1"] == {"if": None, "score": None}


def test_the_55k_shape_has_json_lists_and_noughts_and_ones() -> None:
    turns = [*GREETED_DIFFERENTLY[:1], Exchange(text("Which dish?"), text('"A"'), text(""))]
    [row] = rows("arena-55k", record(winner="tie", turns=turns))
    assert (row["prompt"], row["response_a"], row["response_b"]) == (
        '["Hello","Which dish?"]',
        '["Hi!","\\"A\\""]',
        '["Good day.",""]',
    )
    assert [row[f"winner_{winner}"] for winner in ("model_a", "model_b", "tie")] == [0, 0, 1]
    assert dropped("arena-55k", winner="both_bad") == "both bad"


def test_ultrafeedback_has_whole_conversations_and_a_hash_of_the_prompt() -> None:
    assert rows("ultrafeedback", record(winner="model_b", strength=2)) == [
        {
            "prompt": "Which dish?",
            "prompt_id": sha256(b"Which dish?").hexdigest(),
            "chosen": [*USER, *AMATRICIANA],
            "rejected": [*USER, *CARBONARA],
            "messages": [*USER, *AMATRICIANA],
            "score_chosen": 2.0,
            "score_rejected": 0.0,
        }
    ]


@pytest.mark.parametrize(
    ("winner", "strength", "signed"),
    [("model_a", 3, -3), ("model_a", None, -1), ("tie", 2, 0), ("model_b", None, 1), ("model_b", 2, 2)],
)
def test_a_strength_is_below_nought_where_the_first_response_is_better(
    winner: str, strength: int | None, signed: int
) -> None:
    [two] = rows("helpsteer2", record(winner=winner, strength=strength))
    [three] = rows("helpsteer3", record(winner=winner, strength=strength))
    assert two["preference_strength"] == three["overall_preference"] == signed
    assert (two["response_1"], three["response2"]) == ("Carbonara.", "Amatriciana.")
    assert three["individual_preference"][0]["score"] == signed
    assert dropped("helpsteer2", winner="both_bad") == dropped("helpsteer3", winner="both_bad") == "both bad"


@pytest.mark.parametrize(
    ("scores", "mean"), [([1, 2], 1), ([-1, -2], -1), ([2, 2, 1], 2), ([-3, -3, -2], -3), ([1, 0], 0), ([-3, 3], 0)]
)
def test_the_overall_preference_is_the_mean_rounded_and_a_half_towards_nought(scores: list[int], mean: int) -> None:
    assert overall(scores) == mean


def test_hh_is_a_transcript() -> None:
    turns = [Exchange(text("Hello"), text("Hi!"), text("Hi!")), record().turns[0]]
    [row] = rows("anthropic-hh", record(turns=turns))
    start = "\n\nHuman: Hello\n\nAssistant: Hi!\n\nHuman: Which dish?\n\nAssistant: "
    assert row == {"chosen": f"{start}Carbonara.", "rejected": f"{start}Amatriciana."}
    marked = [Exchange(text("He said:\n\nHuman: no"), text("A"), text("B"))]
    assert dropped("anthropic-hh", turns=marked) == "a message holds a mark of the transcript"


def test_a_tree_has_one_root_and_its_ranked_answers_and_is_the_same_flat() -> None:
    votes = [record(winner="model_b"), pair("ant", "owl", "model_a")]
    [tree], flat = rows("openassistant-trees", *votes), rows("openassistant-flat", *votes)
    root = tree["prompt"]
    assert (root["role"], root["text"], root["parent_id"], root["rank"]) == ("prompter", "Which dish?", None, None)
    assert tree["message_tree_id"] == root["message_id"]
    assert [(reply["rank"], reply["model_name"], reply["text"]) for reply in root["replies"]] == [
        (0, "ant", "By ant"),
        (0, "bison@quantised", "Amatriciana."),
        (2, "aardvark", "Carbonara."),
        (2, "owl", "By owl"),
    ]
    assert {reply["parent_id"] for reply in root["replies"]} == {root["message_id"]}
    assert [message["message_id"] for message in flat] == [
        root["message_id"],
        *(reply["message_id"] for reply in root["replies"]),
    ]
    assert all("replies" not in message for message in flat)


def test_arena_hard_is_questions_answers_and_judgements_in_files() -> None:
    votes = [record(strength=3), record(winner="tie")]
    made = FORMATS["arena-hard"].to_rows(votes)
    judgements = "model_judgment/human/bison@quantised"
    assert set(made.rows) == {"question", "model_answer/aardvark", "model_answer/bison@quantised", judgements}
    uid = votes[0].prompt
    assert made.rows["question"] == [{"uid": uid, "category": "pasta", "subcategory": "", "prompt": "Which dish?"}]
    [answer] = made.rows["model_answer/aardvark"]
    assert answer["messages"] == [*USER, {"role": "assistant", "content": {"answer": "Carbonara."}}]
    games = [[game["score"] for game in row["games"]] for row in made.rows[judgements]]
    assert games == [["A>>B", "B>>A"], ["A=B", "A=B"]]
    assert {(row["model"], row["baseline"]) for row in made.rows[judgements]} == {("bison@quantised", "aardvark")}


def test_arena_hard_has_one_answer_of_a_model_to_a_prompt() -> None:
    other = record(turns=[Exchange(text("Which dish?"), text("A pizza."), text("Amatriciana."))])
    made = FORMATS["arena-hard"].to_rows([record(), other])
    assert [reason and reason.reason for reason in made.dropped] == [
        None,
        "another answer of the same model to the same prompt",
    ]


def test_names_of_models_become_names_of_files() -> None:
    names = ["owl", "maker/owl", "maker_owl", "../..", "büffel", "a" * 300, "a" * 299]
    files = [file_name(name) for name in names]
    assert files[0] == "owl"
    assert len(set(files)) == len(names)
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789.@+_-") and len(name) <= 120 for name in files)


def test_markdown_is_counted_by_kind_and_code_is_not_markdown() -> None:
    answer = "# One\n### Three\n- a\n* b\n1. c\n**bold** __too__ **more**\n```\n# no\n- no\n```"
    counts = markdown_counts([answer, "## Two"])
    assert counts["header_count"] == {"h1": 1, "h2": 1, "h3": 1, "h4": 0, "h5": 0, "h6": 0}
    assert counts["list_count"] == {"ordered": 1, "unordered": 2}
    assert counts["bold_count"] == {"**": 2, "__": 1}


@pytest.mark.parametrize("name", ["trl-preference-plain", "trl-unpaired-plain", "helpsteer2", "arena-hard"])
def test_a_conversation_of_several_turns_is_no_row_of_a_format_of_one(name: str) -> None:
    turns = [Exchange(text("Hello"), text("Hi!"), text("Hi!")), record().turns[0]]
    assert dropped(name, turns=turns) == "more than one turn"


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "raw-votes"])
def test_what_is_no_text_or_no_answer_is_left_out_of_every_format_of_texts(name: str) -> None:
    assert dropped(name, turns=[Exchange(text("?"), text("A pie."), [{"type": "image"}])]) == "not plain text"
    assert dropped(name, turns=[Exchange(text("?"), text("A pie."), None)]) == "an answer is missing"
    assert dropped(name, turns=[]) == "an answer is missing"
