"""The researcher's pages of a live arena in a real browser: accessible, and without sideways scrolling."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, Page
from sqlalchemy import text

from app.accounts.service import create_user
from app.arenas.schemas import LiveProtocol, LiveSettings
from app.db.engine import Database
from app.model_registry.calls import record_call
from app.prompts.service import keep_prompt
from tests.e2e.checks import Window, assert_good_in
from tests.in_process import served_here
from tests.live.test_battles import ask_and_wait
from tests.live.worlds import open_live_arena
from tests.people import PASSWORD, Person

FIVE = {
    "planted-aardvark-7b-instruct-with-a-long-name": {"outputs": ["My name is Aardvark, of planted-bison-13b fame."]},
    **{
        f"planted-{name}": {"outputs": [f"I am the {name}."]}
        for name in ("bison-13b", "caribou-70b", "dormouse", "emu")
    },
}
WINDOWS: tuple[Window, ...] = (
    ({"width": 320, "height": 700}, "dark"),
    ({"width": 1440, "height": 900}, "light"),
)
KINDS = ("leaks", "moderation", "calls", "personal-data", "repetitions")


async def fill(database: Database, stranger: Person) -> None:
    """An arena in which every table of every page has rows, and one that is as new."""
    async with database.session() as session:
        await create_user(session, "admin@example.org", PASSWORD, "admin")
    await open_live_arena(database, {}, slug="new")
    arena = await open_live_arena(
        database,
        FIVE,
        live=LiveProtocol(kinds=("anonymous", "direct"), consent_text="Be *kind*."),
        settings=LiveSettings(
            policy={"policy": "weighted"}, leak_names=("Aardvark", "emu"), forbidden_words=("x-rated",)
        ),
    )
    for _ in range(3):
        await ask_and_wait(stranger, consent="1")
    await stranger.http.post("/arenas/talk/ask", data={"prompt": "Something x-rated", "consent": "1"})
    async with database.session() as session:
        await session.execute(text("UPDATE model_version SET state = 'paused' WHERE served_as LIKE '%dormouse'"))
        await session.execute(
            text(
                "UPDATE arena_model SET left_at = now() FROM model_version v"
                " WHERE v.id = model_version_id AND v.served_as LIKE '%caribou%'"
            )
        )
        [version_id] = (await session.execute(text("SELECT id FROM model_version LIMIT 1"))).one()
        values = {"version_id": version_id, "arena_id": arena.id, "duration_seconds": 1.0, "attempts": 1}
        record_call(session, started_at=datetime.now(UTC), error="first_fragment_timeout", **values)
        sentence = "Could you please write to jane.roe@example.com about how a bicycle stays upright while moving"
        for end in ("?", " ?", "!"):
            await keep_prompt(session, arena.id, sentence + end, source="visitor")
        for number, offered in enumerate(("Why does bread rise?", "What is the longest river of " + "x" * 60 + "?")):
            await session.execute(
                text(
                    "INSERT INTO prompt_suggestion (id, arena_id, prompt_set, text, retired_at) VALUES"
                    " (gen_random_uuid(), :arena, 'Kitchen & garden', :text, CASE WHEN :is_old THEN now() END)"
                ),
                {"arena": arena.id, "text": offered, "is_old": number == 1},
            )


async def walk(page: Page, address: str) -> AsyncIterator[str]:
    """Sign in and go from page to page; the name of each."""
    await page.goto(f"{address}/sign-in?to=/arenas/talk/live")
    await page.get_by_label("E-mail address").fill("admin@example.org")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(re.compile("/live$"))
    for slug in ("talk", "new"):
        for name in ("live", *(f"findings?kind={kind}" for kind in KINDS)):
            await page.goto(f"{address}/arenas/{slug}/{name}")
            yield f"{slug} {name.rpartition('=')[2]}"
    await page.goto(f"{address}/arenas/talk/live/suggestions?set=Kitchen %26 garden")
    await page.get_by_role("button", name="Retire the whole set").click()
    yield "talk set"


@pytest.mark.e2e
async def test_every_page_is_accessible_and_fits(
    app: FastAPI, database: Database, browser: Browser, stranger: Person
) -> None:
    await fill(database, stranger)
    async with served_here(app) as address:
        page = await browser.new_page()
        async for _ in walk(page, address):
            await assert_good_in(WINDOWS, page)
        await page.close()


@pytest.mark.e2e
async def test_a_section_is_saved_without_scripts_and_one_comes_back_to_it(
    app: FastAPI, database: Database, browser: Browser, stranger: Person
) -> None:
    await fill(database, stranger)
    async with served_here(app) as address:
        context = await browser.new_context(java_script_enabled=False)
        page = await context.new_page()
        async for _ in walk(page, address):
            break
        await page.get_by_label("Where a vote teaches most").check()
        assert not await page.get_by_label("Boost").is_visible()
        await page.get_by_label("Sharpness").fill("40")
        await page.get_by_role("button", name="Save the policy").click()
        assert page.url.endswith("#sampling")
        assert "Sharpness must be at least 1 and at most 32, not 40." in await page.inner_text("[role=alert]")
        await page.get_by_label("Sharpness").fill("8")
        await page.get_by_role("button", name="Save the policy").click()
        assert page.url.endswith("saved=sampling#sampling")
        assert await page.get_by_label("Sharpness").input_value() == "8"
        await context.close()
