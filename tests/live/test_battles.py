"""A person's own question, two answers, a vote: through HTTP, as a browser without scripts does it."""

import re
import uuid
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import text

from app.arenas.schemas import LiveProtocol, LiveSettings
from app.db.engine import Database
from tests.live.worlds import TWO, open_live_arena
from tests.people import Person


async def ask(person: Person, prompt: str = "What is a llama?", slug: str = "talk", **form: str) -> Response:
    return await person.http.post(f"/arenas/{slug}/ask", data={"prompt": prompt, **form})


async def ask_and_wait(person: Person, prompt: str = "What is a llama?", **form: str) -> uuid.UUID:
    """Ask, have it answered, and the battle's id."""
    asked = await ask(person, prompt, **form)
    assert asked.status_code == 303, asked.text
    answered = await person.http.post(f"{asked.headers['location']}/answers")
    assert answered.status_code == 303, answered.text
    return uuid.UUID(asked.headers["location"].removeprefix("/battles/"))


async def rows(database: Database, statement: str, **values: Any) -> list[Any]:
    async with database.read_session() as session:
        return list((await session.execute(text(statement), values)).all())


def state_of(page: Response) -> str:
    found = re.search(r'data-state="([a-z]+)"', page.text)
    assert found, page.text
    return found[1]


async def test_a_question_is_answered_by_two_models_judged_and_the_names_appear(
    database: Database, stranger: Person
) -> None:
    await open_live_arena(database)
    door = await stranger.http.get("/arenas/talk")
    assert door.status_code == 200
    assert 'name="prompt"' in door.text
    asked = await ask(stranger)
    assert asked.status_code == 303
    waiting = await stranger.http.get(asked.headers["location"])
    assert state_of(waiting) == "writing"
    assert "planted" not in waiting.text
    await stranger.http.post(f"{asked.headers['location']}/answers")
    page = await stranger.http.get(asked.headers["location"])
    assert state_of(page) == "shown"
    assert "<em>some</em>" in page.text
    assert "Another answer" in page.text
    assert "planted" not in page.text
    battle_id = uuid.UUID(asked.headers["location"].removeprefix("/battles/"))
    voted = await stranger.vote(battle_id, "side_b")
    assert voted.status_code == 201, voted.text
    shown = await stranger.http.get(f"/battles/{battle_id}")
    assert "planted-aardvark-7b" in shown.text
    assert "planted-bison-13b" in shown.text


async def test_what_a_battle_leaves_behind_is_complete(database: Database, stranger: Person) -> None:
    await open_live_arena(database)
    battle_id = await ask_and_wait(stranger)
    battle = (await rows(database, "SELECT * FROM battle WHERE id = :id", id=battle_id))[0]
    assert (battle.state, battle.kind, battle.sampler, battle.propensity) == ("shown", "anonymous", "uniform", 1.0)
    responses = await rows(database, "SELECT slot, finish_reason, characters FROM response ORDER BY slot")
    assert [response.finish_reason for response in responses] == ["stop", "stop"]
    assert all(response.characters > 20 for response in responses)
    calls = await rows(database, "SELECT * FROM model_call")
    assert {call.slot for call in calls} == {"a", "b"}
    assert all(call.output_tokens and call.finish_reason == "stop" and call.battle_id == battle_id for call in calls)
    prompt = (await rows(database, "SELECT * FROM prompt"))[0]
    assert (prompt.text, prompt.source) == ("What is a llama?", "visitor")
    assert (await rows(database, "SELECT sum(battles) FROM arena_model"))[0][0] == 2


async def test_a_battle_goes_on_over_several_turns_and_no_further(database: Database, stranger: Person) -> None:
    await open_live_arena(database, live=LiveProtocol(max_turns=2))
    battle_id = await ask_and_wait(stranger)
    again = await stranger.http.post(f"/battles/{battle_id}/turns", data={"prompt": "And an alpaca?"})
    assert again.status_code == 303
    too_early = await stranger.vote(battle_id)
    assert too_early.status_code == 409
    await stranger.http.post(f"/battles/{battle_id}/answers")
    assert len(await rows(database, "SELECT * FROM response")) == 4
    refused = await stranger.http.post(f"/battles/{battle_id}/turns", data={"prompt": "And a vicuña?"})
    assert refused.status_code == 409
    assert "2 questions" in refused.text
    assert (await stranger.vote(battle_id)).status_code == 201


