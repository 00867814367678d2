"""What must hold on every page, in every browser window."""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page


async def assert_accessible(page: Page) -> None:
    results = await Axe().run(page)
    problems = [(found["id"], [node["target"] for node in found["nodes"]]) for found in results.response["violations"]]
    assert problems == [], f"{page.url}: {problems}"


async def assert_fits(page: Page) -> None:
    """Nothing makes the page scroll sideways."""
    overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{page.url} is {overflow} px too wide"
