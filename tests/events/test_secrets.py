"""Secrets and addresses: shown once, replaced in peace; and where a webhook may not lead."""

import os
import re
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.config import Settings
from app.db.engine import Database
from app.events import signatures
from app.events.dispatch import Dispatcher
from app.events.snippets import VERIFY
from app.model_registry.credentials import Vault
from tests.events.hooks import add_hook, arena_of, vote
from tests.events.receivers import answers, receiver
from tests.people import Person

URL = "https://9.9.9.9/hook?code=a%20b"
PAGES = "/arenas/kitchen/webhooks"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:8000/hook", "private or reserved network"),
        ("http://169.254.169.254/latest", "private or reserved network"),
        ("http://[::1]/", "private or reserved network"),
        ("http://[::ffff:10.0.0.1]/", "private or reserved network"),
        ("http://localhost/", "private or reserved network"),
        ("http://0x7f000001/", "unusual form"),
        ("https://name:word@9.9.9.9/", "name or password"),
        ("ftp://9.9.9.9/", "begin with http"),
        ("https://9.9.9.9/a?b=ü", "written as %xx"),
        ("https://9.9.9.9/?a#b", "written as %xx"),
        ("https://no-such-name.invalid/", "not known"),
    ],
)
async def test_an_address_that_may_not_be_is_refused_when_it_is_set_and_when_it_is_changed(
    database: Database, owner: Person, url: str, said: str
) -> None:
    await arena_of(database, owner)
    refused = await owner.http.post("/api" + PAGES, json={"url": url, "types": ["vote.cast"]})
    assert (refused.status_code, said in refused.text) == (422, True), refused.text
    hook = await add_hook(owner, URL)
    changed = await owner.http.patch(hook.path, json={"url": url})
    assert (changed.status_code, said in changed.text) == (422, True)
    page = await owner.http.post(PAGES, data={"url": url, "types": "vote.cast", "kinds": "human"})
    assert (page.status_code, said in page.text) == (422, True)
    assert [one["url"] for one in (await owner.http.get("/api" + PAGES)).json()] == [URL]


async def test_the_secret_is_shown_once_on_the_page_and_signs_what_the_shown_code_accepts(
    database: Database, owner: Person, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    arena = await arena_of(database, owner)
    async with receiver(answers(200)) as there:
        form = {"url": there.url, "types": ["vote.cast", "arena.closed"], "kinds": ["human"]}
        added = await owner.http.post(PAGES, data=form)
        assert added.status_code == 200
        [secret] = re.findall(r"whsec_[A-Za-z0-9+/]{43}=", added.text)
        [path] = set(re.findall(rf"{PAGES}/[0-9a-f-]{{36}}", added.text))
        assert secret not in (await owner.http.get(path)).text
        await vote(database, arena)
        await dispatcher.work_once()
    [got] = there.received
    monkeypatch.setitem(os.environ, "WEBHOOK_SECRET", secret)
    shown: dict[str, Any] = {}
    exec(VERIFY, shown)
    assert shown["read_event"](got.headers, got.body)["type"] == "vote.cast"
    with pytest.raises(ValueError, match="not signed"):
        shown["read_event"](got.headers, got.body + b" ")
    with pytest.raises(ValueError, match="too old"):
        shown["read_event"]({**got.headers, "webhook-timestamp": "1614265330"}, got.body)


async def test_a_replaced_secret_signs_beside_the_new_one_for_as_long_as_was_said(
    database: Database, owner: Person, dispatcher: Dispatcher
) -> None:
    arena = await arena_of(database, owner)
    async with receiver(answers(200)) as there:
        hook = await add_hook(owner, there.url)
        second = (await hook.post("secret", {"overlap_hours": 1}, status=200))["secret"]
        await vote(database, arena)
        await dispatcher.work_once()
        async with database.session() as session:
            await session.execute(text("UPDATE webhook SET previous_until = now() - interval '1 second'"))
        await vote(database, arena)
        await dispatcher.work_once()
        third = (await hook.post("secret", {"overlap_hours": 0}, status=200))["secret"]
        await vote(database, arena)
        await dispatcher.work_once()
    by = {"first": hook.secret, "second": second, "third": third}
    assert [signers(one, by) for one in there.received] == [["second", "first"], ["second"], ["third"]]


def signers(received: Any, secrets: dict[str, str]) -> list[str]:
    """Whose the signatures are, in their order."""
    signed = {
        signatures.sign(
            signatures.key_of(secret),
            received.headers["webhook-id"],
            int(received.headers["webhook-timestamp"]),
            received.body,
        ): name
        for name, secret in secrets.items()
    }
    return [signed[one] for one in received.headers["webhook-signature"].split(" ")]


async def test_a_secret_that_cannot_be_read_sends_nothing_unsigned(
    database: Database, settings: Settings, owner: Person, client: httpx.AsyncClient
) -> None:
    arena = await arena_of(database, owner)
    other_key = settings.model_copy(update={"data_dir": settings.data_dir / "elsewhere"})
    async with receiver(answers(200)) as there:
        hook = await add_hook(owner, there.url)
        await vote(database, arena)
        await Dispatcher(database, Vault(other_key), client).work_once()
        assert there.received == []
    [waiting] = await hook.deliveries()
    assert waiting["last_error"] == "The stored secret was encrypted under another key: replace it."


async def test_neither_the_database_nor_any_page_shows_the_secret_again(database: Database, owner: Person) -> None:
    await arena_of(database, owner)
    hook = await add_hook(owner, "https://9.9.9.9/hook")
    bare = hook.secret.removeprefix("whsec_")
    async with database.read_session() as session:
        row = (await session.execute(text("SELECT w::text FROM webhook w"))).scalar_one()
    pages = [await owner.http.get(path) for path in (hook.path, f"{hook.path}/deliveries")]
    assert all(bare not in shown for shown in (row, *(page.text for page in pages)))
