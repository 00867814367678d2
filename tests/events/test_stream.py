"""The stream of votes: from now or from the start, taken up again without loss, for whoever may export."""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from app.arenas.tables import Arena
from app.db.engine import Database
from app.errors import SignInRequiredError
from app.events import stream
from app.events.cursor import Cursor, at_present, at_the_start
from app.events.payloads import pseudonyms
from app.events.stream import VoteStream
from tests.events.hooks import arena_of, event_id, many_votes, vote
from tests.people import Person
from tests.releases.arenas import Cast, add_votes


@dataclass(frozen=True)
class Told:
    id: str
    name: str
    data: dict[str, Any]

    @property
    def event_id(self) -> str:
        return f"vote_{self.data['battle_id'].replace('-', '')}_{self.data['revision']}"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "POLL_SECONDS", 0.01)


async def anybody() -> None:
    """May read."""


def parse(frame: bytes) -> Told | None:
    found = re.fullmatch(r"id: (.*)\nevent: (.*)\ndata: (.*)\n\n", frame.decode())
    return Told(found[1], found[2], json.loads(found[3])) if found else None


@contextlib.asynccontextmanager
async def reading(
    database: Database, arena: Arena, at: str | None = None, *, kinds: Sequence[str] = ("human",), check: Any = anybody
) -> AsyncIterator[AsyncIterator[Told]]:
    """A stream from the start, or from an id."""
    async with database.read_session() as session:
        cursor = Cursor.parse(at) if at else await at_the_start(session)
    frames = VoteStream(database, arena, cursor, kinds, pseudonyms(b"salt"), check).events()
    parsed = (told async for frame in frames if (told := parse(frame)))
    try:
        yield parsed
    finally:
        await parsed.aclose()
        await frames.aclose()  # type: ignore[attr-defined]


async def take(events: AsyncIterator[Told], count: int) -> list[Told]:
    """The next votes."""
    taken: list[Told] = []
    async with asyncio.timeout(20):
        while len(taken) < count:
            told = await anext(events)
            if told.name.startswith("vote."):
                taken.append(told)
    return taken


async def test_votes_come_from_the_start_and_then_as_they_are_cast(database: Database, owner: Person) -> None:
    arena = await arena_of(database, owner)
    early = [event_id(one) for one in await vote(database, arena, Cast(), Cast(verdicts=("tie", None)))]
    async with reading(database, arena) as events:
        told = await take(events, 3)
        assert {one.event_id for one in told} == {early[0], early[1], early[1].removesuffix("1") + "2"}
        [late] = await vote(database, arena)
        [last] = await take(events, 1)
    assert last.event_id == event_id(late)
    assert [one.name for one in told].count("vote.retracted") == 1
    assert last.data["model_a"] == "planted-aardvark-7b"
    assert "text" not in json.dumps(last.data)


async def test_a_stream_that_breaks_anywhere_is_taken_up_without_loss_or_doubling(
    database: Database, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "PAGE", 4)
    arena = await arena_of(database, owner)
    cast = [*await many_votes(database, arena, 6), *await many_votes(database, arena, 5)]
    got: list[str] = []
    position = None
    for _ in range(len(cast)):
        async with reading(database, arena, position) as events:
            [told] = await take(events, 1)
        got.append(told.event_id)
        position = told.id
    assert sorted(got) == sorted(cast)
    cast_later = await many_votes(database, arena, 3)
    async with reading(database, arena, position) as events:
        assert sorted(one.event_id for one in await take(events, 3)) == sorted(cast_later)


async def test_a_vote_that_commits_after_later_ones_were_streamed_is_not_lost_by_who_left_before(
    database: Database, owner: Person
) -> None:
    arena = await arena_of(database, owner)
    late = Cast()
    async with database.session() as slow:
        await add_votes(slow, arena, [late])
        before = await many_votes(database, arena, 2)
        async with reading(database, arena) as events:
            told = await take(events, 2)
        assert sorted(one.event_id for one in told) == sorted(before)
    after = await many_votes(database, arena, 1)
    async with reading(database, arena, told[-1].id) as events:
        rest = [one.event_id for one in await take(events, 2)]
    assert sorted(rest) == sorted([event_id(late), *after])


async def test_the_first_event_is_a_place_to_come_back_to(database: Database, owner: Person) -> None:
    arena = await arena_of(database, owner)
    await many_votes(database, arena, 2)
    async with database.read_session() as session:
        now = str(await at_present(session))
    async with reading(database, arena, now) as events:
        opened = await anext(events)
    assert opened.name == "open"
    missed = await many_votes(database, arena, 2)
    async with reading(database, arena, opened.id) as events:
        assert sorted(one.event_id for one in await take(events, 2)) == sorted(missed)


async def test_kinds_of_voters_never_mix_unless_asked_for(database: Database, owner: Person) -> None:
    arena = await arena_of(database, owner)
    human, judge, _ = await vote(database, arena, Cast(), Cast(kind="judge"), Cast(kind="simulated"))
    [last] = await vote(database, arena)
    async with reading(database, arena) as events:
        assert [one.event_id for one in await take(events, 2)] == [event_id(human), event_id(last)]
    async with reading(database, arena, kinds=("judge",)) as events:
        [told] = await take(events, 1)
    assert (told.event_id, told.data["annotator_kind"]) == (event_id(judge), "judge")


async def test_a_quiet_stream_says_that_it_is_still_there(
    database: Database, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.05)
    arena = await arena_of(database, owner)
    async with database.read_session() as session:
        now = await at_present(session)
    frames = VoteStream(database, arena, now, ["human"], pseudonyms(b"salt"), anybody).events()
    async with asyncio.timeout(10):
        assert [await anext(frames) for _ in range(3)][1:] == [stream.HEARTBEAT] * 2


async def test_it_ends_when_the_right_to_read_does(
    database: Database, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "CHECK_SECONDS", 0.0)
    arena = await arena_of(database, owner)

    async def check() -> None:
        raise SignInRequiredError("This API token is unknown, revoked or expired.")

    async with reading(database, arena, check=check) as events:
        told = [one async for one in events]
    assert [one.name for one in told] == ["open", "end"]
    assert "revoked" in told[1].data["reason"]