async def test_after_the_names_were_seen_nothing_more_is_asked_in_the_battle(
    database: Database, stranger: Person
) -> None:
    await open_live_arena(database)
    battle_id = await ask_and_wait(stranger)
    assert (await stranger.vote(battle_id)).status_code == 201
    refused = await stranger.http.post(f"/battles/{battle_id}/turns", data={"prompt": "And you?"})
    assert refused.status_code == 409


async def test_where_names_stay_hidden_votes_and_turns_may_follow_each_other(
    database: Database, stranger: Person
) -> None:
    await open_live_arena(database, reveal=False)
    battle_id = await ask_and_wait(stranger)
    assert (await stranger.vote(battle_id)).status_code == 201
    again = await stranger.http.post(f"/battles/{battle_id}/turns", data={"prompt": "And an alpaca?"})
    assert again.status_code == 303
    await stranger.http.post(f"/battles/{battle_id}/answers")
    second = await stranger.vote(battle_id, "tie", revision=1)
    assert second.status_code == 201, second.text
    assert second.json()["after_reveal"] is False


@pytest.mark.parametrize("mood", ["refuse", "rubbish", "break_middle", "empty", "error_object", "too_long"])
async def test_a_model_that_fails_ends_the_battle_in_an_apology_and_another_pair(
    database: Database, stranger: Person, mood: str
) -> None:
    await open_live_arena(database, {**TWO, "planted-caribou-70b": {"mood": mood}}, settings=LiveSettings())
    async with database.session() as session:
        await session.execute(
            text(
                "UPDATE arena_model SET left_at = now() WHERE model_version_id IN "
                "(SELECT v.id FROM model_version v JOIN model m ON m.id = v.model_id "
                "WHERE m.name = 'planted-bison-13b')"
            )
        )
    battle_id = await ask_and_wait(stranger)
    page = await stranger.http.get(f"/battles/{battle_id}")
    assert state_of(page) == "failed"
    assert "planted" not in page.text
    assert mood not in page.text
    assert (await stranger.vote(battle_id)).status_code == 409
    async with database.session() as session:
        await session.execute(
            text(
                "UPDATE arena_model SET left_at = CASE WHEN left_at IS NULL AND model_version_id IN "
                "(SELECT v.id FROM model_version v JOIN model m ON m.id = v.model_id "
                "WHERE m.name = 'planted-caribou-70b') THEN now() END"
            )
        )
    another = await stranger.http.post(f"/battles/{battle_id}/again")
    assert another.status_code == 303
    await stranger.http.post(f"{another.headers['location']}/answers")
    assert state_of(await stranger.http.get(another.headers["location"])) == "shown"
    failed = await rows(database, "SELECT error FROM model_call WHERE error IS NOT NULL OR finish_reason IS NULL")
    assert failed or mood == "empty"


async def test_a_question_that_cannot_be_asked_keeps_its_words(database: Database, stranger: Person) -> None:
    await open_live_arena(database, settings=LiveSettings(longest_prompt=20))
    refused = await ask(stranger, "This is a question of more than twenty characters")
    assert refused.status_code == 422
    assert "characters too long" in refused.text
    assert "more than twenty characters</textarea>" in refused.text
    assert (await ask(stranger, "   ")).status_code == 422
    assert (await ask(stranger, "A short one?")).status_code == 303


async def test_consent_is_asked_for_once_and_kept_with_its_version(database: Database, stranger: Person) -> None:
    await open_live_arena(database, live=LiveProtocol(consent_text="Your questions are *published*."))
    door = await stranger.http.get("/arenas/talk")
    assert "<em>published</em>" in door.text
    refused = await ask(stranger)
    assert refused.status_code == 422
    assert (await ask(stranger, consent="1")).status_code == 303
    assert (await ask(stranger)).status_code == 303
    kept = await rows(database, "SELECT protocol_version, text_hash FROM consent")
    assert len(kept) == 1
    assert "<em>published</em>" not in (await stranger.http.get("/arenas/talk")).text


async def test_too_many_questions_are_refused_with_the_time_to_wait(database: Database, stranger: Person) -> None:
    await open_live_arena(database, settings=LiveSettings(prompts_per_person=2))
    for _ in range(2):
        assert (await ask(stranger)).status_code == 303
    assert (await ask(stranger)).status_code == 303  # the first one made the person, and was counted by address alone
    refused = await ask(stranger)
    assert refused.status_code == 429
    assert "Try again in" in refused.text


