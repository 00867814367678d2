"""How sure is this? The figures against worlds in which they are known."""

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import text

from app.db.engine import Database
from app.leaderboards import service
from app.leaderboards.analysis import analyse
from app.leaderboards.compute import CountedVotes
from app.ratings import PairCounts, fit_bradley_terry
from tests.leaderboards.ballots import ballot, cast, circle, in_turn, make_arena
from tests.leaderboards.votes import counted, ring
from tests.people import Person


def test_dropping_the_votes_that_are_named_puts_somebody_else_first() -> None:
    results = [*ring(["a", "b", "c"], 10), *[("a", "b", "model_a")] * 3]
    found = analyse(counted(results)).drop

    assert found is not None
    assert found.leader == "a"
    left = list(results)
    for model_a, model_b, winner, votes in found.changes:
        loser = {"model_a": model_b, "model_b": model_a}[winner]
        won = model_a if winner == "model_a" else model_b
        for _ in range(votes):
            left.remove((won, loser, "model_a"))
    assert len(left) == len(results) - found.votes
    fit = fit_bradley_terry(PairCounts.from_votes(*map(list, zip(*left, strict=True))))
    assert fit.models[int(np.argmax(fit.ratings))] == found.new


def test_the_voter_who_moves_the_board_most_is_found() -> None:
    results = [*ring(["a", "b", "c"], 20), *[("a", "b", "model_a")] * 12]
    voters = [*range(60), *[60] * 12]
    found = analyse(counted(results, voters=voters)).influence

    assert found is not None
    assert found.votes == 12
    assert found.voters == 61
    assert found.points is not None
    assert found.points > 20
    assert analyse(counted(results)).influence is None, "with one voter there is nobody to compare with"


def test_agreement_and_self_consistency_are_over_matchups() -> None:
    results = [("a", "b", "model_a"), ("a", "b", "model_a"), ("a", "b", "model_b"), ("a", "b", "model_b")]
    agreeing = analyse(counted(results, voters=[0, 1, 0, 1], items=[0, 0, 1, 1]))
    alone = analyse(counted(results, voters=[0, 0, 1, 1], items=[0, 0, 1, 1]))

    assert agreeing.agreement_nominal is not None
    assert agreeing.agreement_nominal.value == 1.0
    assert agreeing.self_consistency is None
    assert alone.agreement_nominal is None
    assert alone.self_consistency is not None
    assert (alone.self_consistency.consistent, alone.self_consistency.repeated) == (2, 2)


def test_votes_in_a_circle_cannot_be_explained() -> None:
    found = analyse(counted(ring(["a", "b", "c"], 5))).cycles

    assert found is not None
    assert found.is_exact
    assert found.unexplained_share == pytest.approx(1 / 3)
    assert found.cyclic_share == pytest.approx(1 / 3)


def test_without_votes_or_connection_nothing_is_claimed() -> None:
    for results in ([], [("a", "b", "model_a")]):
        found = analyse(counted(results, models=["a", "b"]))
        assert found.drop is None
        assert found.forge is None
        assert found.influence is None
        assert found.needed_pairs == []
        assert found.position.state in ("not-recorded", "not-looked-at")
    assert analyse(replace(counted(ring(["a", "b"])), single=None)).position.state == "not-looked-at"


async def test_the_panel_is_computed_once_for_each_new_board_and_read_over_http(
    database: Database, stranger: Person
) -> None:
    arena = await make_arena(database)
    early = (await stranger.http.get("/api/arenas/kitchen/leaderboard/analysis")).json()
    assert early["analysis"] is None
    await cast(database, arena, [*circle(["a", "b", "c"], 4), *in_turn([("a", "b", "model_a"), ("a", "b", "tie")] * 2)])
    written = await service.refresh(database, arena.id)
    assert written is not None
    for _ in range(2):
        await service.analyse_boards(database)
    async with database.read_session() as session:
        assert await session.scalar(text("SELECT count(*) FROM leaderboard_analysis")) == 1

    response = await stranger.http.get("/api/arenas/kitchen/leaderboard/analysis")

    found = response.json()
    assert found["snapshot_id"] == str(written.id)
    assert found["analysis"]["votes"] == 16
    assert found["analysis"]["input_hash"] == written.input_hash
    assert found["analysis"]["position"] == {
        "state": "not-recorded",
        "recorded_votes": 0,
        "reason": None,
        "points": None,
        "lower": None,
        "upper": None,
    }
    again = await stranger.http.get(
        "/api/arenas/kitchen/leaderboard/analysis", headers={"If-None-Match": response.headers["etag"]}
    )
    assert again.status_code == 304
    await cast(database, arena, [ballot("a", "b", "tie")])
    await service.refresh(database, arena.id)
    kept = (await stranger.http.get("/api/arenas/kitchen/leaderboard/analysis")).json()
    assert kept == found, "until the newer board is analysed"


def with_sides(results: list[tuple[str, str, str]], sides: list[int]) -> CountedVotes:
    votes = counted(results)
    return replace(votes, single=replace(votes.single, sides=np.array(sides)))


def test_a_planted_position_effect_is_found_with_its_interval_and_its_absence_is_told() -> None:
    """Of equal models the one on side A wins two of three."""
    pairs = [("a", "b"), ("b", "c"), ("c", "a")] * 60
    results = [(*pair, ("model_a", "model_a", "model_b")[number // 3 % 3]) for number, pair in enumerate(pairs)]
    turned = [(b, a, {"model_a": "model_b", "model_b": "model_a"}[winner]) for a, b, winner in results]
    found = analyse(with_sides(results + turned, [1] * len(results) + [2] * len(turned))).position

    assert found.state == "measured"
    assert found.recorded_votes == 360
    assert found.points == pytest.approx(400 * np.log10(2), abs=1e-6)
    assert 0 < found.lower < found.points < found.upper

    assert analyse(with_sides(results, [0] * len(results))).position.state == "not-recorded"
    few = analyse(with_sides(results, [1] * 10 + [0] * (len(results) - 10))).position
    assert (few.state, few.recorded_votes) == ("too-few", 10)
