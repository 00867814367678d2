"""The demo's live arena: made once, continued after, and answering; by the small model where it is installed."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.config import Settings
from app.db.engine import Database
from app.demo.live_arena import PROVIDER, SLUG, set_up
from app.demo.local_model import is_installed
from app.demo.parts import local_model
from app.live.studio import Studio
from tests.people import Person

NOBODY = "http://127.0.0.1:9"
REPLAYED = """UPDATE provider SET kind = 'replay', base_url = NULL, options = '{"outputs": ["Ahoy, matey!"]}'"""


@pytest.fixture(autouse=True)
async def closed_connections(app: FastAPI) -> AsyncIterator[None]:
    """What the server does at its end: these tests call addresses, not only stored outputs."""
    yield
    studio: Studio = app.state.studio
    await studio.close()


async def rows(database: Database, statement: str) -> list[tuple[object, ...]]:
    async with database.read_session() as session:
        return [tuple(row) for row in await session.execute(text(statement))]


async def change(database: Database, statement: str) -> None:
    async with database.session() as session:
        await session.execute(text(statement))


async def ask_and_wait(person: Person) -> uuid.UUID:
    form = {"prompt": "What is a llama?", "consent": "1"}
    asked = await person.http.post(f"/arenas/{SLUG}/ask", data=form)
    assert asked.status_code == 303, asked.text
    answered = await person.http.post(f"{asked.headers['location']}/answers")
    assert answered.status_code == 303, answered.text
    return uuid.UUID(asked.headers["location"].removeprefix("/battles/"))


async def test_a_second_start_changes_the_address_and_nothing_else(database: Database, settings: Settings) -> None:
    tables = ("arena", "arena_model WHERE left_at IS NULL", "model_version", "prompt_suggestion", "protocol")
    counts = f"SELECT {', '.join(f'(SELECT count(*) FROM {table})' for table in tables)}"
    assert await set_up(database, settings, "http://127.0.0.1:1001") is True
    first = await rows(database, counts)
    assert await set_up(database, settings, "http://127.0.0.1:1002") is False
    assert await rows(database, counts) == first == [(1, 6, 6, 18, 1)]
    assert await rows(database, "SELECT name, base_url FROM provider") == [(PROVIDER, "http://127.0.0.1:1002/v1")]


async def test_what_people_changed_in_the_arena_outlives_a_start(database: Database, settings: Settings) -> None:
    await set_up(database, settings, NOBODY)
    await change(database, "UPDATE arena SET title = 'Ours'")
    left = "SELECT model_version_id FROM arena_model WHERE left_at IS NOT NULL"
    await change(
        database,
        "UPDATE arena_model SET left_at = now() WHERE model_version_id = "
        "(SELECT v.id FROM model_version v JOIN model m ON m.id = v.model_id WHERE m.name = 'smollm2-135m-poet')",
    )
    gone = await rows(database, left)
    await set_up(database, settings, NOBODY)
    assert await rows(database, "SELECT title FROM arena") == [("Ours",)]
    assert len(gone) == 1
    assert await rows(database, left) == gone


async def test_a_contestant_with_new_settings_takes_the_place_of_its_former_version(
    database: Database, settings: Settings
) -> None:
    await set_up(database, settings, NOBODY)
    await change(
        database,
        "UPDATE model_version SET settings = settings || '{\"temperature\": 0.9}' WHERE model_id = "
        "(SELECT id FROM model WHERE name = 'smollm2-135m-poet')",
    )
    await set_up(database, settings, NOBODY)
    poets = """SELECT v.settings ->> 'temperature', a.left_at IS NULL FROM arena_model a
        JOIN model_version v ON v.id = a.model_version_id JOIN model m ON m.id = v.model_id
        WHERE m.name = 'smollm2-135m-poet' ORDER BY v.created_at"""
    assert await rows(database, poets) == [("0.9", False), ("0.7", True)]


async def test_a_question_is_answered_judged_and_the_names_appear(
    database: Database, settings: Settings, stranger: Person
) -> None:
    await set_up(database, settings, NOBODY)
    await change(database, REPLAYED)
    door = await stranger.http.get(f"/arenas/{SLUG}")
    assert "kept on this machine" in door.text
    assert door.text.count('name="suggestion"') >= 3
    battle_id = await ask_and_wait(stranger)
    page = await stranger.http.get(f"/battles/{battle_id}")
    assert 'data-state="shown"' in page.text
    assert "Ahoy, matey!" in page.text
    assert "smollm2" not in page.text.lower()
    assert (await stranger.vote(battle_id)).status_code == 201
    assert (await stranger.http.get(f"/battles/{battle_id}")).text.count("smollm2-135m-") >= 2


async def test_without_its_model_the_arena_apologises_and_names_nobody(
    database: Database, settings: Settings, stranger: Person
) -> None:
    await set_up(database, settings, NOBODY)
    battle_id = await ask_and_wait(stranger)
    page = await stranger.http.get(f"/battles/{battle_id}")
    assert 'data-state="failed"' in page.text
    assert "smollm2" not in page.text.lower()


@pytest.fixture
async def model_address() -> AsyncIterator[str]:
    if not is_installed():
        pytest.skip("the small model is not installed (make demo-model)")
    with local_model() as model:
        assert model is not None
        address = await asyncio.to_thread(model.address)
        assert address is not None
        yield address


@pytest.mark.model
async def test_the_small_model_itself_answers_under_two_settings(
    database: Database, settings: Settings, stranger: Person, model_address: str
) -> None:
    await set_up(database, settings, model_address)
    short = """UPDATE protocol SET document = jsonb_set(document, '{live,max_tokens}', '16')"""
    await change(database, short)
    battle_id = await ask_and_wait(stranger)
    page = await stranger.http.get(f"/battles/{battle_id}")
    assert 'data-state="shown"' in page.text
    written = await rows(database, "SELECT characters, finish_reason FROM response")
    assert len(written) == 2
    assert all(int(str(characters)) > 0 and reason in ("stop", "length") for characters, reason in written)
    assert await rows(database, "SELECT count(*) FROM model_call WHERE error IS NULL AND output_tokens > 0") == [(2,)]
