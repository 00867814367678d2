"""Boards over time and models against each other, over HTTP."""

import uuid

import pytest
from sqlalchemy import text

from app.arenas.tables import Arena
from app.db.engine import Database
from app.leaderboards import service
from app.leaderboards.slices import SliceDefinition
from tests.leaderboards.ballots import ballot, cast, circle, in_turn, make_arena
from tests.people import Person

API = "/api/arenas/kitchen"


@pytest.fixture
async def arena(database: Database) -> Arena:
    arena = await make_arena(database)
    await cast(database, arena, [one for _ in range(30) for one in circle(["a", "b", "c"])])
    await service.refresh(database, arena.id)
    return arena


async def test_a_diff_says_who_moved_and_whether_beyond_the_intervals(
    database: Database, arena: Arena, stranger: Person
) -> None:
    await cast(database, arena, [*in_turn([("a", "b", "model_a"), ("a", "c", "model_a")] * 200)])
    await cast(database, arena, [ballot("a", "newcomer", "tie")])
    await service.refresh(database, arena.id)
    [after, before] = (await stranger.http.get(f"{API}/snapshots")).json()

    found = (await stranger.http.get(f"{API}/snapshots/{before['id']}/diff/{after['id']}")).json()

    assert found["joined"] == ["newcomer"]
    assert found["left"] == []
    moves = {move["model"]: move for move in found["moves"]}
    assert moves["a"]["beyond_intervals"]
    assert moves["a"]["change"] > 100
    assert moves["a"]["rank_after"] == 1
    assert not moves["newcomer"]["beyond_intervals"]
    assert moves["newcomer"]["change"] is None
    back = (await stranger.http.get(f"{API}/snapshots/{after['id']}/diff/{before['id']}")).json()
    assert {move["model"]: move["change"] for move in back["moves"]}["a"] == -moves["a"]["change"]
    same = (await stranger.http.get(f"{API}/snapshots/{after['id']}/diff/{after['id']}")).json()
    assert not any(move["beyond_intervals"] for move in same["moves"])
    assert same["changed_settings"] == []
    nowhere = await stranger.http.get(f"{API}/snapshots/{uuid.uuid4()}/diff/{after['id']}")
    assert nowhere.status_code == 404


async def test_a_snapshot_of_another_arena_is_no_part_of_a_diff(
    database: Database, arena: Arena, stranger: Person
) -> None:
    draft = await make_arena(database, "secret", state="draft")
    await cast(database, draft, circle(["a", "b"]))
    hidden = await service.refresh(database, draft.id)
    [own] = (await stranger.http.get(f"{API}/snapshots")).json()
    response = await stranger.http.get(f"{API}/snapshots/{own['id']}/diff/{hidden.id}")
    assert response.status_code == 404


async def test_the_history_of_a_rating_is_a_line_with_a_band(
    database: Database, arena: Arena, stranger: Person
) -> None:
    for _ in range(2):
        await cast(database, arena, in_turn([("a", "b", "model_a")] * 20))
        await service.refresh(database, arena.id)

    found = (await stranger.http.get(f"{API}/leaderboard/history?model=a")).json()

    points = found["points"]
    assert [point["votes"] for point in points] == [60, 80, 100], "of the model, on each board"
    assert [point["rating"] for point in points] == sorted(point["rating"] for point in points)
    assert all(point["rating_lower"] < point["rating"] < point["rating_upper"] for point in points)
    assert (await stranger.http.get(f"{API}/leaderboard/history?model=nobody")).json()["points"] == []


async def test_of_the_last_two_days_the_last_snapshot_of_each_hour_stays(database: Database, arena: Arena) -> None:
    for hours in ("26 hours 10 minutes", "26 hours 5 minutes", "25 hours"):
        await cast(database, arena, [ballot("a", "b", "tie")])
        await service.refresh(database, arena.id)
        half_past = "date_trunc('hour', now()) + interval '30 minutes'"
        move = (
            f"UPDATE leaderboard_snapshot SET created_at = {half_past} - interval '{hours}'"
            " WHERE created_at > now() - interval '1 hour'"
        )
        async with database.session() as session:
            await session.execute(text(move))
    await cast(database, arena, [ballot("a", "b", "tie")])
    await service.refresh(database, arena.id)
    async with database.read_session() as session:
        kept = await service.list_snapshots(session, arena)
    assert [one.votes for one in kept] == [94, 93, 92]


async def test_a_model_against_each_opponent_and_in_every_slice(
    database: Database, arena: Arena, owner: Person, stranger: Person
) -> None:
    await cast(database, arena, [*in_turn([("a", "b", "model_a"), ("b", "a", "tie"), ("a", "b", "both_bad")] * 2)])
    async with database.session() as session:
        admin = {"slug": "decided", "title": "Decided", "is_ready_made": False, "arena_id": arena.id}
        await session.execute(
            text(
                "INSERT INTO leaderboard_slice (arena_id, slug, title, definition, is_ready_made) "
                "VALUES (:arena_id, :slug, :title, '{\"exclude_ties\": true}', :is_ready_made)"
            ),
            admin,
        )
    await service.refresh(database, arena.id)
    await service.refresh_slice(database, arena.id, "decided", SliceDefinition(exclude_ties=True, minimum_votes=0))

    found = (await stranger.http.get(f"{API}/models/record?model=a")).json()
    [b, c] = found["opponents"]
    assert (b["opponent"], b["votes"], b["wins"], b["losses"], b["ties"], b["both_bad"]) == ("b", 36, 32, 0, 2, 2)
    assert b["win_rate"] == pytest.approx(34 / 36)
    assert (c["opponent"], c["wins"], c["losses"], c["win_rate"]) == ("c", 0, 30, 0.0)
    assert 0.5 < b["predicted_win_rate"] < b["win_rate"]
    assert [line["slug"] for line in found["slices"]] == ["decided"]
    assert (await stranger.http.get(f"{API}/models/record?model=nobody")).status_code == 404

    pair = (await stranger.http.get(f"{API}/models/pair?model_a=b&model_b=a")).json()
    lines = [(line["slice"], line["wins"], line["losses"], line["ties"], line["both_bad"]) for line in pair["slices"]]
    assert lines == [("overall", 0, 32, 2, 2), ("decided", 0, 32, 0, 0)]
    assert (await stranger.http.get(f"{API}/models/pair?model_a=a&model_b=a")).status_code == 404
