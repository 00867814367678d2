"""The stream over HTTP: who may read it, from where, and across a restart."""

import re
from pathlib import Path

import httpx
import pytest
from httpx_sse import aconnect_sse
from sqlalchemy import text

from app.db.engine import Database
from app.events.cursor import at_present
from tests.events.hooks import arena_of, many_votes
from tests.events.test_stream import Told, parse
from tests.people import Person, Visitors
from tests.processes import served

PATH = "/api/arenas/kitchen/votes/stream"
JSON = {"Accept": "application/json"}


async def test_one_can_have_what_there_is_and_go(database: Database, owner: Person) -> None:
    arena = await arena_of(database, owner)
    cast = await many_votes(database, arena, 3)
    answer = await owner.http.get(f"{PATH}?since=start&follow=false")
    told = [one for frame in answer.content.split(b"\n\n") if (one := parse(frame + b"\n\n"))]
    assert [one.name for one in told] == ["open", *["vote.cast"] * 3, "end"]
    assert sorted(one.event_id for one in told[1:4]) == sorted(cast)
    later = await many_votes(database, arena, 1)
    answer = await owner.http.get(f"{PATH}?follow=false", headers={"Last-Event-ID": told[-1].id})
    assert later[0].removeprefix("vote_").removesuffix("_1") in answer.text.replace("-", "")
    assert answer.text.count("event: vote.cast") == 1


async def test_only_who_may_export_the_arena_can_read_it(
    database: Database, owner: Person, researcher: Person, stranger: Person, visitors: Visitors
) -> None:
    await arena_of(database, owner)
    annotator = await visitors.account("votes@example.org", "annotator")
    for who, status in ((researcher, 403), (annotator, 403), (stranger, 401)):
        assert (await who.http.get(PATH, headers=JSON)).status_code == status
    token = await token_of(owner, "manage")
    refused = await stranger.http.get(PATH, headers={"Authorization": f"Bearer {token}"})
    assert refused.status_code == 403


async def token_of(owner: Person, scope: str) -> str:
    made = await owner.http.post("/account/tokens", data={"name": scope, "scopes": ["read", scope]})
    [token] = re.findall(r"<code>(\S{20,})</code>", made.text)
    return token


@pytest.mark.parametrize(
    ("position", "status"),
    [
        ("7", 422),
        ("1;3:3:;;0;" + "0" * 32, 422),
        ("'; DROP TABLE vote; --", 422),
        ("1;3:3:;", 409),
        ("{cluster};9:3:;", 422),
        ("{cluster};3:3:;99999999999999999999:99999999999999999999:", 409),
        ("{cluster};3:3:;5:5:;99999999999999999999;" + "0" * 32 + ";1", 422),
    ],
)
async def test_a_position_that_was_not_given_out_is_refused_in_words(
    database: Database, owner: Person, position: str, status: int
) -> None:
    await arena_of(database, owner)
    async with database.read_session() as session:
        cluster = (await at_present(session)).cluster
    given = position.replace("{cluster}", str(cluster))
    refused = await owner.http.get(PATH, headers={**JSON, "Last-Event-ID": given})
    assert refused.status_code == status, refused.text
    assert refused.json()["detail"]


async def test_over_the_network_it_streams_survives_a_restart_and_ends_with_its_token(
    database: Database, test_url: str, owner: Person, tmp_path: Path
) -> None:
    arena = await arena_of(database, owner)
    headers = {"Authorization": f"Bearer {await token_of(owner, 'export')}"}
    first = await many_votes(database, arena, 3)
    names = set()
    position = ""
    got: list[str] = []
    for start in range(2):
        with served(test_url, tmp_path) as address:
            async with httpx.AsyncClient(base_url=address, headers=headers, timeout=30) as client:
                resume = {"Last-Event-ID": position} if start else {}
                async with aconnect_sse(client, "GET", f"{PATH}?since=start", headers=resume) as source:
                    assert source.response.headers["content-type"].startswith("text/event-stream")
                    events = source.aiter_sse()
                    assert (await anext(events)).event == "open"
                    for _ in range(3):
                        event = await anext(events)
                        told = Told(event.id, event.event, event.json())
                        got.append(told.event_id)
                        names.add(told.data["annotator"])
                        position = told.id
                    if start:
                        async with database.session() as session:
                            await session.execute(text("UPDATE api_token SET revoked_at = now()"))
                        assert [one.event async for one in events] == ["end"]
        if not start:
            second = await many_votes(database, arena, 3)
    assert sorted(got) == sorted([*first, *second])
    assert len(names) == 6
