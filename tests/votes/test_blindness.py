"""Before the vote, no byte sent to a browser tells which model is which."""

import re
from collections import Counter

import httpx
from sqlalchemy import text

from app.db.engine import Database
from tests.people import Person, Visitors
from tests.worlds import MODELS, open_arena


def everything_in(response: httpx.Response) -> str:
    """Status line, headers and body, as they go over the wire."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    return f"{response.status_code}\n{headers}\n{response.text}".lower()


async def secrets_of(database: Database) -> set[str]:
    """Names and ids of models, their versions and makers, and the ids by which the battle is known inside."""
    async with database.read_session() as session:
        rows = await session.execute(
            text("""
                SELECT id::text FROM model UNION SELECT id::text FROM model_version UNION SELECT name FROM model
                UNION SELECT organisation FROM model UNION SELECT id::text FROM matchup
                UNION SELECT lineup::text FROM matchup UNION SELECT external_id FROM matchup
            """)
        )
        return {str(value).lower() for value in rows.scalars()}


async def test_no_page_or_endpoint_names_a_model_before_the_vote(database: Database, stranger: Person) -> None:
    await open_arena(database, matchups=12)
    secrets = await secrets_of(database)
    assert len(secrets) > 20
    for number in range(12):
        started = await stranger.http.post("/arenas/kitchen/battles")
        battle = started.headers["location"]
        responses = [
            started,
            await stranger.http.get("/"),
            await stranger.http.get("/arenas/kitchen"),
            await stranger.http.get("/api/arenas"),
            await stranger.http.get("/api/arenas/kitchen"),
            await stranger.http.get("/api/arenas/kitchen/protocol"),
            await stranger.http.post("/api/arenas/kitchen/battles"),
            await stranger.http.get(battle),
            await stranger.http.get(f"/api{battle}"),
            await stranger.http.get(f"/api{battle}/vote"),
            await stranger.http.delete(f"/api{battle}/vote"),
            await stranger.http.post(f"/api{battle}/vote", json={"choice": "neither"}),
            await stranger.http.post(f"/api{battle}/vote", json={"choice": "tie", "revision": 7}),
            await stranger.http.post(f"{battle}/undo"),
        ]
        for response in responses:
            sent = everything_in(response)
            leaked = [secret for secret in secrets if re.search(rf"(?<![\w-]){re.escape(secret)}(?![\w-])", sent)]
            assert leaked == [], (response.request.url, leaked)
        voted = await stranger.http.post(f"/api{battle}/vote", json={"choice": "tie", "revision": 0})
        assert any(model in everything_in(voted) for model in MODELS), "and the vote reveals it: the check can fail"
        if number % 4 == 3:
            history = everything_in(await stranger.http.get("/arenas/kitchen/history"))
            assert any(model in history for model in MODELS), "what was voted on is one's own to see"


async def test_a_skipped_battle_never_shows_its_names(database: Database, stranger: Person) -> None:
    await open_arena(database)
    battle_id = await stranger.start("kitchen")
    await stranger.http.post(f"/battles/{battle_id}/skip")
    secrets = await secrets_of(database)
    for path in (f"/battles/{battle_id}", f"/api/battles/{battle_id}", "/arenas/kitchen/history"):
        sent = everything_in(await stranger.http.get(path))
        assert not any(model in sent for model in MODELS)
        assert not any(secret in sent for secret in secrets if len(secret) == 36)


async def test_pages_of_a_battle_differ_by_nothing_but_the_texts(database: Database, visitors: Visitors) -> None:
    """With equal texts, both orders of the slots make the same page but for the battle's own id."""
    await open_arena(database, matchups=40, models=MODELS[:2])
    async with database.session() as session:
        await session.execute(text("""UPDATE turn SET blocks = '[{"type": "text", "text": "The same question"}]'"""))
        await session.execute(text("""UPDATE response SET blocks = '[{"type": "text", "text": "The same answer"}]'"""))
    pages = Counter[str]()
    orders = Counter[str]()
    for _ in range(12):
        person = await visitors.stranger()
        battle_id = await person.start("kitchen")
        page = (await person.http.get(f"/battles/{battle_id}")).text.replace(str(battle_id), "BATTLE")
        pages[page] += 1
        async with database.read_session() as session:
            query = text("SELECT side_order || first_contestant FROM battle WHERE id = :id")
            orders[(await session.execute(query, {"id": battle_id})).scalar_one()] += 1
    assert len(orders) >= 2, "several orders and contestants were shown"
    assert len(pages) == 1
