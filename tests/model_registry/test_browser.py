"""The pages of models in a real browser: accessible, without sideways scrolling, by keyboard and mouse."""

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, Page, expect

from app.accounts.service import create_user
from app.accounts.viewer import OPERATOR
from app.config import Settings
from app.db.engine import Database
from app.model_registry.applying import apply_file
from tests.e2e.checks import Window, assert_accessible, assert_good_in
from tests.in_process import served_here
from tests.model_registry.test_yaml_file import FILE
from tests.people import PASSWORD

PRETENDED = """\
providers:
  - {name: replay, kind: replay, options: {outputs: [Hello from a parrot.], tokens_per_second: 50}}
  - {name: fault, kind: fault}
models:
  - {name: parrot, versions: [{provider: replay, served_as: x}]}
  - {name: stalling, versions: [{provider: fault, served_as: stall_first, first_fragment_seconds: 0.2}]}
"""
WINDOWS: tuple[Window, ...] = (
    ({"width": 360, "height": 800}, "dark"),
    ({"width": 1440, "height": 900}, "light"),
)


async def sign_in(page: Page, address: str, to: str) -> None:
    await page.goto(f"{address}/sign-in?to={to}")
    await page.get_by_label("E-mail address").fill("admin@example.org")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()


async def add_administrator(database: Database) -> None:
    async with database.session() as session:
        await create_user(session, "admin@example.org", PASSWORD, "admin")


@pytest.mark.e2e
async def test_every_page_is_accessible_and_fits_full_and_empty(
    app: FastAPI, database: Database, browser: Browser, settings: Settings
) -> None:
    await add_administrator(database)
    paths = ["/models", "/models/new", "/models/apply", "/models/providers", "/models/providers/new"]
    async with served_here(app) as address:
        page = await browser.new_page()
        await sign_in(page, address, "/models")
        for filled in (False, True):
            if filled:
                async with database.session() as session:
                    await apply_file(session, OPERATOR, settings, FILE, dry_run=False)
                await page.goto(f"{address}/models")
                await page.get_by_role("link", name="owl-7b@2026-11-01").click()
                paths.append(page.url.removeprefix(address))
                await page.goto(f"{address}/models/providers")
                await page.get_by_role("link", name="hosted").click()
                paths.append(page.url.removeprefix(address))
            for path in paths:
                await page.goto(f"{address}{path}")
                await assert_good_in(WINDOWS, page)
        await page.close()


@pytest.mark.e2e
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
async def test_a_model_replies_on_its_page_or_says_what_to_do(
    app: FastAPI, database: Database, browser: Browser, settings: Settings, *, scripts: bool
) -> None:
    await add_administrator(database)
    async with database.session() as session:
        await apply_file(session, OPERATOR, settings, PRETENDED, dry_run=False)
    async with served_here(app) as address:
        context = await browser.new_context(java_script_enabled=scripts)
        page = await context.new_page()
        failures: list[str] = []
        page.on("pageerror", lambda error: failures.append(str(error)))
        for name, said in (("parrot", "First words after"), ("stalling", "raise “Seconds until it begins”")):
            await sign_in(page, address, "/models") if name == "parrot" else await page.goto(f"{address}/models")
            await page.get_by_role("link", name=name).click()
            await page.get_by_label("Test this model").fill("Hello?")
            await page.get_by_role("button", name="Ask").click()
            await expect(page.locator("[data-reply]")).to_contain_text(said)
            if name == "parrot":
                await expect(page.locator("[data-text]")).to_have_text("Hello from a parrot.")
            if scripts:
                await assert_accessible(page)
        assert failures == []
        await context.close()


@pytest.mark.e2e
async def test_a_file_is_applied_and_its_model_paused_and_brought_back(
    app: FastAPI, database: Database, browser: Browser
) -> None:
    await add_administrator(database)
    async with served_here(app) as address:
        page = await browser.new_page()
        await sign_in(page, address, "/models")
        await page.get_by_role("link", name="Apply a file").click()
        await page.get_by_label("Or its text").fill(FILE)
        await page.get_by_role("button", name="Show what it would change").click()
        await assert_accessible(page)
        await page.get_by_role("button", name="Apply these changes").click()
        await page.get_by_role("link", name="See the models").click()
        await page.get_by_role("link", name="owl-7b@2026-11-01").click()
        await page.get_by_role("button", name="Pause").click()
        await expect(page.get_by_role("status").first).to_contain_text("is paused")
        await page.get_by_role("button", name="Undo").click()
        await expect(page.get_by_role("status").first).to_contain_text("is active")
        await assert_accessible(page)
        await page.close()
