"""A real site (web and worker processes), in which each test has an arena of its own."""

import json
import zlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.accounts.viewer import OPERATOR
from app.db.engine import Database
from app.imports.check import check
from app.imports.plan import ImportOptions
from app.imports.progress import Silent
from app.imports.service import Destination, import_checked
from tests.conftest import copy_of
from tests.processes import served

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
    """A served arena, and the database that it is in."""

    address: str
    database: Database
    slug: str
    matchups: int = 6


@pytest.fixture(scope="module")
def site_url(server_url: str, template: str) -> Iterator[str]:
    """A database for all tests of a module: each has an arena of its own in it, and they share the processes."""
    with copy_of(server_url, template) as url:
        yield url


@pytest.fixture
async def site_database(site_url: str) -> AsyncIterator[Database]:
    async with Database(site_url) as opened:
        yield opened


@pytest.fixture(scope="module")
def address(site_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where `preferendum serve` serves the site, while `preferendum worker` ranks its arenas."""
    with served(site_url, tmp_path_factory.mktemp("site"), with_worker=True) as address:
        yield address


@pytest.fixture
def slug(request: pytest.FixtureRequest) -> str:
    """The name of the test's own arena."""
    return f"test-{zlib.crc32(request.node.name.encode())}"


@pytest.fixture
async def site(address: str, site_database: Database, slug: str, tmp_path: Path) -> Site:
    """An imported arena on the shared site."""
    site = Site(address, site_database, slug)
    await import_arena(site, tmp_path / "matchups.jsonl")
    return site


async def import_arena(site: Site, file: Path) -> None:
    with file.open("w") as lines:
        for number in range(site.matchups):
            pair = (MODELS[number % 3], MODELS[(number + 1 + number // 3) % 3])
            outputs = [{"model": model, "text": f"Answer {number}.\n\n{ANSWER}"} for model in pair]
            lines.write(
                json.dumps({"id": f"q{number}", "prompt": f"Question **{number}**?", "outputs": outputs}) + "\n"
            )
    checked = check(ImportOptions(file=file), Silent())
    async with site.database.session() as session:
        await import_checked(session, OPERATOR, Destination(site.slug, "The kitchen", open_it=True), checked, Silent())
