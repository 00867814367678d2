"""Receivers that are down, slow or hostile lose no event and hurt nobody."""

import asyncio
import tracemalloc
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from app.db.engine import Database
from app.events import sending
from app.events.dispatch import Dispatcher
from app.events.sending import send
from app.events.signatures import key_of, new_secret
from app.providers.http import make_client
from tests.events.certificates import self_signed
from tests.events.hooks import add_hook, arena_of, event_id, make_due, vote
from tests.events.receivers import Mood, ToThisMachine, answers, never_answers, raw, receiver
from tests.people import Person

KEYS = [key_of(new_secret())]
HEAD = b"HTTP/1.1 200 OK\r\n"
OTHERS_SECRET = "http://169.254.169.254/latest/meta-data"


@pytest.fixture
def short_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "WHOLE_SECONDS", 0.5)
    monkeypatch.setattr(sending, "_BODY_SECONDS", 0.2)


async def attempt(client: httpx.AsyncClient, url: str) -> sending.Outcome:
    return await send(client, url, KEYS, "vote_1", b"{}")


async def test_a_redirect_into_a_private_network_is_not_followed(client: httpx.AsyncClient, way: ToThisMachine) -> None:
    for status in (301, 302, 303, 307, 308):
        mood = answers(status, headers=f"Location: {OTHERS_SECRET}\r\n")
        async with receiver(mood) as there:
            outcome = await attempt(client, there.url)
        assert outcome.status == status
        assert outcome.error
        assert "Redirects are not followed" in outcome.error
    assert set(way.hosts) == {"9.9.9.9"}


async def test_an_endless_body_is_left_unread_and_the_status_counts(
    client: httpx.AsyncClient, short_of_time: None
) -> None:
    flood = raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65_536 + b"\r\n")
    drip = raw(HEAD + b"Content-Length: 99999999\r\n\r\n", b"x", pause=0.01)
    for mood in (flood, drip):
        async with receiver(mood) as there:
            tracemalloc.start()
            outcome = await attempt(client, there.url)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert (outcome.status, outcome.error) == (200, None)
        assert peak < 8_000_000
        assert there.sent < 40_000_000  # what lay in the buffers of the two sockets, and no more


