"""Who may have webhooks, what their pages and API do, and what is refused."""

import json
import re
from typing import Any

import pytest

from app.db.engine import Database
from app.events.dispatch import Dispatcher
from tests.events.hooks import Hook, add_hook, arena_of, make_due, vote
from tests.events.receivers import answers, receiver
from tests.people import Person, Visitors
from tests.worlds import open_arena

URL = "https://9.9.9.9/hook?code=a%20b"
PAGES = "/arenas/kitchen/webhooks"
JSON = {"Accept": "application/json"}


def routes(hook: Hook) -> list[tuple[str, str, dict[str, Any]]]:
    """Everything that one can ask for, over the API and on the pages."""
    body = {"url": URL, "types": ["vote.cast"]}
    page = f"{PAGES}/{hook.id}"
    some = "01890000-0000-7000-8000-000000000000"
    return [
        ("GET", "/api" + PAGES, {}),
        ("POST", "/api" + PAGES, {"json": body}),
        ("GET", hook.path, {}),
        ("PATCH", hook.path, {"json": {"state": "paused"}}),
        ("POST", f"{hook.path}/secret", {"json": {}}),
        ("POST", f"{hook.path}/test", {}),
        ("GET", f"{hook.path}/deliveries", {}),
        ("POST", f"{hook.path}/deliveries/{some}/again", {}),
        ("POST", f"{hook.path}/replay", {"json": {"since": "2020-01-01T00:00:00Z"}}),
        ("GET", PAGES, {}),
        ("POST", PAGES, {"data": {**body, "kinds": "human"}}),
        ("GET", page, {}),
        ("POST", page, {"data": {**body, "kinds": "human"}}),
        ("POST", f"{page}/state", {"data": {"state": "paused"}}),
        ("POST", f"{page}/secret", {"data": {}}),
        ("POST", f"{page}/test", {}),
        ("POST", f"{page}/replay", {"data": {}}),
        ("POST", f"{page}/deliveries/{some}/again", {}),
        ("POST", f"{page}/remove", {}),
        ("DELETE", hook.path, {}),
    ]


async def test_only_who_may_manage_the_arena_has_anything_to_do_with_its_webhooks(
    database: Database, owner: Person, admin: Person, researcher: Person, stranger: Person, visitors: Visitors
) -> None:
    await arena_of(database, owner)
    annotator = await visitors.account("votes@example.org", "annotator")
    hook = await add_hook(owner, URL)
    before = await hook.get()
    for method, path, sent in routes(hook):
        for who, status in ((researcher, 403), (annotator, 403), (stranger, 401)):
            answer = await who.http.request(method, path, **sent, headers=JSON)
            assert answer.status_code == status, (method, path, answer.text)
            assert "9.9.9.9" not in answer.text
    assert await hook.get() == before
    assert [one["id"] for one in (await admin.http.get("/api" + PAGES)).json()] == [hook.id]


async def test_a_webhook_is_not_reached_through_another_arena(
    database: Database, owner: Person, researcher: Person
) -> None:
    await arena_of(database, owner)
    await open_arena(database, slug="garden", owner=researcher.viewer, matchups=0)
    hook = await add_hook(owner, URL)
    for method, path, sent in routes(hook):
        if hook.id in path:
            answer = await researcher.http.request(method, path.replace("kitchen", "garden"), **sent, headers=JSON)
            assert answer.status_code == 404, (method, path, answer.text)
    assert (await hook.get())["state"] == "active"


