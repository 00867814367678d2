"""What must hold on every page, in every browser window."""

from collections.abc import Sequence
from typing import Literal

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, ViewportSize

Scheme = Literal["light", "dark"]
Window = tuple[ViewportSize, Scheme]
SCHEMES: tuple[Scheme, Scheme] = ("light", "dark")


async def assert_accessible(page: Page) -> None:
    results = await Axe().run(page)
    problems = [(found["id"], [node["target"] for node in found["nodes"]]) for found in results.response["violations"]]
    assert problems == [], f"{page.url}: {problems}"


async def assert_accessible_in_both_schemes(page: Page) -> None:
    """The page as it stands, in light and in dark colours."""
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        await assert_accessible(page)


async def assert_fits(page: Page) -> None:
    """Nothing makes the page scroll sideways."""
    overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{page.url} is {overflow} px too wide"


async def assert_good_in(windows: Sequence[Window], page: Page) -> None:
    """The page as it stands is accessible and fits in windows of these sizes and colours."""
    for size, scheme in windows:
        await page.set_viewport_size(size)
        await page.emulate_media(color_scheme=scheme)
        await assert_accessible(page)
        await assert_fits(page)
