"""Slices over HTTP: defining them, their boards, and what becomes of them."""

import pytest
from httpx import Response
from sqlalchemy import func, insert, select, text

from app.arenas.tables import Arena
from app.db.engine import Database
from app.leaderboards import due, service, slice_repository
from app.leaderboards.schemas import METHODS
from app.leaderboards.slices import ready_made
from app.leaderboards.tables import CountedPair, LeaderboardSnapshot
from app.prompts.tables import Prompt, PromptTag
from tests.leaderboards.ballots import ballot, cast, circle, make_arena
from tests.people import Person, Visitors
from tests.worlds import open_arena

API = "/api/arenas/kitchen"


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Boards are due as soon as there is something new."""
    monkeypatch.setattr(due, "REST_SECONDS", 0.0)
    monkeypatch.setattr(due, "REST_SHARE", 1e9)


@pytest.fixture
async def arena(database: Database, owner: Person) -> Arena:
    return await open_arena(database, owner=owner.viewer, matchups=0)


async def define(person: Person, slug: str, **definition: object) -> Response:
    body = {"slug": slug, "title": slug.title(), "definition": {"minimum_votes": 0, **definition}}
    return await person.http.post(f"{API}/slices", json=body)


async def board(person: Person, **query: str) -> dict:
    response = await person.http.get(f"{API}/leaderboard", params=query)
    assert response.status_code == 200, response.text
    return response.json()


async def count_all_boards(database: Database) -> None:
    for arena_id in await _arenas(database):
        await service.refresh(database, arena_id)
    await service.refresh_slices(database, budget_seconds=60)


async def _arenas(database: Database) -> list:
    async with database.read_session() as session:
        return list(await session.scalars(select(Arena.id)))


async def test_a_slice_that_was_defined_gets_a_board_of_its_votes_alone(
    database: Database, arena: Arena, owner: Person, stranger: Person
) -> None:
    await cast(database, arena, [*circle(["a", "b", "c"]), ballot("a", "b", "tie"), ballot("a", "b", "model_a")])
    response = await define(owner, "decided", exclude_ties=True)
    assert response.status_code == 201, response.text
    assert response.headers["location"] == f"{API}/leaderboard?slice=decided"
    early = await board(stranger, slice="decided")
    assert early["votes"] == 0
    assert "not been computed yet" in early["headline"]

    await count_all_boards(database)

    found = await board(stranger, slice="decided")
    assert found["votes"] == 4
    assert found["slice_title"] == "Decided"
    assert found["settings"]["slice"] == {"exclude_ties": True, "minimum_votes": 0}
    assert sum(sum(pair[4:]) for pair in found["pairs"]) == 0
    assert (await board(stranger))["votes"] == 5
    [overall, decided] = (await stranger.http.get(f"{API}/slices")).json()
    assert (overall["slug"], overall["votes"]) == ("overall", 5)
    assert (decided["slug"], decided["votes"]) == ("decided", 4)
    assert set(decided["methods"]) == set(METHODS)


async def test_every_method_has_its_own_board_of_the_same_counts(
    database: Database, arena: Arena, stranger: Person
) -> None:
    await cast(database, arena, [*circle(["a", "b", "c"], 3), *(ballot("a", "b", "tie") for _ in range(4))])
    await count_all_boards(database)

    boards = {name: await board(stranger, method=name) for name in ("bradley-terry", "davidson", "rao-kupper")}

    assert [one["method"] for one in boards.values()] == list(boards)
    assert len({one["input_hash"] for one in boards.values()}) == 1
    assert boards["bradley-terry"]["parameters"] == {}
    assert boards["davidson"]["parameters"] != {}
    assert (await stranger.http.get(f"{API}/leaderboard?method=guesswork")).status_code == 422


async def test_a_slice_of_a_category_follows_tags_that_come_after_the_votes(
    database: Database, arena: Arena, owner: Person, stranger: Person
) -> None:
    await cast(database, arena, [*circle(["a", "b"]), ballot("a", "c", "tie")])
    await define(owner, "maths", tag="maths")
    await count_all_boards(database)
    assert (await board(stranger, slice="maths"))["votes"] == 0

    async with database.session() as session:
        for prompt_id in await session.scalars(select(Prompt.id)):
            values = {"prompt_id": prompt_id, "arena_id": arena.id, "tag": "maths", "tagged_by": "test"}
            await session.execute(insert(PromptTag).values(**values))
    await service.refresh_slices(database, budget_seconds=60)

    assert (await board(stranger, slice="maths"))["votes"] == 3


async def test_categories_and_languages_with_enough_votes_have_boards_of_themselves(
    database: Database, arena: Arena, stranger: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slice_repository, "MINIMUM_VOTES", 2)
    await cast(database, arena, [*circle(["a", "b"]), ballot("a", "b", "tie")])
    async with database.session() as session:
        await session.execute(text("UPDATE prompt SET language = 'de' WHERE id IN (SELECT id FROM prompt LIMIT 1)"))
        for number, prompt_id in enumerate(await session.scalars(select(Prompt.id).order_by(Prompt.id))):
            for tagger in ("one", "another"):
                tag = {"prompt_id": prompt_id, "arena_id": arena.id, "tag": "C++" if number else "rare"}
                await session.execute(insert(PromptTag).values(**tag, tagged_by=tagger))
    for _ in range(2):  # they are made in one round, and counted from the next on
        await count_all_boards(database)

    slices = {one["title"]: one for one in (await stranger.http.get(f"{API}/slices")).json()}

    assert all(one["is_ready_made"] for one in slices.values())
    wanted = {"All votes"} | {name for name in ("C++", "rare", "de") if name in slices}
    assert set(slices) == wanted
    assert len(slices) >= 2
    for name, one in slices.items():
        found = await board(stranger, slice=one["slug"])
        assert found["slice_title"] == name
        if name != "All votes":
            assert "100" in found["headline"], "fewer votes than a slice needs for a ranking"
            assert all(entry["rating"] is None for entry in found["entries"])


def test_names_that_are_no_addresses_get_one_of_their_own() -> None:
    slugs = [ready_made("category", tag).slug for tag in ("maths", "Maths!", "C", "C++", "C#", "数学", "x" * 100)]

    assert slugs[0] == "category-maths"
    assert len(set(slugs)) == len(slugs)
    assert all(slug.startswith("category-") and len(slug) <= 63 for slug in slugs)


async def test_whoever_may_not_manage_the_arena_cannot_define_or_remove_slices(
    arena: Arena, owner: Person, researcher: Person, stranger: Person
) -> None:
    assert (await define(stranger, "mine")).status_code == 401
    assert (await define(researcher, "mine")).status_code == 403
    assert (await define(owner, "mine")).status_code == 201
    assert (await researcher.http.delete(f"{API}/slices/mine")).status_code == 403
    assert (await owner.http.delete(f"{API}/slices/mine")).status_code == 204
    assert (await owner.http.delete(f"{API}/slices/mine")).status_code == 404


async def test_slices_of_a_draft_are_hidden(database: Database, owner: Person, stranger: Person) -> None:
    await make_arena(database, "secret", state="draft")
    for path in ("slices", "snapshots", "leaderboard", "leaderboard/analysis", "leaderboard/history?model=a"):
        assert (await stranger.http.get(f"/api/arenas/secret/{path}")).status_code == 404, path


async def test_a_definition_that_makes_no_sense_is_refused_with_the_reason(arena: Arena, owner: Person) -> None:
    for definition, reason in (
        ({"turns": {"least": 3, "most": 2}}, "more than most"),
        ({"turns": {}}, "needs an end"),
        ({"cast_from": "2026-01-02T00:00:00Z", "cast_until": "2026-01-01T00:00:00Z"}, "before"),
        ({"cast_from": "2026-01-02T00:00:00"}, "timezone"),
        ({"colour": "red"}, "extra"),
    ):
        response = await define(owner, "odd", **definition)
        assert response.status_code == 422, definition
        assert reason in response.text.lower(), response.text
    assert (await define(owner, "overall")).status_code == 422


async def test_a_removed_slice_leaves_nothing_behind_and_its_name_is_free_again(
    database: Database, arena: Arena, owner: Person, stranger: Person
) -> None:
    await cast(database, arena, circle(["a", "b"]))
    await define(owner, "mine", exclude_ties=True)
    assert (await define(owner, "mine")).status_code == 409
    await count_all_boards(database)
    assert (await owner.http.delete(f"{API}/slices/mine")).status_code == 204

    assert (await stranger.http.get(f"{API}/leaderboard?slice=mine")).status_code == 404
    async with database.read_session() as session:
        for table in (CountedPair, LeaderboardSnapshot):
            left = select(func.count()).select_from(table).where(table.slice == "mine")
            assert await session.scalar(left) == 0
    assert (await define(owner, "mine")).status_code == 201


async def test_a_slice_that_is_removed_while_it_is_counted_stays_removed(
    database: Database, arena: Arena, owner: Person
) -> None:
    await cast(database, arena, circle(["a", "b"]))
    await define(owner, "mine", exclude_ties=True)
    async with database.read_session() as session:
        [work] = [one for one in await due.find_due(session) if one.slice_name == "mine"]
    await owner.http.delete(f"{API}/slices/mine")
    assert await service.refresh_slice(database, work.arena_id, work.slice_name, work.definition) == []
    async with database.read_session() as session:
        assert await session.scalar(select(func.count()).select_from(CountedPair)) == 0


async def test_boards_answer_not_modified_until_they_change(
    database: Database, arena: Arena, owner: Person, visitors: Visitors
) -> None:
    reader = await visitors.stranger()
    await cast(database, arena, [*circle(["a", "b", "c"]), ballot("a", "b", "tie")])
    await define(owner, "decided", exclude_ties=True)
    await count_all_boards(database)
    addresses = [f"{API}/leaderboard{part}" for part in ("?slice=decided", "?method=davidson", "/history?model=a")]
    tags = [(await reader.http.get(address)).headers["etag"] for address in addresses]
    for address, tag in zip(addresses, tags, strict=True):
        assert (await reader.http.get(address, headers={"If-None-Match": tag})).status_code == 304
    await cast(database, arena, circle(["a", "b"]))
    await count_all_boards(database)
    for address, tag in zip(addresses, tags, strict=True):
        assert (await reader.http.get(address, headers={"If-None-Match": tag})).status_code == 200