async def test_a_token_needs_the_right_to_manage(database: Database, owner: Person, stranger: Person) -> None:
    await arena_of(database, owner)
    for scope, status in (("export", 403), ("manage", 201)):
        made = await owner.http.post("/account/tokens", data={"name": scope, "scopes": ["read", scope]})
        [token] = re.findall(r"<code>(\S{20,})</code>", made.text)
        answer = await stranger.http.post(
            "/api" + PAGES,
            json={"url": URL, "types": ["vote.cast"]},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == status


async def test_an_arena_has_only_so_many_webhooks(database: Database, owner: Person) -> None:
    await arena_of(database, owner)
    for number in range(20):
        await add_hook(owner, f"https://9.9.9.9/{number}")
    full = await owner.http.post("/api" + PAGES, json={"url": URL, "types": ["vote.cast"]})
    assert full.status_code == 409
    assert "at most 20" in full.text


async def test_a_test_event_is_sent_and_seen_and_one_can_be_sent_again(
    database: Database, owner: Person, dispatcher: Dispatcher
) -> None:
    await arena_of(database, owner)
    async with receiver(answers(200)) as there:
        hook = await add_hook(owner, there.url)
        page = f"{PAGES}/{hook.id}"
        assert "Nothing has been sent yet" in (await owner.http.get(page)).text
        tested = await owner.http.post(f"{page}/test")
        assert tested.headers["location"] == f"{page}?done=test#deliveries"
        await dispatcher.work_once()
        [one] = await hook.deliveries()
        assert (await owner.http.post(f"{page}/deliveries/{one['id']}/again")).status_code == 303
        await dispatcher.work_once()
        shown = (await owner.http.get(page)).text
    assert there.ids == [one["event_id"]] * 2
    assert json.loads(there.received[0].body)["type"] == "webhook.test"
    assert one["event_id"] in shown
    assert "2 attempts" in shown
    assert "It answered 200." in shown


async def test_deliveries_are_listed_by_state_and_page_by_page(
    database: Database, owner: Person, dispatcher: Dispatcher
) -> None:
    arena = await arena_of(database, owner)
    async with receiver(answers(200, 410)) as there:
        hook = await add_hook(owner, there.url)
        for _ in range(3):
            await vote(database, arena)
            await dispatcher.work_once()
    await owner.http.patch(hook.path, json={"state": "active"})
    assert [one["state"] for one in await hook.deliveries()] == ["failed", "delivered"]
    assert [one["last_status"] for one in await hook.deliveries(state="failed")] == [410]
    first = await owner.http.get(f"{hook.path}/deliveries?limit=1")
    following = re.fullmatch(r'<(.+)>; rel="next"', first.headers["link"])
    assert following
    second = await owner.http.get(following[1])
    assert [one["state"] for one in (*first.json(), *second.json())] == ["failed", "delivered"]
    page = (await owner.http.get(f"{PAGES}/{hook.id}?state=failed")).text
    assert "It answered 410" in page
    assert "Send them again" in page
    assert (await owner.http.post(f"{PAGES}/{hook.id}/replay", data={"since": "hour"})).status_code == 303
    assert [one["state"] for one in await hook.deliveries()] == ["waiting", "delivered"]


async def test_pausing_keeps_what_happens_and_removing_takes_everything_away(
    database: Database, owner: Person, dispatcher: Dispatcher
) -> None:
    arena = await arena_of(database, owner)
    async with receiver(answers(200)) as there:
        hook = await add_hook(owner, there.url)
        page = f"{PAGES}/{hook.id}"
        assert (await owner.http.post(f"{page}/state", data={"state": "paused"})).status_code == 303
        refused = await owner.http.post(f"{hook.path}/test", headers=JSON)
        assert (refused.status_code, "Switch it on first" in refused.text) == (409, True)
        await vote(database, arena)
        await dispatcher.work_once()
        assert there.received == []
        assert (await owner.http.post(f"{page}/state", data={"state": "active"})).status_code == 303
        await dispatcher.work_once()
        assert len(there.received) == 1
        await vote(database, arena)
        assert (await owner.http.post(f"{page}/remove")).headers["location"] == f"{PAGES}?done=removed"
        await make_due(database)
        await dispatcher.work_once()
        assert len(there.received) == 1
    assert (await owner.http.get(page)).status_code == 404
    assert "Nobody is told anything yet" in (await owner.http.get(PAGES)).text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"url": " ", "types": "vote.cast", "kinds": "human"}, "Type the address"),
        ({"url": URL, "kinds": "human"}, "Tick at least one event."),
        ({"url": URL, "types": "vote.cast"}, "Tick at least one kind of voter."),
    ],
)
async def test_what_is_missing_in_a_form_is_said_and_what_was_typed_is_kept(
    database: Database, owner: Person, form: dict[str, Any], said: str
) -> None:
    await arena_of(database, owner)
    hook = await add_hook(owner, "https://9.9.9.9/before")
    for path in (PAGES, f"{PAGES}/{hook.id}"):
        refused = await owner.http.post(path, data=form)
        assert (refused.status_code, said in refused.text) == (422, True)
        assert form["url"].replace("&", "&amp;") in refused.text
    assert (await hook.get())["url"] == "https://9.9.9.9/before"


async def test_happenings_are_told_in_the_transaction_in_which_they_happen(
    database: Database, owner: Person, dispatcher: Dispatcher
) -> None:
    await arena_of(database, owner)
    async with receiver(answers(200)) as there:
        await add_hook(owner, there.url, ["arena.opened", "arena.closed"])
        for state in ("closed", "closed", "open", "open"):
            await owner.http.patch("/api/arenas/kitchen", json={"state": state})
        await owner.http.patch("/api/arenas/kitchen", json={"state": "closed", "live": {"moderation_url": "ftp://x"}})
        await dispatcher.work_once()
    told = [json.loads(one.body) for one in there.received]
    assert [one["type"] for one in told] == ["arena.closed", "arena.opened"]
    assert told[0]["data"] == {"arena": "kitchen"}
