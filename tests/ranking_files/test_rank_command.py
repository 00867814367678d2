"""`preferendum rank`, as it is typed: what it prints, and that the numbers are right."""

import json
from pathlib import Path

import evalica
import numpy as np
import pytest

from app.ratings import (
    CodedVotes,
    PairCounts,
    fit_bradley_terry,
    rating_intervals,
    sandwich_covariance,
    simultaneous_rank_ranges,
)
from app.ratings.clustered import clustered_covariance
from tests.ranking_files.files import (
    board,
    made_up_votes,
    pair_counts,
    problem,
    rank,
    ratings,
    without_voters,
    write_csv,
    write_jsonl,
    write_parquet,
)

METHODS = ("bradley-terry", "davidson", "rao-kupper", "four-outcomes")
KEYS = ["model", "rating", "rating_lower", "rating_upper", "rank", "rank_lower", "rank_upper", "votes"]


def test_json_has_exactly_the_keys_that_are_promised(tmp_path: Path) -> None:
    found = board(write_jsonl(tmp_path / "votes.jsonl", made_up_votes(400)))
    assert list(found) == ["method", "parameters", "log_likelihood", "votes", "entries"]
    assert [list(entry) for entry in found["entries"]] == [KEYS] * 5
    assert found["method"] == "bradley-terry"
    assert found["parameters"] == {}
    assert found["votes"] == 400
    assert sum(entry["votes"] for entry in found["entries"]) == 800


def test_ratings_agree_with_evalica(tmp_path: Path) -> None:
    votes = made_up_votes(600)
    winner = {
        "model_a": evalica.Winner.X,
        "model_b": evalica.Winner.Y,
        "tie": evalica.Winner.Draw,
        "both_bad": evalica.Winner.Draw,
    }
    oracle = evalica.bradley_terry(
        [vote["model_a"] for vote in votes],
        [vote["model_b"] for vote in votes],
        [winner[vote["winner"]] for vote in votes],
        tolerance=1e-14,
        limit=100_000,
    ).scores
    points = 400.0 * np.log10(oracle)
    points += 1000.0 - points.mean()
    found = ratings(board(write_csv(tmp_path / "votes.csv", votes)))
    assert found == pytest.approx(points.to_dict(), abs=1e-6)


def test_every_kind_of_file_gives_the_same_board(tmp_path: Path) -> None:
    votes = made_up_votes(300)
    boards = [
        board(write_jsonl(tmp_path / "votes.jsonl", votes)),
        board(write_jsonl(tmp_path / "zipped.jsonl.gz", votes)),
        board(write_csv(tmp_path / "votes.csv", votes)),
        board(write_csv(tmp_path / "zipped.csv.gz", votes)),
        board(write_parquet(tmp_path / "votes.parquet", votes)),
    ]
    assert all(found == boards[0] for found in boards)


@pytest.mark.parametrize("method", METHODS)
def test_pair_counts_and_raw_votes_give_the_same_board(tmp_path: Path, method: str) -> None:
    votes = made_up_votes(500)
    raw = board(write_csv(tmp_path / "votes.csv", without_voters(votes)), "--method", method)
    for write in (write_csv, write_jsonl, write_parquet):
        path = tmp_path / {write_csv: "pairs.csv", write_jsonl: "pairs.jsonl", write_parquet: "pairs.parquet"}[write]
        assert board(write(path, pair_counts(votes)), "--method", method) == raw


def test_pair_counts_need_no_column_for_draws(tmp_path: Path) -> None:
    pairs = [{"model_a": "x", "model_b": "y", "a_wins": 3, "b_wins": 1}]
    found = board(write_csv(tmp_path / "pairs.csv", pairs))
    assert found["votes"] == 4
    assert ratings(found)["x"] - ratings(found)["y"] == pytest.approx(400.0 * np.log10(3.0), abs=1e-9)


def coded(votes: list[dict[str, str]]) -> CodedVotes:
    return CodedVotes.from_names(*([vote[name] for vote in votes] for name in ("model_a", "model_b", "winner")))