async def test_nobody_elses_battle_can_be_written_asked_on_or_tried_again(
    database: Database, stranger: Person, owner: Person
) -> None:
    await open_live_arena(database)
    battle_id = await ask_and_wait(stranger)
    for what in ("answers", "turns", "again"):
        answer = await owner.http.post(f"/battles/{battle_id}/{what}", data={"prompt": "Mine?"})
        assert answer.status_code == 404


async def test_models_that_one_picks_are_named_from_the_start_and_their_votes_count_nowhere(
    database: Database, stranger: Person
) -> None:
    await open_live_arena(database, live=LiveProtocol(kinds=("anonymous", "named", "direct")))
    ids = [str(row[0]) for row in await rows(database, "SELECT id FROM model_version ORDER BY id")]
    battle_id = await ask_and_wait(stranger, kind="named", model_a=ids[0], model_b=ids[1])
    page = await stranger.http.get(f"/battles/{battle_id}")
    assert "planted-aardvark-7b" in page.text
    voted = await stranger.vote(battle_id)
    assert voted.status_code == 201
    assert voted.json()["after_reveal"] is True
    direct = await ask_and_wait(stranger, kind="direct", model_a=ids[0])
    assert (await stranger.vote(direct)).status_code == 409
    same = await ask(stranger, kind="named", model_a=ids[0], model_b=ids[0])
    assert same.status_code == 422


async def test_an_answer_that_names_its_model_sets_the_battles_votes_aside(
    database: Database, stranger: Person
) -> None:
    leaking = {**TWO, "planted-aardvark-7b": {"outputs": ["Hello, I am planted-aardvark-7b, how can I help?"]}}
    await open_live_arena(database, leaking)
    battle_id = await ask_and_wait(stranger)
    leaks = await rows(database, 'SELECT name, start, "end" FROM identity_leak')
    assert leaks
    assert "planted-aardvark-7b" in {leak.name for leak in leaks}
    excluded = await rows(database, "SELECT reason, battle_id FROM vote_exclusion")
    assert [(row.reason, row.battle_id) for row in excluded] == [("identity-leak", battle_id)]
    assert (await stranger.vote(battle_id)).status_code == 201


async def test_what_the_arena_forbids_is_not_asked(database: Database, stranger: Person) -> None:
    await open_live_arena(database, settings=LiveSettings(forbidden_words=("rhubarb",)))
    refused = await ask(stranger, "How do I cook R-H-U-B-A-R-B?")
    assert refused.status_code == 403
    events = await rows(database, "SELECT subject, outcome, categories FROM moderation_event")
    assert [(event.subject, event.outcome) for event in events] == [("prompt", "blocked")]
    assert not await rows(database, "SELECT * FROM battle")


async def test_a_new_question_ends_the_battle_before(database: Database, stranger: Person) -> None:
    await open_live_arena(database)
    first = await ask_and_wait(stranger)
    second = await ask_and_wait(stranger, "And what is an alpaca?")
    states = dict(await rows(database, "SELECT id, state FROM battle"))
    assert states == {first: "skipped", second: "shown"}


async def test_sides_are_balanced_for_one_person(database: Database, stranger: Person) -> None:
    await open_live_arena(database, settings=LiveSettings(prompts_per_person=100))
    for number in range(6):
        await ask_and_wait(stranger, f"Question {number}")
    orders = [row.side_order for row in await rows(database, "SELECT side_order FROM battle")]
    assert orders.count("ab") == 3


async def test_an_answer_that_the_arena_forbids_is_not_judged(database: Database, stranger: Person) -> None:
    rude = {**TWO, "planted-bison-13b": {"outputs": ["It is all the fault of the rhubarb."]}}
    await open_live_arena(database, rude, settings=LiveSettings(forbidden_words=("rhubarb",)))
    battle_id = await ask_and_wait(stranger, "Why is the cake flat?")
    page = await stranger.http.get(f"/battles/{battle_id}")
    assert state_of(page) == "failed"
    assert "rhubarb" not in page.text
    events = await rows(database, "SELECT subject, outcome, battle_id FROM moderation_event")
    assert [(event.subject, event.outcome, event.battle_id) for event in events] == [("response", "blocked", battle_id)]
