"""The pages beside the board, as a reader and an owner get them over HTTP."""

import re

import pytest

from app.arenas.tables import Arena
from app.db.engine import Database
from app.leaderboards import service
from tests.leaderboards.ballots import ballot, cast, circle, make_arena
from tests.people import Person

BOARD = "/arenas/kitchen/leaderboard"
MODELS = ["planted aardvark", "planted/bison&calf", "planted-caribou"]
SLICE = {"slug": "decided", "title": "Decided votes", "exclude_ties": "true", "minimum_votes": "0"}


@pytest.fixture
async def arena(database: Database) -> Arena:
    """Three models that were voted on; the first against the second also with two ties."""
    arena = await make_arena(database)
    ties = [ballot(MODELS[0], MODELS[1], "tie"), ballot(MODELS[1], MODELS[0], "both_bad")]
    await cast(database, arena, [*circle(MODELS, 4), *ties])
    assert await service.refresh(database, arena.id)
    return arena


@pytest.fixture
async def sliced(database: Database, arena: Arena, admin: Person) -> Arena:
    """The same with a slice, all boards and the analysis."""
    added = await admin.http.post("/arenas/kitchen/slices", data=SLICE)
    assert added.status_code == 303, added.text
    await service.refresh_slices(database, 60)
    await service.analyse_boards(database)
    return arena


def links(page: str, part: str) -> list[str]:
    return [found.replace("&amp;", "&") for found in re.findall(rf'href="([^"]*{part}[^"]*)"', page)]


async def test_the_board_leads_to_each_models_page_with_its_record(arena: Arena, stranger: Person) -> None:
    board = await stranger.http.get(BOARD)
    pages = [(await stranger.http.get(link)) for link in links(board.text, "/leaderboard/model")]
    assert [page.status_code for page in pages] == [200] * 3
    page = next(page.text for page in pages if "<h1>planted aardvark</h1>" in page.text)
    row = re.search(r"<tr>(?:(?!<tr>).)*bison&amp;calf(?:(?!<tr>).)*", page, re.DOTALL)
    assert row
    cells = [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r'<td class="number">([^<]*)', row[0])]
    assert [cell.strip() for cell in cells[:6]] == ["6", "4", "0", "1", "1", "83 %"]


async def test_the_page_of_two_models_holds_their_votes_by_part(sliced: Arena, stranger: Person) -> None:
    page = await stranger.http.get(f"{BOARD}/model", params={"name": MODELS[0]})
    link = next(link for link in links(page.text, "/leaderboard/pair") if "bison" in link)
    pair = (await stranger.http.get(link)).text
    assert "planted aardvark won 4 of 6 votes, planted/bison&amp;calf won 0; 2 preferred neither." in pair
    assert "Decided votes" in pair


async def test_a_slice_has_a_board_of_its_own_that_can_be_linked(sliced: Arena, stranger: Person) -> None:
    page = (await stranger.http.get(f"{BOARD}?slice=decided")).text
    assert "Leaderboard: Decided votes" in page
    assert "12 votes by people" in page
    everything = (await stranger.http.get(BOARD)).text
    assert "14 votes by people" in everything
    assert (await stranger.http.get(f"{BOARD}?slice=nowhere")).status_code == 404


@pytest.mark.parametrize("method", ["davidson", "rao-kupper", "four-outcomes"])
async def test_the_same_votes_are_ranked_by_another_method(sliced: Arena, stranger: Person, method: str) -> None:
    page = await stranger.http.get(BOARD, params={"method": method})
    assert page.status_code == 200
    current = re.search(r'aria-current="true">([^<]+)', page.text)
    assert current
    assert current[1].lower().replace(" ", "-") == method
    document = (await stranger.http.get(f"{BOARD}.json", params={"method": method})).json()
    assert document["method"] == method
    assert (await stranger.http.get(BOARD, params={"method": "dice"})).status_code == 422


async def test_the_panel_says_how_sure_the_board_is(sliced: Arena, stranger: Person) -> None:
    page = (await stranger.http.get(BOARD)).text
    assert "How many votes hold up the first place?" in page
    assert "No position effect can be claimed: which answer stood first was not recorded." in page
    assert re.search(r"people said the same \d+ of \d+ times", page)


async def test_what_changed_is_said_between_any_two_boards(database: Database, arena: Arena, stranger: Person) -> None:
    assert "There is only one board so far" in (await stranger.http.get(f"{BOARD}/changes")).text
    await cast(database, arena, [ballot(MODELS[2], MODELS[0], "model_a") for _ in range(30)])
    assert await service.refresh(database, arena.id)
    page = (await stranger.http.get(f"{BOARD}/changes")).text
    assert re.search(r"planted-caribou</a>.*?\+\d+\.\d", page, re.DOTALL)
    assert page.count("<option") == 4


async def test_a_slice_is_the_owners_to_add_and_remove(sliced: Arena, admin: Person, stranger: Person) -> None:
    readable = await stranger.http.get("/arenas/kitchen/slices")
    assert "Votes that prefer one of the two." in readable.text
    assert "Add a slice" not in readable.text
    assert (await stranger.http.post("/arenas/kitchen/slices", data=SLICE | {"slug": "mine"})).status_code == 401
    refused = await admin.http.post("/arenas/kitchen/slices", data=SLICE | {"slug": "b", "turns_least": "many"})
    assert refused.status_code == 422
    assert "Not added." in refused.text
    assert 'value="many"' in refused.text
    assert "Turns, at least: “many” is not a whole number." in refused.text
    assert (await admin.http.post("/arenas/kitchen/slices", data=SLICE)).status_code == 422
    assert (await stranger.http.post("/arenas/kitchen/slices/decided/remove")).status_code == 401
    assert (await admin.http.post("/arenas/kitchen/slices/decided/remove")).status_code == 303
    assert (await stranger.http.get(f"{BOARD}?slice=decided")).status_code == 404


async def test_a_drafts_pages_are_hidden_and_unknown_models_are_not_there(
    database: Database, arena: Arena, stranger: Person
) -> None:
    await make_arena(database, "hidden", state="draft")
    for path in ("model?name=x", "pair?one=x&other=y", "changes"):
        assert (await stranger.http.get(f"/arenas/hidden/leaderboard/{path}")).status_code == 404
    assert (await stranger.http.get(f"{BOARD}/model?name=x")).status_code == 404
    assert (await stranger.http.get(f"{BOARD}/changes")).status_code == 200


async def test_the_method_page_explains_every_method(stranger: Person) -> None:
    page = (await stranger.http.get("/method")).text
    for method in ("Bradley-Terry", "Davidson", "Rao-Kupper", "Four outcomes", "Style-controlled"):
        assert method in page
