"""Somebody asks in a live arena, watches two models write, asks on and votes; and what they see when it fails."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from typing import Any, Literal, Protocol

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect
from sqlalchemy import text

from app.arenas.schemas import LiveProtocol, LiveSettings
from app.db.engine import Database
from tests.e2e.cable import laid
from tests.e2e.checks import assert_accessible, assert_fits
from tests.live.worlds import open_live_arena
from tests.processes import served

Options = Mapping[str, object]
SHORT: tuple[Options, Options] = (
    {"outputs": ["# Termites\n\nThey are **best** in spring.\n\n1. one\n2. two"]},
    {"outputs": ["Grass, and `grass` again.\n\nשלם\n\nNothing else."]},
)
PARAGRAPH = "Slowly one word follows another, and none of them is in a hurry to be the last one. "
LONG: tuple[Options, Options] = (
    {"outputs": ["Long before the end. " + "\n\n".join([PARAGRAPH * 3] * 20)], "tokens_per_second": 40},
    {"outputs": ["A long way to go. " + "\n\n".join([PARAGRAPH * 3] * 20)], "tokens_per_second": 40},
)
PHONE, DESKTOP, SMALL = (390, 844), (1280, 800), (320, 640)
# Notes where the bar begins at every frame of the screen, and anything that moved it.
WATCH_THE_BAR = """() => {
  window.barTops = new Set();
  const look = () => {
    window.barTops.add(Math.round(document.querySelector(".bar").getBoundingClientRect().top));
    requestAnimationFrame(look);
  };
  look();
}"""
# By side: how far it is scrolled, and how far it can be.
SCROLLED = """() => [...document.querySelectorAll(".side-body")].map((side) =>
  [Math.round(side.scrollTop), Math.round(side.scrollHeight - side.clientHeight)])"""
READ_A_AND_GO_TO_THE_END_OF_B = """() => {
  window.first = document.querySelector("[data-part=answer-side_a] p");
  getSelection().setBaseAndExtent(first.firstChild, 0, first.firstChild, 20);
  document.querySelector("[data-part=side_b]").scrollTop = 1e6;
}"""


class OpenArena(Protocol):
    """Opens an arena with two contestants, whose names begin with "planted-": the address of its page."""

    async def __call__(self, contestants: tuple[Options, Options], **settings: Any) -> str: ...


@contextlib.contextmanager
def told_of_errors(page: Page) -> Iterator[None]:
    """Fails where a script failed or the browser refused something."""
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", lambda message: failures.append(message.text) if "Content Security" in message.text else None)
    yield
    assert failures == []


@pytest.fixture(scope="module")
def address(site_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(site_url, tmp_path_factory.mktemp("site")) as address:
        yield address


@pytest.fixture
async def arena(site_database: Database, address: str, slug: str) -> OpenArena:
    """Opens the test's own arena."""

    async def open_it(contestants: tuple[Options, Options], **settings: Any) -> str:
        names = (f"planted-aardvark-{slug}", f"planted-bison-{slug}")
        await open_live_arena(site_database, dict(zip(names, contestants, strict=True)), slug=slug, **settings)
        return f"{address}/arenas/{slug}"

    return open_it


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    width, height = DESKTOP
    opened = await browser.new_context(viewport={"width": width, "height": height})
    opened.set_default_timeout(20_000)
    yield opened
    await opened.close()


async def ask(page: Page, arena: str, question: str = "What do you eat?") -> None:
    """From the arena's door to the battle, by keyboard."""
    await page.goto(f"{arena}#prompt")
    await expect(page.get_by_label("Your question")).to_be_focused()
    await page.keyboard.type(question)
    await page.keyboard.press("Control+Enter")
    await page.wait_for_url("**/battles/*")


async def reaches(page: Page, state: str) -> None:
    await expect(page.locator(f"#battle[data-state={state}]")).to_be_visible(timeout=20_000)


async def says(page: Page, words: str) -> None:
    """What the bar says of the battle."""
    await expect(page.locator(".bar-note", has_text=words)).to_be_visible()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what only a script can tell; Playwright's own way needs what the content security policy forbids."""
    for _ in range(400):
        if await holds():
            return
        await asyncio.sleep(0.05)
    pytest.fail("it did not come to pass")


async def check(page: Page) -> None:
    await assert_accessible(page)
    await assert_fits(page)


