"""A board never says what its own votes do not: when it is behind, below its minimum, or its panel is of others."""

import re

import pytest
from sqlalchemy import text

from app.arenas.tables import Arena
from app.db.engine import Database
from app.leaderboards import service
from tests.leaderboards.ballots import ballot, cast, circle, in_turn, make_arena
from tests.people import Person

BOARD = "/arenas/kitchen/leaderboard"
MODELS = ["aardvark", "bison", "caribou"]


@pytest.fixture
async def arena(database: Database) -> Arena:
    arena = await make_arena(database)
    await cast(database, arena, [*circle(MODELS, 4), *in_turn([("aardvark", "bison", "model_a")] * 3)])
    return arena


async def add(admin: Person, slug: str, **definition: object) -> dict[str, object]:
    body = {"slug": slug, "title": slug.title(), "definition": definition}
    added = await admin.http.post("/api/arenas/kitchen/slices", json=body)
    assert added.status_code == 201, added.text
    found: dict[str, object] = added.json()
    return found


async def refresh_all(database: Database, arena: Arena) -> None:
    await service.refresh(database, arena.id)
    await service.refresh_slices(database, 60)
    await service.analyse_boards(database)


async def page_of(person: Person, query: str = "") -> str:
    return re.sub(r"\s+", " ", (await person.http.get(BOARD + query)).text)


async def test_a_board_of_another_method_says_that_it_is_behind_though_the_first_is_not(
    database: Database, arena: Arena, stranger: Person
) -> None:
    await refresh_all(database, arena)
    assert "Behind its votes" not in await page_of(stranger, "?method=davidson")
    await cast(database, arena, [ballot("bison", "aardvark", "tie")])
    await service.refresh(database, arena.id)

    assert "Behind its votes" not in await page_of(stranger)
    davidson = await page_of(stranger, "?method=davidson")
    assert "This board counts 15 votes" in davidson
    assert "counts 16 by now" in davidson
    document = (await stranger.http.get(f"{BOARD}.json?method=davidson")).json()
    assert document["uncounted_since"] is not None
    assert (await stranger.http.get(f"{BOARD}.json")).json()["uncounted_since"] is None


async def test_votes_set_aside_and_not_counted_yet_make_a_board_stale(
    database: Database, arena: Arena, stranger: Person
) -> None:
    await refresh_all(database, arena)
    async with database.session() as session:
        await session.execute(
            text("""
                INSERT INTO vote_exclusion (id, arena_id, battle_id, reason, excluded_by, created_at)
                SELECT gen_random_uuid(), arena_id, id, 'test', 'rule', now() - interval '1 hour' FROM battle LIMIT 1
            """)
        )
    assert "That has taken long: is the worker running?" in await page_of(stranger)


async def test_a_panel_of_older_votes_says_so_and_names_no_places(
    database: Database, arena: Arena, stranger: Person
) -> None:
    await refresh_all(database, arena)
    fresh = await page_of(stranger)
    assert "How many votes hold up the first place?" in fresh
    assert "Worked out from the 15 votes counted above" in fresh
    assert re.search(r"\d+ votes? for \w+ against \w+", fresh)
    assert "preferendum export kitchen --format raw-votes --kind human preferendum rank raw-votes.jsonl" in fresh

    await cast(database, arena, in_turn([("bison", "aardvark", "model_a")] * 9))
    await service.refresh(database, arena.id)
    stale = await page_of(stranger)
    assert "Worked out from 15 of the 24 votes counted above." in stale
    for about_places in ("hold up the first place", "forged", "one person matter", "need votes next"):
        assert about_places not in stale
    assert "Do people agree with themselves?" in stale


async def test_a_slice_below_its_minimum_gives_no_places_away_anywhere(
    database: Database, arena: Arena, stranger: Person, admin: Person
) -> None:
    await add(admin, "decided", exclude_ties=True)
    await refresh_all(database, arena)
    board = await page_of(stranger, "?slice=decided")
    reason = "15 votes so far: a ranking of this slice is shown from 100 votes on."
    assert reason in board
    assert "Like its ranking, these figures are shown from 100 on" in board
    assert "hold up the first place" not in board
    assert "A rating exists only where wins" not in board
    document = (await stranger.http.get(f"{BOARD}.json?slice=decided")).json()
    assert all(entry["elo"] is None for entry in document["entries"])
    assert document["single_votes"]["elo"] == {}
    model = (await stranger.http.get(f"{BOARD}/model?name=aardvark&slice=decided")).text
    assert "this slice has 15 votes, and places are given from 100 votes on" in model
    assert "Rating over time" not in model
    analysis = (await stranger.http.get("/api/arenas/kitchen/leaderboard/analysis?slice=decided")).json()["analysis"]
    assert (analysis["drop"], analysis["forge"], analysis["influence"], analysis["needed_pairs"]) == (
        None,
        None,
        None,
        [],
    )
    assert analysis["cycles"] is not None


