"""Somebody votes through a whole arena by keyboard alone, and the board follows."""

import asyncio

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import text

from tests.e2e.checks import assert_accessible_in_both_schemes, assert_fits
from tests.e2e.conftest import MODELS, Site

KEYS = ("1", "2", "3", "4", "ArrowLeft", "ArrowRight")


async def begin(page: Page, site: Site) -> None:
    """From the arena's door to the first battle, ready for keys."""
    await page.goto(f"{site.address}/arenas/{site.slug}")
    await page.get_by_role("button", name="Start").click()
    await expect(page.locator("[data-state=shown]")).to_be_visible()
    await page.wait_for_load_state("load")


async def winners(site: Site) -> list[str | None]:
    """What was voted in the test's arena, first to last."""
    query = "SELECT winner FROM vote v JOIN arena a ON a.id = v.arena_id WHERE slug = :slug ORDER BY cast_at, revision"
    async with site.database.read_session() as session:
        return list((await session.execute(text(query), {"slug": site.slug})).scalars())


@pytest.mark.e2e
@pytest.mark.parametrize("size", [(390, 844), (1280, 800)], ids=["phone", "desktop"])
async def test_a_whole_arena_by_keyboard(site: Site, browser: Browser, size: tuple[int, int]) -> None:
    width, height = size
    context = await browser.new_context(viewport={"width": width, "height": height})
    page, board = await context.new_page(), await context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", lambda message: failures.append(message.text) if message.type == "error" else None)

    await board.goto(f"{site.address}/arenas/{site.slug}/leaderboard")
    await assert_accessible_in_both_schemes(board)
    await page.goto(f"{site.address}/arenas/{site.slug}")
    await assert_accessible_in_both_schemes(page)
    await assert_fits(page)
    await page.get_by_role("button", name="Start").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/battles/*", wait_until="load")

    for number, key in enumerate(KEYS[: site.matchups]):
        await expect(page.locator("[data-state=shown]")).to_be_visible()
        sent = await page.content()
        assert not any(model in sent for model in MODELS)
        if number == 0:
            await assert_accessible_in_both_schemes(page)
            await assert_fits(page)
        await page.keyboard.press(key)
        await expect(page.get_by_text("planted-").first).to_be_visible()
        if number == 0:
            await assert_accessible_in_both_schemes(page)
            await assert_fits(page)
            await expect(board.get_by_text("planted-").first).to_be_visible(timeout=5_000)
        await page.keyboard.press("n")

    await expect(page).to_have_url(f"{site.address}/arenas/{site.slug}/done")
    await assert_accessible_in_both_schemes(page)
    stored = await winners(site)
    assert len(stored) == site.matchups
    assert stored[2:4] == ["tie", "both_bad"]
    assert set(stored[:2] + stored[4:]) <= {"model_a", "model_b"}
    await page.goto(f"{site.address}/arenas/{site.slug}/history")
    await assert_accessible_in_both_schemes(page)
    await assert_fits(page)
    await assert_accessible_in_both_schemes(board)
    await assert_fits(board)
    assert failures == []
    await context.close()


@pytest.mark.e2e
async def test_the_board_changes_within_five_seconds_of_a_vote(site: Site, browser: Browser) -> None:
    context = await browser.new_context()
    board, page = await context.new_page(), await context.new_page()
    await board.goto(f"{site.address}/arenas/{site.slug}/leaderboard")
    await begin(page, site)
    for votes in (1, 2):
        await expect(page.locator("[data-state=shown]")).to_be_visible()
        await page.keyboard.press("1")
        await expect(board.locator("body")).to_contain_text(f"{votes} vote", timeout=5_000)
        await page.keyboard.press("n")
        await asyncio.sleep(0.2)
    await context.close()


@pytest.mark.e2e
async def test_a_slip_is_undone_by_key(site: Site, browser: Browser) -> None:
    page = await browser.new_page()
    await begin(page, site)
    await page.keyboard.press("3")
    await expect(page.get_by_text("planted-").first).to_be_visible()
    await page.keyboard.press("u")
    await expect(page.get_by_text("does not count").first).to_be_visible()
    assert await winners(site) == ["tie", None]
    await page.close()


@pytest.mark.e2e
async def test_single_keys_do_nothing_while_somebody_types(site: Site, browser: Browser) -> None:
    page = await browser.new_page()
    await begin(page, site)
    await page.keyboard.press("f")
    note = page.get_by_role("textbox")
    await note.fill("")
    await note.press_sequentially("12 34 suns")
    assert await note.input_value() == "12 34 suns"
    assert await winners(site) == []
    await page.close()


@pytest.mark.e2e
async def test_everything_works_with_scripts_switched_off(site: Site, browser: Browser) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{site.address}/arenas/{site.slug}")
    await page.get_by_role("button", name="Start").click()
    for _ in range(site.matchups):
        sent = await page.content()
        assert not any(model in sent for model in MODELS)
        await page.get_by_role("button", name="B is better").click()
        await expect(page.get_by_text("planted-").first).to_be_visible()
        await page.get_by_role("button", name="Next battle").click()
    await expect(page).to_have_url(f"{site.address}/arenas/{site.slug}/done")
    assert len(await winners(site)) == site.matchups
    await context.close()


@pytest.mark.e2e
async def test_a_battle_page_is_light(site: Site, browser: Browser) -> None:
    page = await browser.new_page()
    sizes: dict[str, int] = {}

    async def note(response: object) -> None:
        sizes[response.url] = len(await response.body())  # type: ignore[attr-defined]

    await begin(page, site)
    address = page.url
    fresh = await browser.new_context(storage_state=await page.context.storage_state())
    battle = await fresh.new_page()
    battle.on("response", note)
    await battle.goto(address, wait_until="networkidle")
    assert sizes[address] > 1_000
    assert sum(sizes.values()) < 60_000, sizes
    assert len(sizes) < 10, sizes
    await fresh.close()