async def count(site_database: Database, page: Page, what: str) -> object:
    """How many rows of a table belong to the battle on the page."""
    statement = text(f"SELECT count(*) FROM battle b JOIN {what} USING (arena_id) WHERE b.id = :id")
    async with site_database.read_session() as session:
        return (await session.execute(statement, {"id": page.url.rpartition("/")[2]})).scalar_one()


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("size", "scheme"), [(PHONE, "dark"), (DESKTOP, "light"), (SMALL, "light")], ids=["phone", "desktop", "small"]
)
async def test_a_question_three_turns_a_vote_and_the_names_by_keyboard(
    arena: OpenArena, site_database: Database, browser: Browser, size: tuple[int, int], scheme: Literal["light", "dark"]
) -> None:
    door = await arena(SHORT, live=LiveProtocol(max_turns=3))
    width, height = size
    context = await browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = await context.new_page()
    with told_of_errors(page):
        await page.goto(door)
        await check(page)
        await ask(page, door)
        await page.evaluate(WATCH_THE_BAR)
        await expect(page.locator(".writing-mark:visible")).to_have_count(2)
        await expect(page.get_by_role("button", name="Stop")).to_be_in_viewport()
        await check(page)
        await reaches(page, "shown")
        assert len(await page.evaluate("[...barTops]")) == 1, "the vote took another place than the writing had"
        await expect(page.locator(".side-body ol li")).to_have_text(["one", "two"])
        await expect(page.locator(".side-body p", has_text="שלם")).to_have_css("direction", "rtl")
        for number in (2, 3):
            assert "planted" not in await page.content(), "a name is told before the vote"
            await page.keyboard.press("q")
            await expect(page.get_by_label("Next question")).to_be_focused()
            if number == 2:
                await check(page)
            await page.keyboard.type(f"And 1 2 3 number {number}?")
            await page.keyboard.press("Control+Enter")
            await expect(page.locator("#turns")).to_have_text(f"Question {number} of 3")
            await reaches(page, "shown")
        await expect(page.locator(".side-b .user-turn")).to_contain_text(["number 2", "number 3"])
        await expect(page.locator(".side-body ol li")).to_have_count(6)
        await check(page)
        await expect(page.get_by_text("Ask on")).to_be_hidden()
        await page.keyboard.press("2")
        await expect(page.locator(".model strong", has_text="planted-")).to_have_count(2)
        await check(page)
        assert await count(site_database, page, "response") == 6
        assert await count(site_database, page, "vote") == 1
        await page.keyboard.press("n")
        await page.wait_for_url(f"{door}#prompt")
        await expect(page.get_by_label("Your question")).to_have_value("")
    await context.close()


@pytest.mark.e2e
async def test_writing_is_stopped_begun_again_and_ends_when_one_leaves(
    arena: OpenArena, site_database: Database, context: BrowserContext
) -> None:
    door = await arena(LONG)
    page = await context.new_page()
    with told_of_errors(page):
        await ask(page, door)
        await expect(page.locator(".sides")).to_contain_text("Long before the end")
        await page.keyboard.press("Escape")
        await reaches(page, "interrupted")
        await says(page, "nothing to vote on yet")
        await expect(page.locator(".sides")).to_contain_text("Long before the end")
        await expect(page.get_by_role("button", name="Write the answers again")).to_be_focused()
        await expect(page.get_by_role("button", name="A is better")).to_be_hidden()
        await check(page)
        await page.keyboard.press("r")
        await reaches(page, "writing")
        await expect(page.locator(".sides")).to_contain_text("Long before the end")
        battle = page.url

        await page.goto(door)
        await page.get_by_role("link", name="go back to it").click()
        assert page.url == battle
        await reaches(page, "interrupted")
        await says(page, "Writing was stopped")
        await expect(page.locator(".sides")).to_contain_text("A long way to go")
        assert await count(site_database, page, "vote") == 0


@pytest.mark.e2e
async def test_a_side_that_fails_gives_an_apology_and_another_pair(
    arena: OpenArena, site_database: Database, context: BrowserContext
) -> None:
    door = await arena((SHORT[0], {"mood": "break_middle"}))
    page = await context.new_page()
    with told_of_errors(page):
        await ask(page, door)
        await reaches(page, "failed")
        await says(page, "We are sorry")
        assert "planted" not in await page.content()
        await expect(page.get_by_role("button", name="A is better")).to_be_hidden()
        await check(page)
        async with site_database.session() as session:
            healthy = """UPDATE provider SET options = '{"mood": "healthy"}' WHERE kind = 'fault'"""
            await session.execute(text(healthy))
        failed = page.url
        await expect(page.get_by_role("button", name="Try with another pair")).to_be_focused()
        await page.keyboard.press("r")
        await page.wait_for_url(lambda url: url != failed)
        await reaches(page, "shown")
        await expect(page.locator(".prompt")).to_contain_text("What do you eat?")


