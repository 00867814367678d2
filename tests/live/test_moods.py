"""Every way in which a model can misbehave, through the event stream: it ends in words that a person understands."""

import re
import uuid
from collections.abc import Mapping
from typing import Any, get_args

import orjson
import pytest
from sqlalchemy import text

from app.db.engine import Database
from app.providers.fault import Mood
from tests.live.worlds import open_live_arena
from tests.people import Person

HEALTHY = "planted-aardvark-7b"
FAULTY = "planted-caribou-70b"
LONG = " ".join(f"Sentence number {number} of a calm answer." for number in range(10))
WELL = {"healthy", "slow"}
MOODS = get_args(Mood)
FIRST_SECONDS, WHOLE_SECONDS = 0.3, 1.5
# What only the machinery says, never a model: kinds of errors, their sentences, statuses.
TELLING = re.compile(
    rb"planted|refus|rubbish|stall|broke|timeout|too.long|status|error|provider|service|fault|\b(403|429|500)\b",
    re.IGNORECASE,
)


async def answers_of(person: Person, mood: Mapping[str, Any], database: Database) -> tuple[str, bytes, list[Any]]:
    """The battle's address, the bytes of its stream, and the events in it."""
    await open_live_arena(database, {HEALTHY: {"outputs": [LONG], "tokens_per_second": 100.0}, FAULTY: mood})
    async with database.session() as session:
        limits = {"first": FIRST_SECONDS, "whole": WHOLE_SECONDS, "name": FAULTY}
        statement = "UPDATE model_version SET first_fragment_seconds = :first, whole_seconds = :whole"
        await session.execute(text(f"{statement} WHERE served_as = :name"), limits)
    asked = await person.http.post("/arenas/talk/ask", data={"prompt": "What is a llama?"})
    address = asked.headers["location"]
    headers = {"Accept": "text/event-stream"}
    stream = await person.http.post(f"{address}/answers", headers=headers)
    assert stream.status_code == 200
    found = re.findall(rb"event: (\w+)\ndata: (.*)\n\n", stream.content)
    return address, stream.content, [(name.decode(), orjson.loads(data)) for name, data in found]


@pytest.mark.parametrize("mood", [mood for mood in MOODS if mood not in WELL])
async def test_a_model_in_a_bad_mood_ends_the_battle_in_an_apology_that_tells_nothing_of_it(
    database: Database, stranger: Person, mood: str
) -> None:
    address, stream, events = await answers_of(stranger, {"mood": mood}, database)
    assert events[-1] == ("ended", {"state": "failed"})
    assert [name for name, _ in events].count("ended") == 1
    assert not TELLING.search(stream), stream
    page = await stranger.http.get(address)
    assert 'data-state="failed"' in page.text
    assert "planted" not in page.text
    assert "another pair" in page.text.lower()
    vote = await stranger.vote(uuid.UUID(address.removeprefix("/battles/")))
    assert vote.status_code == 409
    async with database.read_session() as session:
        calls = {
            name: (duration, finish_reason, error)
            for name, duration, finish_reason, error in await session.execute(
                text(
                    "SELECT m.name, c.duration_seconds, c.finish_reason, c.error FROM model_call c "
                    "JOIN model_version v ON v.id = c.model_version_id JOIN model m ON m.id = v.model_id"
                )
            )
        }
    assert set(calls) == {HEALTHY, FAULTY}
    assert all(duration < WHOLE_SECONDS * 4 for duration, _, _ in calls.values())
    # The other side is not written on for nobody: it had ended by itself, or was stopped.
    assert calls[HEALTHY][1] in ("stop", "stopped")
    assert calls[FAULTY][2] is not None or mood == "empty"


@pytest.mark.parametrize("mood", sorted(WELL))
async def test_a_model_that_is_well_or_only_slow_is_shown_to_its_end(
    database: Database, stranger: Person, mood: str
) -> None:
    options = {"mood": mood, "text": "Slowly does it, says the sloth.", "slow_words_per_second": 12.0}
    address, stream, events = await answers_of(stranger, options, database)
    assert events[-1] == ("ended", {"state": "shown"})
    assert not TELLING.search(stream), stream
    page = await stranger.http.get(address)
    assert 'data-state="shown"' in page.text
    assert "says the sloth." in page.text
    assert "number 9 of a calm answer." in page.text
    vote = await stranger.vote(uuid.UUID(address.removeprefix("/battles/")))
    assert vote.status_code == 201


async def test_a_slow_model_that_does_not_end_in_time_is_a_failed_one(database: Database, stranger: Person) -> None:
    address, stream, events = await answers_of(stranger, {"mood": "slow", "slow_words_per_second": 4.0}, database)
    assert events[-1] == ("ended", {"state": "failed"})
    assert any(data for name, data in events if name == "frame"), "something of it was seen before"
    assert not TELLING.search(stream), stream
    assert 'data-state="failed"' in (await stranger.http.get(address)).text
