"""Prompts tagged by rules when they come and by a model later, always with who tagged."""

import json

from sqlalchemy import text

from app.accounts.viewer import OPERATOR
from app.arenas.schemas import ArenaUpdate, LiveSettings
from app.arenas.service import update_arena
from app.config import Settings
from app.db.engine import Database
from app.live.tagging import Tagger
from app.moderation.criteria import CRITERIA
from app.providers.calling import Caller
from app.providers.http import make_client
from tests.live.test_battles import ask, rows
from tests.live.worlds import TWO, open_live_arena
from tests.people import Person

JUDGED = json.dumps({**dict.fromkeys(CRITERIA, False), "complexity": True, "category": "maths"})


async def tag_with(database: Database, settings: Settings, name: str) -> int:
    """Let the model of this name tag the arena's prompts."""
    versions = await rows(
        database, "SELECT v.id FROM model_version v JOIN model m ON m.id = v.model_id WHERE m.name = :name", name=name
    )
    async with database.session() as session:
        live = LiveSettings(tagging_version=versions[0].id)
        await update_arena(session, OPERATOR, "talk", ArenaUpdate(live=live))
    async with make_client() as client:
        return await Tagger(database, settings, client, Caller()).tag_new_prompts()


async def test_rules_tag_a_prompt_when_it_is_asked(database: Database, stranger: Person) -> None:
    await open_live_arena(database)
    await ask(stranger, "Write a Python function that sorts a list of dictionaries by two keys, please.")
    tags = await rows(database, "SELECT tag, tagged_by FROM prompt_tag ORDER BY tag")
    assert ("code", "rules/1") in [tuple(tag) for tag in tags]
    assert (await rows(database, "SELECT language FROM prompt"))[0].language == "en"


async def test_a_model_tags_each_prompt_once_and_what_it_cost_is_recorded(
    database: Database, settings: Settings, stranger: Person
) -> None:
    await open_live_arena(database, {**TWO, "planted-judge-1b": {"outputs": [JUDGED]}})
    await ask(stranger, "What is the integral of x squared?")
    assert await tag_with(database, settings, "planted-judge-1b") == 1
    assert await tag_with(database, settings, "planted-judge-1b") == 0
    tags = await rows(database, "SELECT tag FROM prompt_tag WHERE tagged_by = 'model:planted-judge-1b/1' ORDER BY tag")
    assert [tag.tag for tag in tags] == ["criterion:complexity", "maths"]
    calls = await rows(database, "SELECT arena_id, finish_reason, output_tokens FROM model_call")
    assert [(call.arena_id, call.finish_reason) for call in calls] == [(None, "stop")]


async def test_a_model_that_gives_no_judgement_is_not_asked_for_ever(
    database: Database, settings: Settings, stranger: Person
) -> None:
    await open_live_arena(database)
    await ask(stranger, "What is a llama?")
    assert await tag_with(database, settings, "planted-bison-13b") == 1
    assert await tag_with(database, settings, "planted-bison-13b") == 0
    tags = await rows(database, "SELECT tag FROM prompt_tag WHERE tagged_by LIKE 'model:%'")
    assert [tag.tag for tag in tags] == ["not-judged"]


async def test_a_model_that_fails_leaves_prompts_for_later(
    database: Database, settings: Settings, stranger: Person
) -> None:
    await open_live_arena(database, {**TWO, "planted-broken-1b": {"mood": "refuse"}})
    await ask(stranger, "What is a llama?")
    assert await tag_with(database, settings, "planted-broken-1b") == 0
    assert await tag_with(database, settings, "planted-bison-13b") == 1


async def test_prompts_that_say_nearly_the_same_are_known_to(database: Database, stranger: Person) -> None:
    await open_live_arena(database)
    first = "Could you explain to me how a llama differs from an alpaca, in simple words?"
    for prompt in (first, first.replace("Could", "could").replace("simple", "very simple"), "Write a poem on rain."):
        await ask(stranger, prompt)
    found = await rows(database, "SELECT id, near_duplicate_of FROM prompt ORDER BY id")
    assert [row.near_duplicate_of for row in found] == [None, found[0].id, None]


async def test_kinds_of_personal_data_are_kept_with_a_prompt(database: Database, stranger: Person) -> None:
    await open_live_arena(database)
    await ask(stranger, "Write to jane.planted@example.org for me.")
    async with database.read_session() as session:
        kinds = (await session.execute(text("SELECT personal_data FROM prompt"))).scalar_one()
    assert kinds == ["email"]
