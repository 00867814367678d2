"""The findings of a live arena: what its checks found, and what a researcher does about a leaked name."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.arenas.schemas import LiveSettings
from app.arenas.tables import Arena
from app.battles.tables import ModerationEvent
from app.db.engine import Database
from app.live import findings_leaks
from app.live.findings import PAGE
from app.live.findings_leaks import AROUND
from app.model_registry.calls import record_call
from app.prompts.service import keep_prompt
from tests.live.test_battles import ask, ask_and_wait, rows
from tests.live.worlds import open_live_arena
from tests.people import Person

LEAKY = {
    "planted-aardvark-7b": {"outputs": ["I am <b>kind</b>. My name is planted-aardvark-7b, made for you@example.com."]},
    "planted-bison-13b": {"outputs": ["Nothing to see here."]},
}
HERE = "/arenas/talk/findings"
_LATER = "(lpad(to_hex(x'ffff0000'::bigint + n), 8, '0') || '-0000-7000-8000-000000000000')::uuid"
_LEAKS_OF_TEST = text(f"""
    INSERT INTO identity_leak (id, arena_id, battle_id, turn_index, slot, name, start, "end")
    SELECT {_LATER}, :arena, :battle, 0, 'a', 'name-' || n, 0, 1 FROM generate_series(1, :count) AS n
""")
_GROUPS_OF_TEST = text("""
    WITH first AS (
        INSERT INTO prompt (id, arena_id, text, fingerprint)
        SELECT gen_random_uuid(), :arena, 'first of group ' || n, sha256(n::text::bytea)
        FROM generate_series(1, :count) AS n RETURNING id, split_part(text, ' ', 4)::int AS n
    )
    INSERT INTO prompt (id, arena_id, text, fingerprint, near_duplicate_of)
    SELECT gen_random_uuid(), :arena, 'other', sha256((n || '-' || o)::bytea), first.id
    FROM first CROSS JOIN LATERAL generate_series(0, n % 3) AS o