async def test_a_slice_without_any_vote_says_so_with_what_it_would_hold(
    database: Database, arena: Arena, stranger: Person, admin: Person
) -> None:
    added = await add(admin, "misspelt", tag="kichen")
    assert added["warning"] == "No prompt of this arena has the tag kichen so far."
    assert "has not been computed yet" in await page_of(stranger, "?slice=misspelt")
    await refresh_all(database, arena)
    page = await page_of(stranger, "?slice=misspelt")
    assert "No vote is in this slice." in page
    assert "Votes on prompts of the category “kichen”." in page
    assert "updates by itself" not in page
    managed = (await admin.http.get("/arenas/kitchen/slices")).text
    assert "has the tag kichen" in managed


async def test_four_outcomes_without_a_bound_is_explained_once(
    database: Database, arena: Arena, stranger: Person
) -> None:
    await refresh_all(database, arena)
    page = await page_of(stranger, "?method=four-outcomes")
    assert "nothing bounds the absolute level" in page
    assert "A rating exists only where wins" not in page
    model = (await stranger.http.get(f"{BOARD}/model?name=aardvark&method=four-outcomes")).text
    assert "nothing bounds the absolute level" in model


async def test_figures_are_of_the_board_that_the_address_names(
    database: Database, arena: Arena, stranger: Person, figures_of_parts: None
) -> None:
    await service.refresh(database, arena.id)
    address = f"{BOARD}/figures/intervals.json?method=davidson"
    assert (await stranger.http.get(address)).status_code == 404
    for _ in range(5):
        await service.refresh_slices(database, 60)
    assert (await stranger.http.get(f"{BOARD}/figures/battles.json?method=davidson")).status_code == 404
    spec = (await stranger.http.get(address)).json()
    document = (await stranger.http.get(f"{BOARD}.json?method=davidson")).json()
    rows = next(iter(spec["datasets"].values()))
    assert [row["rating"] for row in rows] == [entry["rating"] for entry in document["entries"]]
    assert "figures/intervals.svg" in await page_of(stranger, "?method=davidson")
    assert (await stranger.http.get(f"{BOARD}/figures/intervals.json?slice=nowhere")).status_code == 404


async def test_the_battles_of_a_pair_are_listed_for_whoever_may_export_them(
    database: Database, arena: Arena, stranger: Person, admin: Person
) -> None:
    await cast(database, arena, in_turn([("bison", "aardvark", "model_a")] * 30))
    await refresh_all(database, arena)
    address = f"{BOARD}/pair?one=aardvark&other=bison"
    closed, first = (await stranger.http.get(address)).text, (await admin.http.get(address)).text
    assert "Reasons are not collected" in closed
    assert "<td>bison" not in closed
    assert first.count("<td>bison<td>") == 25
    older = re.search(r'href="([^"]+)">Older battles', first)
    assert older
    second = (await admin.http.get(older[1].replace("&amp;", "&"))).text
    assert (second.count("<td>bison<td>"), second.count("<td>aardvark<td>")) == (5, 7)
    assert "Older battles" not in second


async def test_every_source_that_the_method_page_links_is_there(stranger: Person) -> None:
    page = (await stranger.http.get("/method")).text
    links = set(re.findall(r'href="(/method/source/[^"]+)"', page))
    assert len(links) >= 15
    for link in links:
        assert (await stranger.http.get(link)).status_code == 200, link
    davidson = (await stranger.http.get("/method/source/davidson")).text
    assert "Davidson, R. R. (1970)" in davidson
    assert "app/ratings/davidson.py" in davidson
    for other in ("nothing", "__init__", "..%2fconfig"):
        assert (await stranger.http.get(f"/method/source/{other}")).status_code == 404