def test_intervals_are_clustered_where_voters_are_known_and_a_sandwich_elsewhere(tmp_path: Path) -> None:
    votes = made_up_votes(400, voters=15)
    counted = coded(votes)
    fit = fit_bradley_terry(PairCounts.from_coded_votes(counted))
    voters = np.unique([vote["voter"] for vote in votes], return_inverse=True)[1]
    clustered = clustered_covariance(counted, voters, fit)
    sandwich = sandwich_covariance(PairCounts.from_coded_votes(counted), fit)
    known = write_csv(tmp_path / "known.csv", votes)
    unknown = write_csv(tmp_path / "unknown.csv", without_voters(votes))
    for path, more, covariance in (
        (known, (), clustered),
        (known, ("--intervals", "sandwich"), sandwich),
        (unknown, (), sandwich),
    ):
        expected = rating_intervals(fit.models, fit.theta, covariance)
        ranges = simultaneous_rank_ranges(fit.models, fit.theta, covariance)
        found = {entry["model"]: entry for entry in board(path, *more)["entries"]}
        for place, model in enumerate(fit.models):
            assert found[model]["rating_lower"] == pytest.approx(expected.rating_lower[place], abs=1e-9)
            assert found[model]["rating_upper"] == pytest.approx(expected.rating_upper[place], abs=1e-9)
            assert found[model]["rank_upper"] == ranges.rank_upper[place]
            assert found[model]["rank_lower"] == ranges.rank_lower[place]


def test_the_better_place_is_rank_upper_and_the_best_model_comes_first(tmp_path: Path) -> None:
    entries = board(write_csv(tmp_path / "votes.csv", made_up_votes(2000)))["entries"]
    assert [entry["rank"] for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry["model"] for entry in (entries[0], entries[-1])] == ["eel", "ant"]
    for entry in entries:
        assert entry["rank_upper"] <= entry["rank"] <= entry["rank_lower"]
        assert entry["rating_lower"] < entry["rating"] < entry["rating_upper"]
    assert entries[0]["rank_upper"] == 1
    assert entries[-1]["rank_lower"] == 5


def test_bootstrap_intervals_are_near_the_sandwich_and_the_same_each_time(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "votes.csv", without_voters(made_up_votes(1000)))
    bootstrap, sandwich = board(path, "--intervals", "bootstrap"), board(path)
    assert board(path, "--intervals", "bootstrap") == bootstrap
    assert ratings(bootstrap) == ratings(sandwich)
    for resampled, expected in zip(bootstrap["entries"], sandwich["entries"], strict=True):
        width = expected["rating_upper"] - expected["rating_lower"]
        assert resampled["rating_upper"] - resampled["rating_lower"] == pytest.approx(width, rel=0.12)


@pytest.mark.parametrize("method", METHODS[1:])
def test_every_method_can_be_bootstrapped_over_voters(tmp_path: Path, method: str) -> None:
    path = write_csv(tmp_path / "votes.csv", made_up_votes(300))
    plain, bootstrap = board(path, "--method", method), board(path, "--method", method, "--intervals", "bootstrap")
    assert ratings(bootstrap) == ratings(plain)
    assert bootstrap["parameters"] == plain["parameters"] != {}
    assert all(entry["rating_lower"] < entry["rating"] < entry["rating_upper"] for entry in bootstrap["entries"])


def test_a_center_and_an_anchor_move_ratings_and_intervals_alike(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "votes.csv", made_up_votes(300))
    plain = board(path)
    anchored, centred = board(path, "--anchor", "cat=1200"), board(path, "--center", "0")
    assert ratings(anchored)["cat"] == pytest.approx(1200.0, abs=1e-9)
    assert np.mean(list(ratings(centred).values())) == pytest.approx(0.0, abs=1e-9)
    for moved, shift in ((anchored, 1200.0 - ratings(plain)["cat"]), (centred, -1000.0)):
        for before, after in zip(plain["entries"], moved["entries"], strict=True):
            for name in ("rating", "rating_lower", "rating_upper"):
                assert after[name] == pytest.approx(before[name] + shift, abs=1e-9)
            assert [after[name] for name in KEYS[4:]] == [before[name] for name in KEYS[4:]]


