"""Which files are read, as what, and which rows are refused with which words."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.imports import rows as make
from tests.ranking_files.files import board, problem, rank, ratings, write_csv, write_jsonl, write_parquet

FOUR: list[dict[str, Any]] = [
    {"model_a": "x", "model_b": "y", "winner": "model_a"},
    {"model_a": "y", "model_b": "x", "winner": "model_a"},
    {"model_a": "x", "model_b": "y", "winner": "tie"},
    {"model_a": "x", "model_b": "y", "winner": "both_bad"},
]


def faults(path: Path) -> list[tuple[int, str]]:
    found = problem(path)
    assert found["type"] == "/problems/refused-rows"
    assert found["status"] == 422
    return [(fault["line"], fault["column"]) for fault in found["errors"]]


@pytest.mark.parametrize(
    ("spelling", "meaning"),
    [
        ("A", "model_a"),
        ("Model A", "model_a"),
        ("left", "model_a"),
        ("side_a", "model_a"),
        ("b", "model_b"),
        ("MODEL_B", "model_b"),
        ("response b", "model_b"),
        ("right", "model_b"),
        ("Draw", "tie"),
        (" tie ", "tie"),
        ("tie (bothbad)", "both_bad"),
        ("both bad", "both_bad"),
        ("bothbad", "both_bad"),
    ],
)
def test_a_winner_may_be_spelt_in_many_ways(tmp_path: Path, spelling: str, meaning: str) -> None:
    plain = [*FOUR, {"model_a": "x", "model_b": "y", "winner": meaning}]
    spelt = [*FOUR, {"model_a": "x", "model_b": "y", "winner": spelling}]
    method = "four-outcomes"
    expected = board(write_csv(tmp_path / "plain.csv", plain), "--method", method)
    assert board(write_csv(tmp_path / "spelt.csv", spelt), "--method", method) == expected


def test_both_bad_counts_as_a_tie_where_the_method_has_no_outcome_for_it(tmp_path: Path) -> None:
    tied = [{**vote, "winner": vote["winner"].replace("both_bad", "tie")} for vote in FOUR]
    bad, plain = write_csv(tmp_path / "bad.csv", FOUR), write_csv(tmp_path / "tied.csv", tied)
    for method in ("bradley-terry", "davidson", "rao-kupper"):
        assert board(bad, "--method", method) == board(plain, "--method", method)


def test_left_and_right_are_taken_for_the_models(tmp_path: Path) -> None:
    turned = [{"left": vote["model_a"], "right": vote["model_b"], "winner": vote["winner"]} for vote in FOUR]
    assert board(write_csv(tmp_path / "left.csv", turned)) == board(write_csv(tmp_path / "votes.csv", FOUR))


@pytest.mark.parametrize("column", ["voter", "judge", "annotator", "worker", "user", "judge_hash"])
def test_common_names_for_the_voter_are_found(tmp_path: Path, column: str) -> None:
    rows = [{**vote, column: f"p{place % 2}"} for place, vote in enumerate(FOUR * 5)]
    ran = rank(write_csv(tmp_path / "votes.csv", rows))
    assert "by 2 voters" in ran.stdout


def test_another_column_of_voters_can_be_named(tmp_path: Path) -> None:
    rows = [{**vote, "user": "all", "rater": place % 3} for place, vote in enumerate(FOUR * 5)]
    for path in (
        write_csv(tmp_path / "votes.csv", rows),
        write_jsonl(tmp_path / "votes.jsonl", rows),
        write_parquet(tmp_path / "votes.parquet", rows),
    ):
        assert "by 3 voters" in rank(path, "--voter-column", "rater").stdout


def test_the_published_arena_shapes_are_read(tmp_path: Path) -> None:
    outcomes = ["model_a", "model_b", "tie"] * 4
    row_33k = [make.arena_33k(number, winner=winner) for number, winner in enumerate(outcomes)]
    row_100k = [make.arena_100k(number, winner=winner) for number, winner in enumerate(outcomes)]
    row_140k = [make.arena_140k(number, winner=winner) for number, winner in enumerate(outcomes)]
    row_55k = [
        make.arena_55k(number, **{f"winner_{name}": int(name == winner) for name in ("model_a", "model_b", "tie")})
        for number, winner in enumerate(outcomes)
    ]
    boards = [
        board(write_jsonl(tmp_path / "33k.jsonl", row_33k), "--intervals", "sandwich"),
        board(write_jsonl(tmp_path / "100k.jsonl", row_100k), "--intervals", "sandwich"),
        board(write_parquet(tmp_path / "140k.parquet", row_140k), "--intervals", "sandwich"),
        board(write_csv(tmp_path / "55k.csv", row_55k), "--intervals", "sandwich"),
    ]
    for found in boards:
        assert found["votes"] == 12
        assert list(ratings(found).values()) == pytest.approx([1000.0, 1000.0])


def test_of_our_own_raw_votes_those_count_that_count_on_a_board(tmp_path: Path) -> None:
    lifted = {"reason": "bot", "excluded_by": "x", "created_at": "2026-01-01", "lifted_at": "2026-01-02"}
    counting = [make.raw_vote(number, winner=winner) for number, winner in enumerate(("model_a", "model_b", "tie"))]
    counting.append(make.raw_vote(3, winner="tie", exclusions=[lifted]))
    others = [
        make.raw_vote(4, current=False),
        make.raw_vote(5, winner=None),
        make.raw_vote(6, after_reveal=True),
        make.raw_vote(7, exclusions=[{**lifted, "lifted_at": None}]),
        make.raw_vote(8, annotator_kind="judge"),
        make.raw_vote(9, model_b=make.raw_vote(9)["model_a"]),
    ]
    expected = board(write_jsonl(tmp_path / "counting.jsonl", counting))
    assert expected["votes"] == 4
    for path in (
        write_jsonl(tmp_path / "votes.jsonl", counting + others),
        write_parquet(tmp_path / "votes.parquet", counting + others),
    ):
        assert board(path) == expected
        said = rank(path).stderr
        for reason in ("changed later", "taken back", "names had been seen", "set aside", "against itself", "human"):
            assert reason in said


def test_votes_that_were_not_anonymous_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = [{**vote, "anony": True} for vote in FOUR] + [{**FOUR[0], "anony": False}] * 3
    ran = rank(write_jsonl(tmp_path / "votes.jsonl", rows), "--json")
    assert "3 rows do not count: not anonymous" in ran.stderr
    assert board(tmp_path / "votes.jsonl") == board(write_jsonl(tmp_path / "plain.jsonl", FOUR))


def test_every_row_that_is_no_vote_is_named_with_line_column_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    path.write_text(
        "model_a,model_b,winner,prompt\n"
        'x,y,model_a,"a prompt\nof two lines"\n'
        "x,x,tie,\n"
        ",y,tie,\n"
        "x,y,maybe,\n"
        "x,y,,\n"
        "x,y\n"
        "y,x,model_a,\n",
        encoding="utf-8",
    )
    assert faults(path) == [(4, "model_b"), (5, "model_a"), (6, "winner"), (7, "winner"), (8, "")]
    ran = rank(path)
    assert ran.exit_code == 1
    assert "'maybe'" in ran.stderr
    assert "5 problems" in ran.stderr
    assert ran.stdout == ""


def test_lines_of_json_are_told_across_blank_and_broken_ones(tmp_path: Path) -> None:
    path = tmp_path / "votes.jsonl"
    path.write_text(
        '{"model_a": "x", "model_b": "y", "winner": "model_a"}\n'
        "\n"
        '{"model_a": "x", "model_b": null, "winner": "tie"}\n'
        '{"model_a": "x", "model_b": "y", "winner": NaN}\n'
        '{"model_a": 5, "model_b": "y", "winner": "tie"}\n'
        '{"model_a": "x", "winner": "tie"}\n'
        "[1]\n",
        encoding="utf-8",
    )
    found = faults(path)
    assert [line for line, _ in found] == [3, 4, 5, 6, 7]
    assert [column for _, column in found] == ["model_b", "winner", "model_a", "model_b", ""]


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("place", [0, 1])
def test_what_is_no_number_in_json_is_told_with_its_line_and_column(tmp_path: Path, constant: str, place: int) -> None:
    sound = '{"model_a": "x", "model_b": "y", "a_wins": 3, "b_wins": 2}'
    lines = [sound] * 3
    lines[place] = sound.replace("2}", constant + "}")
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert faults(path) == [(place + 1, "b_wins")]
    assert f"column b_wins: is {constant}, which is no number in JSON" in problem(path)["detail"]


def test_a_constant_inside_a_column_that_is_not_read_is_named_where_the_file_is_refused_anyway(tmp_path: Path) -> None:
    path = tmp_path / "votes.jsonl"
    path.write_text(
        '{"model_a": "x", "model_b": "y", "winner": "tie"}\n'
        '{"model_a": "x", "model_b": "y", "winner": "tie", "talk": [{"score": [1, NaN]}]}\n'
        '{"model_a": "x", "model_b": "x", "winner": "tie"}\n',
        encoding="utf-8",
    )
    assert faults(path) == [(2, "talk"), (3, "model_b")]


def test_a_parquet_row_is_named_by_its_number(tmp_path: Path) -> None:
    rows = [*FOUR, {"model_a": "x", "model_b": None, "winner": "tie"}, {**FOUR[0], "winner": "who"}]
    assert faults(write_parquet(tmp_path / "votes.parquet", rows)) == [(5, "model_b"), (6, "winner")]


@pytest.mark.parametrize("number", ["NaN", "nan", "inf", "-Infinity", "-1", "-0.5", "", "many", "1_000", "1e300"])
def test_numbers_of_votes_that_are_none_are_refused_with_their_row(tmp_path: Path, number: str) -> None:
    pairs = [
        {"model_a": "x", "model_b": "y", "a_wins": "3", "b_wins": "2", "draws": "1"},
        {"model_a": "x", "model_b": "y", "a_wins": "3", "b_wins": "2", "draws": number},
    ]
    assert faults(write_csv(tmp_path / "pairs.csv", pairs)) == [(3, "draws")]


def test_nan_and_infinity_in_a_parquet_file_are_refused_with_their_row(tmp_path: Path) -> None:
    table = {"model_a": ["x"] * 4, "model_b": ["y"] * 4}
    columns = {"a_wins": [1.0, float("nan"), 1.0, 2.0], "b_wins": [1.0, 1.0, float("inf"), -2.0]}
    pq.write_table(pa.table(table | columns), tmp_path / "pairs.parquet")
    assert faults(tmp_path / "pairs.parquet") == [(2, "a_wins"), (3, "b_wins"), (4, "b_wins")]


def test_of_the_three_winner_columns_exactly_one_is_1(tmp_path: Path) -> None:
    flags = [("1", "0", "0"), ("0", "1", "0"), ("1", "1", "0"), ("0", "0", "0")]
    names = ("winner_model_a", "winner_model_b", "winner_tie")
    rows = [{"model_a": "x", "model_b": "y", **dict(zip(names, flag, strict=True))} for flag in flags]
    assert faults(write_csv(tmp_path / "votes.csv", rows)) == [(4, "winner_model_a"), (5, "winner_model_a")]


def test_only_the_first_problems_are_shown_but_all_are_counted(tmp_path: Path) -> None:
    rows = [*FOUR, *[{"model_a": "x", "model_b": "x", "winner": "tie"}] * 250]
    found = problem(write_csv(tmp_path / "votes.csv", rows))
    assert len(found["errors"]) == 20
    assert found["count"] == 250


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("votes.csv", b"model_a,model_b,vote\nx,y,tie\n", "winner"),
        ("votes.csv", b"winner\ntie\n", "model_a"),
        ("votes.csv", b"model_a,model_b,winner\n", "no votes"),
        ("votes.csv", b"", "no rows"),
        ("votes.jsonl", b"", "no rows"),
        ("votes.csv", b"model_a,model_b,winner,winner\nx,y,tie,tie\n", "twice"),
        ("votes.csv", b"model_a,model_b,winner\nx,\xff\xfe,tie\n", "UTF-8"),
        ("votes.csv", b'model_a,model_b,winner\nx,"y,tie\n', "CSV"),
        ("votes.jsonl", b'[{"model_a": "x"}]\n', "array"),
        ("votes.parquet", b"PAR1 no it is not", "Parquet"),
        ("votes.csv.gz", b"not gzip at all", "gzip"),
        ("votes.txt", b"x", "extension"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert words in problem(tmp_path / name)["detail"]


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    assert "no such file" in problem(tmp_path / "votes.csv")["detail"]
    assert "no such file" in problem(tmp_path / "votes.parquet")["detail"]
    for name in ("votes.csv", "votes.parquet", "votes.txt"):
        said = rank(tmp_path / name).stderr
        assert said.startswith("The file cannot be read: ")
        assert "request" not in said


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "plain.csv", FOUR)
    (tmp_path / "marked.csv").write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert board(tmp_path / "marked.csv") == board(path)


def test_a_column_of_ids_in_place_of_names_is_refused_before_it_takes_all_memory(tmp_path: Path) -> None:
    rows = [{"model_a": f"a{number}", "model_b": f"b{number}", "winner": "tie"} for number in range(1500)]
    assert "3,000 models" in problem(write_csv(tmp_path / "votes.csv", rows))["detail"]


def test_a_vote_without_a_voter_counts_for_a_voter_of_its_own(tmp_path: Path) -> None:
    rows = [{**vote, "voter": "" if place < 3 else f"p{place % 2}"} for place, vote in enumerate(FOUR * 5)]
    assert "by 5 voters" in rank(write_csv(tmp_path / "votes.csv", rows)).stdout
    nobody = [{**vote, "voter": ""} for vote in FOUR]
    assert "voters" not in rank(write_csv(tmp_path / "nobody.csv", nobody)).stdout.splitlines()[0]