@pytest.mark.e2e
async def test_a_second_tab_says_who_writes_and_follows(arena: OpenArena, context: BrowserContext) -> None:
    quick = {"outputs": [PARAGRAPH * 8]}
    door = await arena((quick, quick))
    page, other = await context.new_page(), await context.new_page()
    with told_of_errors(page), told_of_errors(other):
        await ask(page, door)
        await expect(page.locator(".side-b")).to_contain_text("Slowly one word")
        await other.goto(page.url)
        await reaches(other, "elsewhere")
        await says(other, "Another tab")
        await check(other)
        await reaches(page, "shown")
        await reaches(other, "shown")
        await expect(other.locator(".side-b")).to_contain_text("Slowly one word")


@pytest.mark.e2e
async def test_everything_works_with_scripts_switched_off(
    arena: OpenArena, site_database: Database, browser: Browser
) -> None:
    live = LiveProtocol(max_turns=2, consent_text="We keep **everything**.")
    door = await arena(SHORT, live=live, settings=LiveSettings(longest_prompt=40))
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(door)
    long = "What is too long to be asked is not asked at all"
    await page.get_by_label("Your question").fill(long)
    await page.get_by_label("I have read this and agree").check()
    await page.get_by_role("button", name="Ask", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("too long")
    await expect(page.get_by_label("Your question")).to_have_value(long)
    await page.get_by_label("Your question").fill("What do you eat?")
    await page.get_by_role("button", name="Ask", exact=True).click()
    await expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    await page.get_by_role("button", name="Show the answers").click()
    await reaches(page, "shown")
    await page.get_by_text("Ask on").first.click()
    await page.get_by_label("Next question").fill("And then?")
    await page.get_by_role("button", name="Ask on").click()
    await page.get_by_role("button", name="Show the answers").click()
    await reaches(page, "shown")
    assert "planted" not in await page.content()
    assert await count(site_database, page, "response") == 4
    await page.get_by_role("button", name="B is better").click()
    await expect(page.get_by_text("planted-").first).to_be_visible()
    await page.get_by_role("link", name="Ask something new").click()
    await expect(page.get_by_label("I have read this and agree")).to_have_count(0)
    await context.close()


@pytest.mark.e2e
async def test_what_was_typed_survives_a_reload_a_refusal_and_a_lost_connection(
    arena: OpenArena, context: BrowserContext
) -> None:
    door = await arena(SHORT, settings=LiveSettings(longest_prompt=100, forbidden_words=("aubergine",)))
    page = await context.new_page()
    with told_of_errors(page):
        await page.goto(door)
        field = page.get_by_label("Your question")
        await field.fill("What do you eat?")
        await page.reload()
        await expect(field).to_have_value("What do you eat?")

        await context.set_offline(offline=True)
        await field.press("Control+Enter")
        await expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
        await expect(field).to_have_value("What do you eat?")
        await context.set_offline(offline=False)

        await expect(page.get_by_text("characters left")).to_be_hidden()
        await field.fill("x" * 90)
        await expect(page.get_by_text("10 characters left")).to_be_visible()
        await field.fill("x" * 101)
        await field.press("Control+Enter")
        await expect(page.get_by_role("alert")).to_contain_text("too long")
        await check(page)
        await field.fill("What do you eat?")
        await field.press("Control+Enter")
        await page.wait_for_url("**/battles/*")
        await reaches(page, "shown")

        await page.keyboard.press("q")
        next_question = page.get_by_label("Next question")
        await page.get_by_label("Enter sends").check()
        await next_question.fill("Why an aubergine?")
        await next_question.press("Enter")
        await expect(page.get_by_role("alert")).to_contain_text("Not sent")
        await page.reload()
        await page.keyboard.press("q")
        await expect(next_question).to_have_value("Why an aubergine?")
        await expect(page.get_by_label("Enter sends")).to_be_checked()
        await page.keyboard.press("Escape")
        await expect(next_question).to_be_hidden()
        await page.goto(door)
        await expect(field).to_have_value("")


@pytest.mark.e2e
async def test_a_connection_that_breaks_is_told_and_the_answers_are_written_again_when_asked(
    arena: OpenArena, address: str, context: BrowserContext
) -> None:
    door = await arena(LONG)
    page = await context.new_page()
    with told_of_errors(page):
        async with laid(address) as cable:
            await ask(page, door.replace(address, cable.address))
            await expect(page.locator(".sides")).to_contain_text("Long before the end")
            cable.pull()
            await reaches(page, "broken")
            await says(page, "The connection was lost")
            await expect(page.get_by_text("cannot be reached")).to_be_visible()
            await expect(page.locator(".sides")).to_contain_text("Long before the end")
            await check(page)
            cable.put_in()
            await page.get_by_role("button", name="Write the answers again").click()
            await reaches(page, "writing")
            await expect(page.locator(".side-body", has_text="Long before the end")).to_have_count(1)
            await page.keyboard.press("x")
            await reaches(page, "interrupted")


@pytest.mark.e2e
async def test_the_reader_is_not_disturbed_while_models_write(arena: OpenArena, context: BrowserContext) -> None:
    door = await arena(LONG)
    page = await context.new_page()
    await page.set_viewport_size({"width": 1280, "height": 580})

    async def scrolled() -> list[list[int]]:
        found: list[list[int]] = await page.evaluate(SCROLLED)
        return found

    async def both_overflow() -> bool:
        return all(most > 40 for _, most in await scrolled())

    with told_of_errors(page):
        await ask(page, door)
        await until(both_overflow)
        assert [top for top, _ in await scrolled()] == [0, 0], "nobody went to the end"
        await page.evaluate(READ_A_AND_GO_TO_THE_END_OF_B)
        most_before = (await scrolled())[1][1]

        async def has_grown() -> bool:
            return (await scrolled())[1][1] > most_before + 40

        await until(has_grown)
        (top_a, _), (top_b, most_b) = await scrolled()
        assert top_a == 0
        assert most_b - top_b < 9
        assert len(await page.evaluate("getSelection().toString()")) == 20
        assert await page.evaluate("first.isConnected")

        heard = await page.locator("[role=log] p").all_inner_texts()
        assert heard
        for words in heard:  # whole paragraphs alone, each with its side
            assert words.startswith(("A: ", "B: "))
            assert words.endswith("the last one.")
        await page.keyboard.press("Escape")
        await reaches(page, "interrupted")


@pytest.mark.e2e
async def test_named_battles_and_direct_chats_show_names_from_the_start(
    arena: OpenArena, context: BrowserContext
) -> None:
    door = await arena(SHORT, live=LiveProtocol(max_turns=2, kinds=("anonymous", "named", "direct")))
    page = await context.new_page()
    names = page.locator(".model strong", has_text="planted-")
    with told_of_errors(page):
        await page.goto(door)
        await expect(page.get_by_label("Other model")).to_be_hidden()
        await page.get_by_label("Two models I choose").check()
        await expect(page.get_by_label("Other model")).to_be_visible()
        await check(page)
        await page.get_by_label("Your question").fill("What do you eat?")
        await page.get_by_role("button", name="Ask", exact=True).click()
        await page.wait_for_url("**/battles/*")
        await expect(names).to_have_count(2)
        await reaches(page, "shown")
        await check(page)
        await page.keyboard.press("1")
        await reaches(page, "voted")

        await page.goto(door)
        await page.get_by_label("One model").check()
        await expect(page.get_by_label("Other model")).to_be_hidden()
        await page.get_by_label("Model", exact=True).select_option(index=1)
        await page.get_by_label("Your question").fill("And you?")
        await page.get_by_role("button", name="Ask", exact=True).click()
        await page.wait_for_url("**/battles/*")
        await expect(names).to_contain_text(["planted-bison"])
        await page.get_by_label("Next question").fill("And then?")  # while it writes
        await reaches(page, "shown")
        await expect(page.locator(".side")).to_have_count(1)
        await expect(page.get_by_role("button", name="Tie")).to_have_count(0)
        await check(page)
        await page.get_by_label("Next question").press("Control+Enter")
        await expect(page.locator("#turns")).to_have_text("Question 2 of 2")
        await reaches(page, "shown")
        await expect(page.locator(".side-body").get_by_text("Nothing else.")).to_have_count(2)