def test_an_anchor_may_have_equal_signs_in_its_name(tmp_path: Path) -> None:
    votes = [{"model_a": "k=4", "model_b": "k=8", "winner": winner} for winner in ("model_a", "model_b", "tie")]
    found = board(write_csv(tmp_path / "votes.csv", votes), "--anchor", "k=4=1500.5")
    assert ratings(found) == pytest.approx({"k=4": 1500.5, "k=8": 1500.5})


@pytest.mark.parametrize(
    "words",
    [
        ("--anchor", "cat"),
        ("--anchor", "cat=nan"),
        ("--anchor", "unicorn=1200"),
        ("--anchor", "cat=1200", "--center", "1000"),
        ("--center", "inf"),
        ("--method", "elo", "--intervals", "sandwich"),
        ("--voter-column", "nobody"),
    ],
)
def test_options_that_make_no_sense_are_refused_with_a_reason(tmp_path: Path, words: tuple[str, ...]) -> None:
    found = problem(write_csv(tmp_path / "votes.csv", made_up_votes(50)), *words)
    assert found["type"] == "/problems/unsuitable-file"
    assert len(found["detail"]) > 30


def test_elo_follows_the_order_of_the_file_and_claims_no_certainty(tmp_path: Path) -> None:
    votes = [
        {"model_a": "x", "model_b": "y", "winner": "model_a"},
        {"model_a": "y", "model_b": "z", "winner": "tie"},
        {"model_a": "z", "model_b": "x", "winner": "tie (bothbad)"},
    ]
    x, y, z = 1002.0, 998.0, 1000.0
    change = 4.0 * (0.5 - 1.0 / (1.0 + 10.0 ** ((z - y) / 400.0)))
    y, z = y + change, z - change
    change = 4.0 * (0.5 - 1.0 / (1.0 + 10.0 ** ((x - z) / 400.0)))
    z, x = z + change, x - change
    found = board(write_csv(tmp_path / "votes.csv", votes), "--method", "elo")
    assert ratings(found) == pytest.approx({"x": x, "y": y, "z": z}, abs=1e-9)
    assert found["log_likelihood"] is None
    assert found["parameters"] == {"k": 4.0}
    for entry in found["entries"]:
        assert entry["rating_lower"] is entry["rating_upper"] is entry["rank_lower"] is entry["rank_upper"] is None
    turned = board(write_csv(tmp_path / "turned.csv", votes[::-1]), "--method", "elo")
    assert ratings(turned) != ratings(found)


def test_elo_of_pair_counts_is_refused_as_they_have_no_order(tmp_path: Path) -> None:
    found = problem(write_csv(tmp_path / "pairs.csv", pair_counts(made_up_votes(100))), "--method", "elo")
    assert "order" in found["detail"]


def test_the_table_has_a_line_for_each_model_with_its_interval_drawn(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "votes.csv", made_up_votes(400))
    ran = rank(path)
    assert ran.exit_code == 0
    assert "Bradley-Terry · 5 models · 400 votes by 40 voters" in ran.stdout
    assert "clustered by voter" in ran.stdout
    lines = {line.split()[1]: line for line in ran.stdout.splitlines() if "●" in line}
    assert sorted(lines) == ["ant", "bee", "cat", "dog", "eel"]
    dots = [line.index("●") for line in lines.values()]
    assert dots == sorted(dots, reverse=True)
    for entry in board(path)["entries"]:
        assert f"{entry['rating']:,.1f}" in lines[entry["model"]]


def test_the_head_of_the_table_is_whole_and_one_of_a_thing_is_singular(tmp_path: Path) -> None:
    votes = [{"model_a": "x", "model_b": "y", "winner": word, "voter": "v"} for word in ("model_a", "model_b")]
    first, head, *_ = rank(write_csv(tmp_path / "votes.csv", votes)).stdout.splitlines()
    assert first.endswith("2 models · 2 votes by 1 voter")
    assert "model" in head.split()
    tie = [{"model_a": "x", "model_b": "y", "winner": "tie"}]
    assert " · 1 vote" in rank(write_csv(tmp_path / "tie.csv", tie)).stdout.splitlines()[0]


