"""A real site (web and worker processes) and a real browser."""

import json
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from app.accounts.viewer import OPERATOR
from app.db.engine import Database
from app.imports.check import check
from app.imports.plan import ImportOptions
from app.imports.progress import Silent
from app.imports.service import Destination, import_checked
from tests.processes import served

CHROMIUM = os.environ.get("PREFERENDUM_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
# Chromium of itself asks its maker's servers for updates; here it must ask nobody.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MODELS = ("planted-aardvark-7b", "planted-bison-13b", "planted-caribou-70b")
ANSWER = """\
### A heading

Some **bold** text, `code`, and a list:

1. first
2. second

| a | b |
|---|---|
| 1 | $x^2$ |

```python
def answer() -> int:
    return 42
```
"""


@dataclass(frozen=True)
class Site:
    """A served arena."""

    address: str
    slug: str
    matchups: int


@pytest.fixture
async def site(test_url: str, database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    """An imported arena, served by `preferendum serve` and ranked by `preferendum worker`."""
    site = Site("", "kitchen", 6)
    await import_arena(database, tmp_path / "matchups.jsonl", site)
    with served(test_url, tmp_path, with_worker=True) as address:
        yield replace(site, address=address)


async def import_arena(database: Database, file: Path, site: Site) -> None:
    with file.open("w") as lines:
        for number in range(site.matchups):
            pair = (MODELS[number % 3], MODELS[(number + 1 + number // 3) % 3])
            outputs = [{"model": model, "text": f"Answer {number}.\n\n{ANSWER}"} for model in pair]
            lines.write(
                json.dumps({"id": f"q{number}", "prompt": f"Question **{number}**?", "outputs": outputs}) + "\n"
            )
    checked = check(ImportOptions(file=file), Silent())
    async with database.session() as session:
        await import_checked(session, OPERATOR, Destination(site.slug, "The kitchen", open_it=True), checked, Silent())


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium found; install the package chromium or set PREFERENDUM_CHROMIUM")
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield launched
        await launched.close()
