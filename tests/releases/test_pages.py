"""The page of an arena's releases."""

import re
import uuid
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.arenas.tables import Arena
from app.config import Settings
from app.db.engine import Database
from app.releases import service
from app.releases.formats import FORMATS
from app.releases.writers import WRITERS
from tests.people import Person
from tests.releases.arenas import Cast, arena_with

PAGE = "/arenas/kitchen/releases"


@pytest.fixture
async def arena(database: Database, owner: Person) -> Arena:
    return await arena_with(database, [Cast(), Cast(("tie",))], owner=owner.viewer)


async def ask(person: Person, **form: Any) -> uuid.UUID:
    response = await person.http.post(PAGE, data={"format": "raw-votes", "file_type": "jsonl", **form})
    assert (response.status_code, response.headers["location"]) == (303, PAGE), response.text
    page = (await person.http.get(PAGE)).text
    return uuid.UUID(re.search(r'data-id="([0-9a-f-]{36})"', page)[1])


async def test_the_page_is_empty_with_a_way_on_before_the_first_release(arena: Arena, owner: Person) -> None:
    page = await owner.http.get(PAGE)
    assert page.status_code == 200
    assert "Nothing has been released yet" in page.text
    assert "data-unfinished" not in page.text


async def test_a_release_is_asked_for_with_a_form_and_offered_once_it_is_ready(
    arena: Arena, owner: Person, database: Database, settings: Settings
) -> None:
    release_id = await ask(owner, format="trl-preference", file_type="parquet", kinds=["human", "judge"])
    waiting = (await owner.http.get(PAGE)).text
    assert "data-unfinished" in waiting
    assert "Votes of these kinds: human, judge." in waiting
    await service.write_release(database, settings, release_id)
    page = (await owner.http.get(PAGE)).text
    assert "data-unfinished" not in page
    for link in re.findall(r'href="(/api/[^"]*/files/[^"]*)"', page):
        assert (await owner.http.get(link)).status_code == 200, link
    assert "load_dataset(&#34;trl-preference&#34;, split=&#34;train&#34;)" in page
    assert "DPOTrainer" in page
    assert "1 vote left out" in page


async def test_the_form_offers_every_format_and_kind_of_file_and_asks_for_the_rest(
    arena: Arena, owner: Person, database: Database, settings: Settings
) -> None:
    page = (await owner.http.get(PAGE)).text
    assert re.findall(r'name="format" value="([^"]*)"', page) == list(FORMATS)
    assert re.findall(r'name="file_type" value="([^"]*)"', page) == list(WRITERS)
    form = {"format": "trl-unpaired", "compressed": "yes", "split": "80/10/10", "options": ["ties"], "kinds": ["human"]}
    release_id = await ask(owner, **form)
    await service.write_release(database, settings, release_id)
    page = (await owner.http.get(PAGE)).text
    assert "Split 80/10/10 by prompt. With ties." in page
    for split in ("train", "validation", "test"):
        assert f"trl-unpaired-{split}.jsonl.gz" in page


@pytest.mark.parametrize(
    "changes", [{"file_type": "csv", "format": "ranking"}, {"split": "a"}, {"options": "margin"}, {"compressed": "x"}]
)
async def test_what_does_not_go_together_is_refused_on_the_page_too(
    arena: Arena, owner: Person, changes: dict[str, str]
) -> None:
    response = await owner.http.post(PAGE, data={"format": "raw-votes", "file_type": "jsonl", **changes})
    assert response.status_code == 422


async def test_the_progress_of_a_release_is_shown(
    arena: Arena, owner: Person, database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    release_id = await ask(owner)
    pages, report = [], service.repository.report_progress

    async def watch(session: AsyncSession, *args: Any) -> bool:
        wanted = await report(session, *args)
        await session.commit()
        pages.append((await owner.http.get(PAGE)).text)
        return wanted

    monkeypatch.setattr(service.repository, "report_progress", watch)
    await service.write_release(database, settings, release_id)
    assert f'<progress id="progress-{release_id}" max="2" value="2">' in pages[0]


async def test_a_release_can_be_cancelled_from_the_page(arena: Arena, owner: Person) -> None:
    release_id = await ask(owner)
    response = await owner.http.post(f"{PAGE}/{release_id}/cancel")
    assert (response.status_code, response.headers["location"]) == (303, PAGE)
    assert "Cancelled; nothing was kept." in (await owner.http.get(PAGE)).text


async def test_strangers_are_asked_to_sign_in_and_others_refused(
    arena: Arena, stranger: Person, researcher: Person, owner: Person
) -> None:
    assert (await owner.http.get(PAGE)).status_code == 200
    assert (await stranger.http.get(PAGE)).status_code == 401
    assert (await researcher.http.get(PAGE)).status_code == 403
    assert (await researcher.http.post(PAGE, data={"format": "raw-votes", "file_type": "jsonl"})).status_code == 403