def test_a_model_without_votes_is_named_with_what_it_needs(tmp_path: Path) -> None:
    pairs = [
        {"model_a": "x", "model_b": "y", "a_wins": 3, "b_wins": 1},
        {"model_a": "x", "model_b": "z", "a_wins": 0, "b_wins": 0},
    ]
    found = problem(write_csv(tmp_path / "pairs.csv", pairs))
    assert found["components"] == [["x", "y"]]
    assert found["without_votes"] == ["z"]
    assert found["detail"] == (
        "The model z has no votes, so it cannot be rated. "
        "Missing: z both wins and loses, or ties, against one of the others."
    )
    two = [*pairs, {"model_a": "w", "model_b": "z", "a_wins": 0, "b_wins": 0}]
    detail = problem(write_csv(tmp_path / "two.csv", two))["detail"]
    assert "The models (w, z) have no votes, so they cannot be rated." in detail
    assert "groups" not in detail


def test_names_cannot_take_over_the_terminal(tmp_path: Path) -> None:
    evil = "\x1b[31mred\x1b]0;title\x07"
    votes = [{"model_a": evil, "model_b": "[bold]x[/bold]", "winner": word} for word in ("model_a", "model_b")]
    ran = rank(write_jsonl(tmp_path / "votes.jsonl", votes))
    assert ran.exit_code == 0
    assert "\x1b" not in ran.stdout
    assert "\x07" not in ran.stdout
    assert "[bold]x[/bold]" in ran.stdout
    assert evil in [entry["model"] for entry in board(tmp_path / "votes.jsonl")["entries"]]


def test_votes_of_a_single_voter_are_taken_as_independent_and_that_is_said(tmp_path: Path) -> None:
    votes = made_up_votes(100, voters=1)
    path = write_csv(tmp_path / "votes.csv", votes)
    ran = rank(path, "--json")
    assert ran.exit_code == 0
    assert "one voter" in ran.stderr
    assert json.loads(ran.stdout) == board(write_csv(tmp_path / "plain.csv", without_voters(votes)))
    assert "two" in problem(path, "--intervals", "clustered")["detail"]


def test_models_that_the_votes_cannot_compare_get_an_explanation_and_no_number(tmp_path: Path) -> None:
    votes = [
        {"model_a": "ann", "model_b": "ben", "winner": "tie"},
        {"model_a": "cid", "model_b": "dot", "winner": "model_a"},
        {"model_a": "cid", "model_b": "dot", "winner": "model_b"},
        {"model_a": "ann", "model_b": "eva", "winner": "model_a"},
    ]
    path = write_csv(tmp_path / "votes.csv", votes)
    found = problem(path)
    assert found["type"] == "/problems/not-ranked"
    assert sorted(map(sorted, found["components"])) == [["ann", "ben"], ["cid", "dot"], ["eva"]]
    assert found["missing"]
    ran = rank(path)
    assert ran.exit_code == 1
    assert ran.stdout == ""
    for name in ("ann", "ben", "cid", "dot", "eva"):
        assert name in ran.stderr


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("winner", ["model_a", "model_b", "tie", "both_bad"])
def test_one_and_the_same_outcome_everywhere_never_ends_in_a_traceback(
    tmp_path: Path, method: str, winner: str
) -> None:
    votes = [{"model_a": a, "model_b": b, "winner": winner} for a, b in ("xy", "yz", "xz")]
    ran = rank(write_csv(tmp_path / "votes.csv", votes), "--method", method, "--json")
    assert ran.exit_code in (0, 1)
    if ran.exit_code:
        assert json.loads(ran.stderr)["type"] == "/problems/not-ranked"
    else:
        assert winner in ("tie", "both_bad")
        assert method == "bradley-terry"