""")


async def arena_of(database: Database, owner: Person, contestants: Any = LEAKY, **values: Any) -> Arena:
    assert owner.viewer
    return await open_live_arena(database, contestants, owner=owner.viewer, **values)


async def exclusions(database: Database) -> list[tuple[str, bool]]:
    found = await rows(database, "SELECT excluded_by, lifted_at IS NULL AS in_force FROM vote_exclusion ORDER BY id")
    return [(row.excluded_by, row.in_force) for row in found]


async def test_a_leaked_name_is_shown_marked_in_its_answer_with_who_said_it(
    database: Database, owner: Person, stranger: Person
) -> None:
    await arena_of(database, owner)
    assert "No answer has named a model yet" in (await owner.http.get(HERE)).text
    battle_id = await ask_and_wait(stranger)
    page = (await owner.http.get(HERE)).text
    assert f'id="battle-{battle_id}"' in page
    marked = re.search(r"<blockquote[^>]*>(.*?)<mark>(.*?)</mark>(.*?)</blockquote>", page, re.DOTALL)
    assert marked
    assert marked[1] == "I am &lt;b&gt;kind&lt;/b&gt;. My name is "
    assert marked[2] == "planted-aardvark-7b"
    assert marked[3] == ", made for [e-mail address]."
    assert "said by planted-aardvark-7b" in page
    assert "set aside" in page


async def test_an_exclusion_is_lifted_and_put_back_by_raising_another(
    database: Database, owner: Person, stranger: Person
) -> None:
    await arena_of(database, owner)
    battle_id = await ask_and_wait(stranger)
    await stranger.vote(battle_id)
    assert await exclusions(database) == [("leak-finder", True)]
    leak = f"{HERE}/leaks/{battle_id}"
    lifted = await owner.http.post(f"{leak}/lift")
    assert lifted.headers["location"] == f"{HERE}#battle-{battle_id}"
    assert await exclusions(database) == [("leak-finder", False)]
    assert "Set its votes aside again" in (await owner.http.get(HERE)).text
    for _ in range(2):
        assert (await owner.http.post(f"{leak}/exclude")).status_code == 303
    assert await exclusions(database) == [("leak-finder", False), ("researcher", True)]
    assert "Let its votes count" in (await owner.http.get(HERE)).text


async def test_only_whoever_manages_the_arena_judges_its_leaks(
    database: Database, owner: Person, researcher: Person, stranger: Person
) -> None:
    await arena_of(database, owner)
    battle_id = await ask_and_wait(stranger)
    leak = f"{HERE}/leaks/{battle_id}/lift"
    assert (await researcher.http.post(leak)).status_code == 403
    assert (await stranger.http.post(leak, headers={"Accept": "application/json"})).status_code == 401
    # Owning another arena gives no right to this one's battles.
    assert researcher.viewer
    await open_live_arena(database, {}, slug="other", owner=researcher.viewer)
    assert (await researcher.http.post(f"/arenas/other/findings/leaks/{battle_id}/lift")).status_code == 404
    assert (await owner.http.post(f"{HERE}/leaks/{uuid.uuid4()}/lift")).status_code == 404
    assert await exclusions(database) == [("leak-finder", True)]


async def test_a_battle_is_one_entry_with_all_its_names_marked_and_one_button(
    database: Database, owner: Person, stranger: Person
) -> None:
    far = " and so on" * 40
    said = f"I am\n\nplanted-aardvark-7b, yes,\n planted-bison-13b.{far} Did I say planted-bison-13b? It is{far}"
    await arena_of(database, owner, LEAKY | {"planted-aardvark-7b": {"outputs": [said]}})
    await ask_and_wait(stranger)
    page = (await owner.http.get(HERE)).text
    assert page.count('id="battle-') == page.count("<button>Let its votes count") == 1
    quotes = re.findall(r"<blockquote[^>]*>(.*?)</blockquote>", page, re.DOTALL)
    assert quotes[0].startswith("I am <mark>planted-aardvark-7b</mark>, yes, <mark>planted-bison-13b</mark>. and so on")
    assert quotes[1].startswith("…")
    assert "Did I say <mark>planted-bison-13b</mark>? It is and so" in quotes[1]
    assert all(len(re.sub("<.*?>", "", quote)) <= 2 * AROUND + 50 and "\n" not in quote for quote in quotes)
    assert len(quotes) == 2


async def test_leaky_battles_come_in_pages_newest_first(
    database: Database, owner: Person, stranger: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(findings_leaks, "PAGE", 2)
    arena = await arena_of(database, owner)
    battles = [await ask_and_wait(stranger) for _ in range(3)]
    battle_id = battles[0]
    async with database.session() as session:
        await session.execute(_LEAKS_OF_TEST, {"arena": arena.id, "battle": battle_id, "count": 4})
    first = await owner.http.get(HERE)
    following = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert following
    second = await owner.http.get(following[1].replace("&amp;", "&"))
    shown = [re.findall(r'id="battle-([^"]+)"', page.text) for page in (first, second)]
    assert shown == [[str(battles[0]), str(battles[2])], [str(battles[1])]], "the first one has the newest leaks"
    assert re.findall(r"<strong>(name-\d+)</strong>", first.text) == [f"name-{number}" for number in range(1, 5)]
    cursor = following[1].partition("cursor=")[2]
    back = await owner.http.post(f"{HERE}/leaks/{battle_id}/lift?cursor={cursor}")
    assert back.headers["location"] == f"{HERE}?cursor={cursor}#battle-{battle_id}"
    assert (await owner.http.get(f"{HERE}?cursor=nonsense")).status_code == 422


async def test_what_moderation_refused_is_told_without_the_text(
    database: Database, owner: Person, stranger: Person
) -> None:
    arena = await arena_of(database, owner, settings=LiveSettings(forbidden_words=("frobnicate",)))
    page = await owner.http.get(f"{HERE}?kind=moderation")
    assert "let everything through" in page.text
    assert (await ask(stranger, "How do I frobnicate a llama?")).status_code == 403
    async with database.session() as session:
        unavailable = {"subject": "response", "outcome": "unavailable", "categories": [], "checked_by": "arena"}
        session.add(ModerationEvent(arena_id=arena.id, **unavailable))
    page = await owner.http.get(f"{HERE}?kind=moderation")
    assert "llama" not in page.text
    assert page.text.index("could not be reached") < page.text.index("refused</span> a word that this arena forbids")


async def test_failed_calls_are_counted_by_model_and_kind(database: Database, owner: Person) -> None:
    arena = await arena_of(database, owner)
    page = await owner.http.get(f"{HERE}?kind=calls")
    assert "No call of this arena has failed" in page.text
    [version] = (await rows(database, "SELECT id FROM model_version ORDER BY served_as LIMIT 1"))[0]
    old, new = datetime.now(UTC) - timedelta(days=31), datetime.now(UTC)
    of_arena = [(new, "broke_off"), (new, "broke_off"), (new, "refused"), (new, None), (old, "whole_timeout")]
    async with database.session() as session:
        for started_at, error in of_arena:
            values = {"version_id": version, "duration_seconds": 1.0, "attempts": 1, "error": error}
            record_call(session, started_at=started_at, arena_id=arena.id, **values)
        record_call(session, started_at=new, version_id=version, duration_seconds=1.0, attempts=1, error="busy")
    page = await owner.http.get(f"{HERE}?kind=calls")
    assert re.findall(r'data-name="Failed">([^<\n]+)', page.text) == ["2 of 4", "1 of 4"]
    assert page.text.index("broke off in the middle") < page.text.index("refused to serve us")
    assert "did not come to an end" not in page.text
    assert "calls as are allowed" not in page.text


async def test_personal_data_in_questions_is_named_and_masked(database: Database, owner: Person) -> None:
    arena = await arena_of(database, owner)
    async with database.session() as session:
        for prompt in ("Write to jane.roe@example.com for me, please.", "What is a llama?"):
            await keep_prompt(session, arena.id, prompt, source="visitor")
    page = await owner.http.get(f"{HERE}?kind=personal-data")
    assert "jane.roe" not in page.text
    assert "Write to [e-mail address] for me, please." in page.text
    assert page.text.count("<blockquote") == 1


async def test_near_repetitions_are_grouped_the_largest_first_and_masked(database: Database, owner: Person) -> None:
    arena = await arena_of(database, owner)
    sentence = "Could you please explain to me in simple words how a bicycle stays upright while it is moving{}"
    other = "Write to jane.roe@example.com that the meeting of the committee is moved to next Thursday at noon{}"
    async with database.session() as session:
        for prompt in [sentence.format(end) for end in ("?", " ?", "!")] + [other.format(end) for end in (".", "!")]:
            await keep_prompt(session, arena.id, prompt, source="visitor")
        await keep_prompt(session, arena.id, "What is a llama?", source="visitor")
    page = await owner.http.get(f"{HERE}?kind=repetitions")
    assert re.findall(r"<strong>(\d+) questions</strong>", page.text) == ["3", "2"]
    assert "jane.roe" not in page.text
    assert "llama" not in page.text


async def test_groups_of_repetitions_come_in_pages_without_loss(database: Database, owner: Person) -> None:
    arena = await arena_of(database, owner)
    async with database.session() as session:
        await session.execute(_GROUPS_OF_TEST, {"arena": arena.id, "count": PAGE + 4})
    seen: list[str] = []
    address: str | None = f"{HERE}?kind=repetitions"
    while address:
        page = (await owner.http.get(address)).text
        seen += re.findall(r'<blockquote dir="auto">first of group (\d+)<', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else None
    # Group n has 2 + n mod 3 questions.
    assert len(seen) == len(set(seen)) == PAGE + 4
    assert [int(number) % 3 for number in seen] == sorted((int(number) % 3 for number in seen), reverse=True)


@pytest.mark.parametrize("kind", ["leaks", "moderation", "calls", "personal-data", "repetitions"])
async def test_no_finding_is_anybody_elses_to_read(
    database: Database, owner: Person, researcher: Person, kind: str
) -> None:
    await arena_of(database, owner)
    assert (await owner.http.get(f"{HERE}?kind={kind}")).status_code == 200
    assert (await researcher.http.get(f"{HERE}?kind={kind}")).status_code == 403
