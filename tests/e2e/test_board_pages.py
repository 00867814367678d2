"""The board and the pages beside it, in a real browser: accessible and without sideways scrolling everywhere."""

import itertools

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, expect

from app.accounts.service import create_user
from app.arenas.tables import Arena
from app.db.engine import Database
from app.leaderboards import service
from tests.e2e.checks import Window, assert_accessible, assert_good_in
from tests.in_process import served_here
from tests.leaderboards.ballots import cast, circle, in_turn, make_arena
from tests.people import PASSWORD

MODELS = [f"organisation/model-{number:02}-instruct" for number in range(8)]
WINDOWS: tuple[Window, ...] = (
    ({"width": 390, "height": 844}, "dark"),
    ({"width": 1280, "height": 800}, "light"),
)


PAIRS = [(a, b, "model_a") for a, b in itertools.combinations(MODELS, 2)]


async def vote_and_rank(database: Database) -> Arena:
    arena = await make_arena(database)
    await cast(database, arena, [*circle(MODELS, 3), *in_turn(PAIRS, first_minute=100)])
    assert await service.refresh(database, arena.id)
    return arena


async def fill_every_page(database: Database) -> None:
    """A board with a past, other methods, figures and what is known of how sure it is."""
    arena = await vote_and_rank(database)
    await service.refresh_slices(database, 60)
    await service.analyse_boards(database)
    await cast(database, arena, in_turn(PAIRS[:3], first_minute=200))
    assert await service.refresh(database, arena.id)
    await service.refresh_stale(database)


@pytest.mark.e2e
@pytest.mark.timeout(300)  # sixteen looks at pages full of cells, while other browsers look at theirs
async def test_every_page_of_a_board_is_accessible_and_fits(app: FastAPI, database: Database, browser: Browser) -> None:
    await fill_every_page(database)
    async with served_here(app) as address:
        board = f"{address}/arenas/kitchen/leaderboard"
        page = await browser.new_page()
        await page.goto(board)
        await expect(page.get_by_role("heading", name="How sure is this?")).to_be_visible()
        await expect(page.locator("figure")).to_have_count(6)
        addresses = [board, f"{board}?method=davidson", f"{board}/changes", f"{address}/method"]
        addresses += [f"{address}/method/source/ranks", f"{address}/arenas/kitchen/slices"]
        await page.get_by_role("rowheader").first.get_by_role("link").click()
        addresses.append(page.url)
        await page.get_by_role("rowheader").first.get_by_role("link").click()
        addresses.append(page.url)
        for each in addresses:
            await page.goto(each)
            await assert_good_in(WINDOWS, page)
        await page.close()


@pytest.mark.e2e
async def test_an_owner_adds_a_slice_and_a_reader_chooses_it(
    app: FastAPI, database: Database, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "DRAWING_SECONDS", -1.0)  # no figures of slices, which take seconds
    await vote_and_rank(database)
    async with database.session() as session:
        await create_user(session, "owner@example.org", PASSWORD, "admin")
    async with served_here(app) as address:
        page = await browser.new_page()
        await page.goto(f"{address}/sign-in?to=/arenas/kitchen/slices")
        await page.get_by_label("E-mail address").fill("owner@example.org")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await assert_accessible(page)
        await page.get_by_label("Title").fill("Decided votes")
        await page.get_by_label("Address").fill("decided")
        await page.get_by_label("Only votes that prefer one of the two").check()
        await page.get_by_label("Least number of votes").fill("10")
        await page.get_by_role("button", name="Add", exact=True).click()
        await expect(page.get_by_role("rowheader", name="Decided votes")).to_be_visible()

        reader = await browser.new_page()
        await reader.goto(f"{address}/arenas/kitchen/leaderboard?slice=decided")
        await expect(reader.locator("h1")).to_have_text("Leaderboard: Decided votes")
        await service.refresh_slices(database, 60)
        await expect(reader.get_by_role("table").first).to_contain_text(MODELS[0], timeout=20_000)
        await reader.get_by_role("link", name="Davidson").click()
        await expect(reader).to_have_url(f"{address}/arenas/kitchen/leaderboard?slice=decided&method=davidson")
        await page.close()
        await reader.close()
