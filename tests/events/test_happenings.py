"""What is told beside votes, the worker that tells it, and the pages in a real browser."""

import asyncio
import json
import re
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser

from app.accounts.service import create_user, viewer_of_user
from app.config import PROJECT_FOLDER, Settings
from app.db.engine import Database
from app.events import collecting
from app.events.dispatch import Dispatcher
from app.events.payloads import ABOUT
from app.events.snippets import VERIFY
from app.jobs import worker
from app.releases import service as releases
from tests.e2e.checks import assert_accessible, assert_fits
from tests.events.hooks import add_hook, arena_of, vote
from tests.events.receivers import ToThisMachine, answers, receiver
from tests.live.worlds import open_live_arena
from tests.people import PASSWORD, Person, Visitors
from tests.processes import served

DOCS = (PROJECT_FOLDER / "docs" / "webhooks.md").read_text(encoding="utf-8")


async def test_releases_are_told_of_when_they_are_ready_and_when_they_failed(
    database: Database, settings: Settings, owner: Person, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    arena = await arena_of(database, owner)
    async with receiver(answers(200)) as there:
        await add_hook(owner, there.url, ["release.ready", "release.failed"])
        await vote(database, arena)
        order = {"format": "raw-votes", "file_type": "jsonl"}
        asked = [(await owner.http.post("/api/arenas/kitchen/releases", json=order)).json()["id"] for _ in range(2)]
        await releases.write_release(database, settings, uuid.UUID(asked[0]))

        async def fail(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(releases, "write_dataset", fail)
        await releases.write_release(database, settings, uuid.UUID(asked[1]))
        await dispatcher.work_once()
    told = [json.loads(one.body) for one in there.received]
    facts = {"arena": "kitchen", "format": "raw-votes", "file_type": "jsonl"}
    by_type = {one["type"]: one["data"] for one in told}
    assert by_type == {
        "release.ready": {**facts, "release_id": asked[0], "rows": 1},
        "release.failed": {**facts, "release_id": asked[1]},
    }


async def test_models_that_join_and_leave_a_pool_are_told_of_once(
    database: Database, owner: Person, dispatcher: Dispatcher
) -> None:
    assert owner.viewer
    await open_live_arena(database, owner=owner.viewer)
    async with receiver(answers(200)) as there:
        await add_hook(owner, there.url, ["model.joined", "model.left"], slug="talk")
        [model, _] = (await owner.http.get("/api/arenas/talk/pool")).json()
        path = f"/api/arenas/talk/pool/{model['id']}"
        for _ in range(2):
            assert (await owner.http.delete(path)).status_code == 204
        for _ in range(2):
            assert (await owner.http.put(path, json={"weight": 2})).status_code == 204
        await dispatcher.work_once()
    told = [json.loads(one.body) for one in there.received]
    assert sorted(one["type"] for one in told) == ["model.joined", "model.left"]
    assert all(one["data"]["model"] == model["name"] for one in told)


async def test_the_worker_tells_within_seconds_without_being_asked(
    database: Database, settings: Settings, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "make_client", lambda: httpx.AsyncClient(transport=ToThisMachine()))
    arena = await arena_of(database, owner)
    stop = asyncio.Event()
    async with receiver(answers(200)) as there:
        await add_hook(owner, there.url)
        working = asyncio.create_task(worker.run_worker(database, settings, stop))
        await vote(database, arena)
        await there.has(1)
        stop.set()
        await working


async def test_deliveries_are_forgotten_after_thirty_days_unless_they_wait(
    database: Database, owner: Person, dispatcher: Dispatcher
) -> None:
    arena = await arena_of(database, owner)
    async with receiver(answers(200, 500)) as there:
        hook = await add_hook(owner, there.url)
        await vote(database, arena)
        await dispatcher.work_once()
        await vote(database, arena)
        await dispatcher.work_once()
    async with database.session() as session:
        assert await collecting.forget(session) == 0
        later = datetime.now(UTC) + timedelta(seconds=5)
        assert await collecting.forget(session, datetime.now(UTC) - later) == 1
    assert [one["state"] for one in await hook.deliveries()] == ["waiting"]


def test_the_documentation_shows_the_code_and_names_the_events_that_there_are() -> None:
    assert VERIFY in DOCS
    assert all(f"`{event}`" in DOCS for event in ABOUT)


async def test_the_documented_example_has_the_fields_that_are_sent(
    database: Database, owner: Person, dispatcher: Dispatcher
) -> None:
    [example] = [json.loads(found) for found in re.findall(r"```json\n(.*?)```", DOCS, re.DOTALL)]
    arena = await arena_of(database, owner)
    async with receiver(answers(200)) as there:
        await add_hook(owner, there.url)
        await vote(database, arena)
        await dispatcher.work_once()
    sent = json.loads(there.received[0].body)
    assert list(sent) == list(example)
    assert list(sent["data"]) == list(example["data"])


@pytest.mark.e2e
async def test_the_pages_are_accessible_fit_and_work_without_scripts(
    test_url: str, database: Database, browser: Browser, visitors: Visitors, dispatcher: Dispatcher, tmp_path: Path
) -> None:
    async with database.session() as session:
        await create_user(session, "admin@example.org", PASSWORD, "admin")
        admin = await viewer_of_user(session, "admin@example.org")
    who = await visitors.stranger()
    who.viewer = admin
    arena = await arena_of(database, who)
    async with receiver(answers(200, 500)) as there:
        with served(test_url, tmp_path) as address:
            context = await browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
            page = await context.new_page()
            await page.goto(f"{address}/sign-in?to=/arenas/kitchen/manage")
            await page.get_by_label("E-mail address").fill("admin@example.org")
            await page.get_by_label("Password").fill(PASSWORD)
            await page.get_by_role("button", name="Sign in").click()
            await page.get_by_role("link", name="Webhooks").click()
            await assert_fits(page)
            await page.get_by_label("Address").fill(there.url + "/" + "long" * 40)
            await page.get_by_role("button", name="Add the webhook").click()
            assert "whsec_" in await page.inner_text("#secret")
            await assert_fits(page)
            await page.get_by_role("button", name="Pause").click()
            await page.get_by_role("button", name="Switch on").click()
            await vote(database, arena)
            await page.get_by_role("button", name="Send a test event").click()
            assert "on its way" in await page.inner_text("[role=status]")
            await dispatcher.work_once()
            await page.get_by_role("link", name=re.compile("All")).click()
            await page.get_by_text("What is sent").first.click()
            await assert_fits(page)
            here = page.url
            scripted = await browser.new_context(storage_state=await context.storage_state(), color_scheme="dark")
            checked = await scripted.new_page()
            for place in (here, here.rpartition("/")[0]):
                await checked.goto(place)
                await assert_accessible(checked)
                await assert_fits(checked)
            await scripted.close()
            await context.close()
