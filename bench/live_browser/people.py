"""People with a browser who ask, watch, ask on, vote and see the names, all by what a person sees and can press."""

import asyncio
import itertools
import operator
import random
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from playwright.async_api import Browser, Page, expect

QUESTIONS = (
    "Why is the sky blue?",
    "How do I make pancakes?",
    "What should I do on a rainy Sunday?",
    "Tell me a story about a robot who is afraid of the dark.",
    "What is the difference between a lake and a river?",
    "Write a short poem about the sea.",
    "Why do cats purr?",
)
FOLLOW_UPS = ("Say that more simply.", "Can you give me an example?", "And what would a child ask next?", "Why?")
KEYS = {"side_a": "1", "side_b": "2", "tie": "3", "both_bad": "4"}
SETTLED = frozenset({"shown", "failed", "interrupted"})
TELLING = "smollm2-"  # every contestant's name begins so
LOOK_SECONDS = 0.1
# What the page says of itself, and how much of each answer it shows.
LOOK = """() => [document.getElementById("battle")?.dataset.state, ...["a", "b"].map((side) =>
  document.querySelector(`[data-part=answer-side_${side}]`)?.textContent.trim().length ?? 0)]"""


class TellsTooMuchError(Exception):
    """A page told a name before the vote."""


@dataclass
class Battle:
    """What one person did, to be compared with what is stored. names are by side, as the page told them."""

    battle_id: uuid.UUID
    asked: list[str]
    choice: str
    names: tuple[str, str]


@dataclass
class Diary:
    battles: list[Battle] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)  # from asking to being able to vote, a turn each
    grew: int = 0  # turns in which both answers were seen while they were written
    failed: list[uuid.UUID] = field(default_factory=list)
    interrupted: int = 0


async def take_part(
    browser: Browser, door: str, *, battles: int, turns: int, wait: float, numbers: Iterator[int], diary: Diary
) -> None:
    """One person, new to the arena, in as many battles."""
    context = await browser.new_context()
    context.set_default_timeout(wait * 1_000)
    page = await context.new_page()
    for _ in range(battles):
        number = next(numbers)
        diary.battles.append(await _battle(page, door, number, turns, wait, diary))
        print(f"  battle {number}: {sum(diary.seconds[-turns:]):.0f} s of writing", flush=True)
    await context.close()


async def _battle(page: Page, door: str, number: int, turns: int, wait: float, diary: Diary) -> Battle:
    dice = random.Random(number)
    first = f"{QUESTIONS[number % len(QUESTIONS)]} ({number})"
    await page.goto(door)
    consent = page.get_by_label("I have read this and agree")
    if await consent.count():
        await consent.check()
    await page.get_by_label("Your question").fill(first)
    await page.keyboard.press("Control+Enter")
    await page.wait_for_url("**/battles/*")
    asked = [first]
    while True:
        state = await _watch(page, wait, diary)
        if state == "failed":  # an apology, and the first question goes to another pair
            diary.failed.append(_id(page))
            asked = asked[:1]
            await page.get_by_role("button", name="Try with another pair").click()
            await page.wait_for_url(partial(operator.ne, page.url))
        elif state == "interrupted":
            diary.interrupted += 1
            await page.get_by_role("button", name="Write the answers again").click()
        elif len(asked) == turns:
            return await _vote(page, asked, dice.choice(list(KEYS)))
        else:
            asked.append(f"{dice.choice(FOLLOW_UPS)} ({number}.{len(asked)})")
            await _ask_on(page, asked[-1])


async def _ask_on(page: Page, question: str) -> None:
    await page.get_by_text("Ask on").first.click()
    await page.get_by_label("Next question").fill(question)
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#battle[data-state=shown]")).to_have_count(0)


async def _watch(page: Page, wait: float, diary: Diary) -> str:
    """Until the answers are there, or not to come. Playwright's own waiting needs what the page's policy forbids."""
    began = time.monotonic()
    seen: tuple[set[int], set[int]] = (set(), set())
    async with asyncio.timeout(wait):
        while True:
            state, *lengths = await page.evaluate(LOOK)
            if state in SETTLED:
                break
            for side, length in zip(seen, lengths, strict=True):
                if length:
                    side.add(length)
            await asyncio.sleep(LOOK_SECONDS)
    if TELLING in (await page.content()).lower():
        raise TellsTooMuchError(page.url)
    if state == "shown":
        diary.seconds.append(time.monotonic() - began)
        diary.grew += all(seen)
    return str(state)


async def _vote(page: Page, asked: list[str], choice: str) -> Battle:
    await page.keyboard.press(KEYS[choice])
    await expect(page.locator("#battle[data-state=voted]")).to_be_visible()
    names = [await page.locator(f"[data-part=model-side_{side}] strong").inner_text() for side in "ab"]
    await expect(page.get_by_role("link", name="Ask something new")).to_be_visible()
    return Battle(_id(page), asked, choice, (names[0], names[1]))


def _id(page: Page) -> uuid.UUID:
    return uuid.UUID(page.url.split("#")[0].rpartition("/")[2])


def counting() -> Iterator[int]:
    return itertools.count(1)
