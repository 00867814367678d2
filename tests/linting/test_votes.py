"""What votes do together: sides, models, annotators and lengths. Planted habits are told, and chance is not."""

import random
from math import isclose
from pathlib import Path

import pytest
from scipy.stats import binomtest

from app.linting.checks.chances import binomial_tail, even_p_value, wilson
from tests.linting.samples import battles, finding, found, lint, lint_rows, preferences, words, write


@pytest.mark.parametrize(("wins", "votes"), [(0, 5), (5, 5), (8, 10), (55, 100), (700, 1300), (1100, 2400)])
def test_probabilities_and_intervals_are_those_of_scipy(wins: int, votes: int) -> None:
    test = binomtest(wins, votes)
    interval = test.proportion_ci(method="wilson")
    assert isclose(even_p_value(wins, votes), test.pvalue, rel_tol=1e-9 if votes <= 2000 else 0.01)
    assert wilson(wins, votes) == pytest.approx((interval.low, interval.high), abs=1e-9)
    assert isclose(binomial_tail(wins, votes, 0.3), binomtest(wins, votes, 0.3, "greater").pvalue, rel_tol=1e-7)


@pytest.mark.parametrize("seed", range(3))
def test_votes_without_habits_stay_silent(tmp_path: Path, seed: int) -> None:
    rows = battles(600)
    random.Random(seed).shuffle(rows)
    assert lint_rows(tmp_path, rows) == {}


def test_a_habit_for_the_first_place_is_told_with_its_chance(tmp_path: Path) -> None:
    rows = battles(600)
    winners = ["model_a"] * 420 + ["model_b"] * 180
    random.Random(1).shuffle(winners)
    for row, winner in zip(rows, winners, strict=True):
        row["winner"] = winner
    report = lint(write(tmp_path / "file.jsonl", rows))
    assert list(found(report)) == ["position-bias"]
    figures = finding(report, "position-bias").figures
    assert (figures["votes"], figures["share"]) == (600, 0.7)
    assert figures["test"] == "sign test over 20 annotators"
    assert "70.0%" in finding(report, "position-bias").summary


def test_one_person_who_clicks_left_is_no_bias_of_all(tmp_path: Path) -> None:
    """A hundred votes of one among thirty others: by votes one in a million, by people nothing."""
    rows = battles(400, annotators=30)
    for row in rows[:120]:
        row |= {"judge_hash": "lefty", "winner": "model_a"}
    assert "position-bias" not in lint_rows(tmp_path, rows)


def test_a_side_that_always_wins_is_an_error(tmp_path: Path) -> None:
    rows = [
        {"prompt": row["prompt"], "response_1": row["chosen"], "response_2": row["rejected"], "preference_strength": -1}
        for row in preferences(60)
    ]
    report = lint(write(tmp_path / "file.jsonl", rows))
    assert [(one.rule.code, one.severity) for one in report.findings] == [("position-bias", "error")]


def test_our_own_side_order_is_what_counts_as_first(tmp_path: Path) -> None:
    """Slot a wins every time it stands first and loses every time it stands second."""
    rows = [
        {"model_a": f"m{number % 7}", "model_b": f"m{number % 7 + 1}", "side_order": order, "winner": winner}
        for number in range(100)
        for order, winner in [("ab", "model_a"), ("ba", "model_b")]
    ]
    assert list(lint_rows(tmp_path, rows)) == ["position-bias"]


def test_a_model_that_wins_every_vote_is_told(tmp_path: Path) -> None:
    rows = battles(300)
    for row in rows:
        if "gribble-0" in (row["model_a"], row["model_b"]):
            row["winner"] = "model_a" if row["model_a"] == "gribble-0" else "model_b"
    report = lint(write(tmp_path / "file.jsonl", rows))
    assert set(found(report)) == {"one-sided-models", "one-sided-pairs"}
    assert finding(report, "one-sided-models").summary.startswith("gribble-0 won all of")
    assert finding(report, "one-sided-pairs").figures["found"] == 4
    assert report.worst() == "note"


def test_a_single_tie_ends_one_sidedness(tmp_path: Path) -> None:
    rows = [{"model_a": "x", "model_b": "y", "winner": "model_a"} for _ in range(40)]
    report = lint(write(tmp_path / "file.jsonl", rows))
    assert {one.rule.code: one.severity for one in report.findings} == {
        "one-sided-models": "warning",
        "one-sided-pairs": "warning",
    }
    assert lint_rows(tmp_path, [{**rows[0], "winner": "tie"}, *rows]) == {}


def test_an_annotator_who_always_chooses_the_same_is_told_with_the_chance_and_all_rows(tmp_path: Path) -> None:
    rows = battles(400)
    for row in rows:
        if row["judge_hash"] == "annotator-3":
            row["winner"] = "tie"
    report = lint(write(tmp_path / "file.jsonl", rows))
    assert found(report) == {"constant-annotators": list(range(4, 401, 20))}
    one = finding(report, "constant-annotators")
    assert one.summary.startswith("annotator annotator-3 chose a tie in all of 20 votes (by chance less than 1 in")
    assert one.figures["annotators"] == 1


def test_few_constant_votes_among_many_annotators_are_chance(tmp_path: Path) -> None:
    rows = battles(400, annotators=100)
    for row in rows:
        if row["judge_hash"] == "annotator-3":
            row["winner"] = "model_a"
    assert lint_rows(tmp_path, rows) == {}


def test_an_annotators_address_is_not_repeated(tmp_path: Path) -> None:
    rows = battles(400)
    for row in rows:
        if row["judge_hash"] == "annotator-3":
            row |= {"judge_hash": "jane.roe@example.org", "winner": "tie"}
    one = finding(lint(write(tmp_path / "file.jsonl", rows)), "constant-annotators")
    assert "jane" not in one.summary + "".join(place.detail for place in one.places)


@pytest.mark.parametrize(("every", "severity"), [(2, None), (3, "note"), (5, "warning")])
def test_length_bias_has_an_interval_and_grows_from_a_note_to_a_warning(
    tmp_path: Path, every: int, severity: str | None
) -> None:
    """The longer answer is chosen but in each second, third or fifth pair."""
    rows = preferences(600)
    for number, row in enumerate(rows):
        long, short = f"{words(number, 40)}.", f"{words(-number - 1, 20)}."
        row["chosen"], row["rejected"] = (short, long) if number % every == 0 else (long, short)
    report = lint(write(tmp_path / "file.jsonl", rows))
    assert [(one.rule.code, one.severity) for one in report.findings] == (
        [("length-bias", severity)] if severity else []
    )
    if severity:
        figures = finding(report, "length-bias").figures
        interval = binomtest(600 - 600 // every, 600).proportion_ci(method="wilson")
        assert figures["share"] == round(1 - 1 / every, 6)
        assert (figures["share_lower"], figures["share_upper"]) == (round(interval.low, 6), round(interval.high, 6))


def test_a_bias_for_the_shorter_is_told_as_such(tmp_path: Path) -> None:
    rows = preferences(100)
    for number, row in enumerate(rows):
        row["chosen"], row["rejected"] = f"{words(number, 20)}.", f"{words(-number - 1, 40)}."
    report = lint(write(tmp_path / "file.jsonl", rows))
    assert finding(report, "length-bias").summary.startswith("The shorter answer won 100.0% of 100 votes")