TROUBLE: list[tuple[str, Mood, str]] = [
    ("huge headers", raw(HEAD + b"X-Long: " + b"x" * 1_000_000 + b"\r\n\r\n"), "not HTTP as it should be"),
    ("endless headers", raw(HEAD, b"X-One: " + b"x" * 500 + b"\r\n", pause=0.001), "came within|not HTTP"),
    ("never answers", never_answers, "No answer came within"),
    ("no HTTP", raw(b"220 mail.example.org ESMTP\r\n"), "not HTTP as it should be"),
    ("hangs up", raw(b""), "not HTTP as it should be"),
    ("bombs", raw(HEAD + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nxyz"), "not HTTP as it should be"),
    ("refuses", answers(400, body="<script>alert(1)</script>"), "It answered 400."),
]


@pytest.mark.parametrize(("mood", "said"), [trouble[1:] for trouble in TROUBLE], ids=[one[0] for one in TROUBLE])
async def test_each_kind_of_trouble_ends_in_time_and_is_said_in_words(
    client: httpx.AsyncClient, short_of_time: None, mood: Mood, said: str
) -> None:
    async with receiver(mood) as there, asyncio.timeout(5):
        outcome = await attempt(client, there.url)
    assert outcome.error
    assert any(words in outcome.error for words in said.split("|")), outcome.error
    assert "script" not in outcome.error


async def test_a_receiver_that_is_down_is_said_to_be(client: httpx.AsyncClient) -> None:
    async with receiver(answers(200)) as there:
        url = there.url
    assert await error_of(client, url) == "No connection could be made."


async def test_a_certificate_that_does_not_hold_is_refused(client: httpx.AsyncClient, tmp_path: Path) -> None:
    async with receiver(answers(200), self_signed(tmp_path)) as there:
        error = await error_of(client, there.url)
        assert error == "No safe connection could be made: its certificate does not hold."
        assert there.received == []


async def error_of(client: httpx.AsyncClient, url: str) -> str | None:
    return (await attempt(client, url)).error


@pytest.mark.parametrize("answer", [["127.0.0.1"], ["9.9.9.9", "10.0.0.7"], ["::1"], ["169.254.169.254"]])
async def test_a_name_that_comes_to_lead_into_a_private_network_gets_nothing(answer: list[str]) -> None:
    """With the worker's own client: what was public when it was set may be private when it is connected to."""

    async def resolve(_: str, __: int) -> list[str]:
        return answer

    async with receiver(answers(200)) as there, make_client(resolve=resolve) as real:
        outcome = await attempt(real, f"http://rebound.example.org:{there.port}/hook")
        literal = await attempt(real, f"http://127.0.0.1:{there.port}/hook")
        assert there.received == []
    for one in (outcome, literal):
        assert one.error == "Nothing was sent: the address leads into a private or reserved network."


async def test_while_a_receiver_is_down_nothing_is_lost_and_it_is_asked_seldom(
    database: Database, owner: Person, dispatcher: Dispatcher
) -> None:
    arena = await arena_of(database, owner)
    async with receiver(answers(500)) as there:
        hook = await add_hook(owner, there.url)
        cast = [event_id(one) for _ in range(6) for one in await vote(database, arena)]
        for _ in range(3):
            await dispatcher.work_once()
        assert len(there.received) <= 5
        before = len(there.received)
        for _ in range(3):
            await dispatcher.work_once()  # it rests
        assert len(there.received) == before
        there.mood = answers(200)
        there.received.clear()
        for _ in range(3):
            await make_due(database)
            await dispatcher.work_once()
    assert sorted(there.ids) == sorted(cast)
    assert {one["state"] for one in await hook.deliveries()} == {"delivered"}


async def test_gone_switches_off_and_the_reason_is_shown(
    database: Database, owner: Person, dispatcher: Dispatcher
) -> None:
    arena = await arena_of(database, owner)
    async with receiver(answers(410, 200)) as there:
        hook = await add_hook(owner, there.url)
        first = event_id(*await vote(database, arena))
        await dispatcher.work_once()
        meanwhile = event_id(*await vote(database, arena))
        await dispatcher.work_once()
        gone = await hook.get()
        assert (gone["state"], len(there.received)) == ("disabled", 1)
        assert "410 Gone" in gone["reason"]
        await owner.http.patch(hook.path, json={"state": "active"})
        await dispatcher.work_once()
        await hook.post("replay", {"since": "2020-01-01T00:00:00Z"})
        await dispatcher.work_once()
    assert there.ids == [first, meanwhile, first]
    assert (await hook.get())["reason"] is None


async def test_attempts_that_fail_for_days_switch_off_and_what_waits_is_sent_once_it_is_on_again(
    database: Database, owner: Person, dispatcher: Dispatcher
) -> None:
    arena = await arena_of(database, owner)
    async with receiver(answers(500)) as there:
        hook = await add_hook(owner, there.url)
        cast = event_id(*await vote(database, arena))
        await dispatcher.work_once()
        async with database.session() as session:
            await session.execute(
                text("UPDATE webhook SET failures = 9, failing_since = now() - interval '5 days 1 hour'")
            )
        await make_due(database)
        await dispatcher.work_once()
        off = await hook.get()
        assert off["state"] == "disabled"
        assert off["reason"] == "All 10 attempts of 5 days failed, the last: It answered 500."
        await make_due(database)
        await dispatcher.work_once()
        assert len(there.received) == 2
        there.mood = answers(200)
        await owner.http.patch(hook.path, json={"state": "active"})
        await dispatcher.work_once()
    assert there.ids == [cast] * 3


async def test_after_its_last_attempt_a_delivery_failed_and_waits_to_be_sent_again(
    database: Database, owner: Person, dispatcher: Dispatcher
) -> None:
    arena = await arena_of(database, owner)
    async with receiver(answers(500)) as there:
        hook = await add_hook(owner, there.url)
        await vote(database, arena)
        for _ in range(12):
            await dispatcher.work_once()
            await make_due(database)
        [failed] = await hook.deliveries(state="failed")
        assert (failed["attempts"], len(there.received)) == (10, 10)
        there.mood = answers(200)
        await hook.post(f"deliveries/{failed['id']}/again")
        await make_due(database)
        await dispatcher.work_once()
    [delivered] = await hook.deliveries()
    assert (delivered["state"], delivered["attempts"]) == ("delivered", 11)
