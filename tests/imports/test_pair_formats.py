"""Formats of pairs and rankings, as others write them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.errors import InvalidInputError
from app.imports.formats import all_shapes, arena_hard
from app.imports.formats.pairs import MAX_ANSWERS, PairOptions
from app.imports.formats.shape import Outcome, Shape
from app.imports.plan import ImportOptions, make_plan
from app.imports.problems import ProblemLog
from app.imports.progress import Silent
from app.imports.readers import open_reader
from app.imports.reading import read_matchups
from app.imports.records import ImportedMatchup, Row
from tests.imports import rows as make
from tests.imports.outcomes import columns, faults, sound

HUMAN = PairOptions(chosen_by="human")


def shape(name: str, options: PairOptions = HUMAN) -> Shape:
    return next(one for one in all_shapes(options) if one.name == name)


def verdicts(matchup: ImportedMatchup) -> list[tuple[str | None, int | None]]:
    return [(vote.winner, vote.strength) for vote in matchup.votes]


def together(name: str, *found: make.Row) -> Outcome:
    whole = shape(name).together
    assert whole is not None
    return whole.read(found)


@pytest.mark.parametrize(
    ("labels", "winner"),
    [((True, False), "model_a"), ((False, True), "model_b"), ((False, False), "both_bad"), ((True, True), "tie")],
)
def test_two_unpaired_rows_on_one_prompt_are_a_vote(labels: tuple[bool, bool], winner: str) -> None:
    first, second = make.trl_unpaired(label=labels[0]), make.trl_unpaired(completion="Stew", label=labels[1])
    matchup = sound(together("trl-unpaired", first, second))
    assert (matchup.prompts, matchup.answers_a, matchup.answers_b) == ((("Dish 0?",),), (("Soup",),), (("Stew",),))
    assert verdicts(matchup) == [(winner, None)]


@pytest.mark.parametrize(
    ("found", "column"),
    [
        ([make.trl_unpaired()], "prompt"),
        ([make.trl_unpaired(label="perhaps"), make.trl_unpaired()], "label"),
        ([make.trl_unpaired(), make.trl_unpaired(completion=None)], "completion"),
        ([make.trl_unpaired(), make.trl_unpaired(completion=5)], "completion"),
    ],
)
def test_faulty_unpaired_rows_are_told_where(found: list[make.Row], column: str) -> None:
    assert columns(together("trl-unpaired", *found))[0] == column


def test_rows_that_belong_together_are_read_together_and_named_by_the_first(tmp_path: Path) -> None:
    rows = [
        *(make.trl_unpaired(number, completion=text) for number, text in ((0, "Soup"), (0, "Stew"), (1, "Tea"))),
        *(make.trl_unpaired(2, completion=text, label=text == "Ale") for text in ("Ale", "Wine")),
    ]
    log = ProblemLog()
    found = list(read_matchups(make.write_jsonl(tmp_path / "x.jsonl", rows), shape("trl-unpaired"), log, Silent()))
    assert [line for line, _ in found] == [1, 4]
    assert [(problem.line, problem.column) for problem in log.kept] == [(3, "prompt")]


def test_without_a_word_on_who_judged_there_are_matchups_and_no_votes() -> None:
    for name, row in (
        ("helpsteer2", make.helpsteer2()),
        ("helpsteer3", make.helpsteer3()),
        ("ultrafeedback", make.ultrafeedback()),
        ("ranking", make.ranking()),
        ("openassistant-trees", make.openassistant_tree()),
    ):
        silent = shape(name, PairOptions()).read(row)
        assert isinstance(silent, tuple)
        assert silent
        assert all(matchup.votes == () for matchup in silent)
        spoken = shape(name).read(row)
        assert isinstance(spoken, tuple)
        assert all(vote.kind == "human" for matchup in spoken for vote in matchup.votes)
        assert all(matchup.votes for matchup in spoken)


def test_helpsteer_counts_below_nought_for_the_first_response_and_keeps_each_preference() -> None:
    assert verdicts(sound(shape("helpsteer2").read(make.helpsteer2()))) == [("model_a", 2)]
    three = sound(shape("helpsteer3").read(make.helpsteer3()))
    assert verdicts(three) == [("model_a", 2), ("tie", None), ("model_b", 1)]
    assert (three.tags, three.language) == (("stem",), "english")
    overall = make.helpsteer3(individual_preference=None, domain="general")
    assert verdicts(sound(shape("helpsteer3").read(overall))) == [("model_a", 1)]
    assert sound(shape("helpsteer3").read(overall)).tags == ()


def test_a_margin_is_a_strength_only_where_somebody_says_so() -> None:
    row = make.trl_preference(margin=2.0)
    assert verdicts(sound(shape("trl-preference").read(row))) == [("model_a", None)]
    asked = shape("trl-preference", PairOptions(chosen_by="human", strength_from_margin=True))
    assert verdicts(sound(asked.read(row))) == [("model_a", 2)]
    assert columns(asked.read(make.trl_preference(margin=0.37))) == ["margin"]


def test_a_transcript_keeps_the_white_space_of_its_messages() -> None:
    start = "\n\nHuman:  a \n\nAssistant: "
    matchup = sound(shape("trl-preference").read({"chosen": f"{start} b\n", "rejected": f"{start}c"}))
    assert (matchup.prompts, matchup.answers_a, matchup.answers_b) == (((" a ",),), ((" b\n",),), (("c",),))


def test_a_ranking_is_a_matchup_for_each_pair() -> None:
    found = shape("ranking").read(make.ranking())
    assert isinstance(found, tuple)
    assert [(one.external_id, str(one.model_a), str(one.model_b), verdicts(one)[0][0]) for one in found] == [
        ("r0/1-2", "owl", "elk", "model_a"),
        ("r0/1-3", "owl", "ant", "model_a"),
        ("r0/2-3", "elk", "ant", "tie"),
    ]


def test_answers_of_the_same_model_are_not_compared() -> None:
    answers = [{"rank": rank, "model": "owl", "answer": text} for rank, text in ((1, "Soup"), (2, "Stew"))]
    assert shape("ranking").read(make.ranking(answers=answers)) == ()


def test_a_ranking_of_too_many_is_refused() -> None:
    answers = [{"rank": 1, "model": f"m{number}", "answer": ""} for number in range(MAX_ANSWERS + 1)]
    assert "are the most" in faults(shape("ranking").read(make.ranking(answers=answers)))[0][1]


def test_an_openassistant_tree_is_the_same_as_a_tree_and_as_messages() -> None:
    tree = make.openassistant_tree(3)
    root, replies = tree["prompt"], tree["prompt"]["replies"]
    flat = [{**root, "replies": None}, *({**reply, "parent_id": "t3"} for reply in replies)]
    for found in (shape("openassistant-trees").read(tree), together("openassistant-flat", *reversed(flat))):
        matchup = sound(found)
        assert {str(matchup.model_a), str(matchup.model_b)} == {"owl", "elk"}
        winner = matchup.model_a if matchup.votes[0].winner == "model_a" else matchup.model_b
        assert (str(winner), matchup.language, matchup.external_id) == ("owl", "en", "t3/1-2")


def test_replies_further_down_are_compared_with_the_conversation_before_them() -> None:
    tree = make.openassistant_tree()
    thanks = make.openassistant_flat(message_id="thanks", text="And then?")
    thanks["replies"] = [
        make.openassistant_flat(message_id=text, text=text, role="assistant", rank=rank)
        for rank, text in ((0, "Tea"), (0, "Ale"))
    ]
    tree["prompt"]["replies"][0]["replies"] = [thanks]
    tree["prompt"]["replies"][1]["deleted"] = True
    matchup = sound(shape("openassistant-trees").read(tree))
    assert matchup.prompts == (("Dish 0?",), ("And then?",))
    assert (matchup.answers_a, matchup.answers_b) == ((("Stew",), ("Tea",)), (("Stew",), ("Ale",)))
    assert (str(matchup.model_a), verdicts(matchup)) == ("reply-1", [("tie", None)])


def deep_tree() -> make.Row:
    node = make.openassistant_flat(message_id="end", role="assistant", text="end")
    for depth in range(5_000):
        node = make.openassistant_flat(message_id=f"m{depth}", role="prompter" if depth % 2 else "assistant") | {
            "replies": [node]
        }
    return make.openassistant_tree(prompt=node)


@pytest.mark.parametrize(
    ("found", "column"),
    [
        (shape("openassistant-trees").read(make.openassistant_tree(prompt=5)), "prompt"),
        (shape("openassistant-trees").read(make.openassistant_tree(prompt={"role": "user"})), "prompt.role"),
        (together("openassistant-flat", make.openassistant_flat(parent_id="gone")), "parent_id"),
        (together("openassistant-flat", make.openassistant_flat(), make.openassistant_flat()), "message_id"),
        (
            together(
                "openassistant-flat", make.openassistant_flat(), make.openassistant_flat(message_id="x", parent_id="y")
            ),
            "parent_id",
        ),
        (shape("openassistant-trees").read(deep_tree()), None),
    ],
)
def test_faulty_trees_are_told_where(found: Outcome, column: str | None) -> None:
    assert found == () if column is None else columns(found)[0] == column


def test_two_games_of_arena_hard_are_two_votes_and_a_mirrored_one_is_none() -> None:
    matchup = sound(arena_hard.SHAPE.read(make.arena_hard()))
    assert (str(matchup.model_a), str(matchup.model_b), matchup.answers_a) == ("owl", "elk", (("Soup",),))
    assert [(vote.annotator, vote.kind, vote.winner, vote.strength) for vote in matchup.votes] == [
        ("ant", "judge", "model_a", 2),
        ("ant", "judge", "tie", None),
    ]
    second = {"score": "A>B", "judgment": "hotter"}
    assert verdicts(sound(arena_hard.SHAPE.read(make.arena_hard(games=[None, second])))) == [("model_b", 1)]
    assert columns(arena_hard.SHAPE.read(make.arena_hard(games=[{"score": "A"}]))) == ["games[0].score"]


def arena_hard_folder(folder: Path, change: Callable[[dict[str, Any]], None] = lambda _: None) -> Path:
    files: dict[str, Any] = {
        "question.jsonl": [{"uid": "q1", "category": "maths", "prompt": "1+1?"}],
        "model_answer/owl.jsonl": [{"uid": "q1", "model": "owl", "messages": [{}, {"content": {"answer": "2"}}]}],
        "model_answer/elk.jsonl": [
            {"uid": "q0", "model": "elk", "messages": [{}, {"content": {"answer": "ü"}}]},
            {"uid": "q1", "model": "elk", "messages": [{}, {"content": "3"}]},
        ],
        "model_judgment/ant/elk.jsonl": [
            {"uid": "q1", "judge": "ant", "model": "elk", "baseline": "owl", "games": [{"score": "A>B"}, None]}
        ],
    }
    change(files)
    for name, lines in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines))
    return folder


def test_a_folder_of_arena_hard_is_read_as_judgements_with_their_texts(tmp_path: Path) -> None:
    plan = make_plan(ImportOptions(arena_hard_folder(tmp_path)), ProblemLog())
    log = ProblemLog()
    [(_, (matchup,))] = read_matchups(plan.matchups, plan.shape, log, Silent())
    assert (matchup.prompts, matchup.answers_a, matchup.answers_b) == ((("1+1?",),), (("2",),), (("3",),))
    assert (matchup.tags, verdicts(matchup)) == (("maths",), [("model_a", 1)])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda files: files["question.jsonl"].clear(), "question.jsonl has no q1"),
        (lambda files: files["model_answer/owl.jsonl"].clear(), "has no answer of owl to q1"),
        (lambda files: files["model_answer/owl.jsonl"].append(5), "model_answer/owl.jsonl holds a line"),
        (lambda files: files["model_judgment/ant/elk.jsonl"].insert(0, []), "is not a JSON object"),
    ],
)
def test_what_is_missing_in_a_folder_is_told(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], reason: str
) -> None:
    with open_reader(arena_hard_folder(tmp_path, change)) as reader:
        found = [row for row in reader.rows() if not isinstance(row, Row)]
    assert reason in found[0].reason


def test_another_folder_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"has no question\.jsonl"):
        open_reader(tmp_path)
