"""Which matchup comes next, on which sides, and with what chance."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from app.battles.draw import Drawer, expire_leases
from app.db.base import new_id
from app.db.engine import Database
from tests.people import Person, Visitors
from tests.worlds import add_matchups, open_arena


async def rows(database: Database, statement: str) -> list[dict[str, object]]:
    async with database.read_session() as session:
        return [dict(row) for row in (await session.execute(text(statement))).mappings()]


async def new_annotator(database: Database) -> UUID:
    annotator_id = new_id()
    async with database.session() as session:
        await session.execute(text("INSERT INTO annotator (id, kind) VALUES (:id, 'human')"), {"id": annotator_id})
    return annotator_id


async def test_nobody_gets_a_matchup_twice_and_everybody_gets_all(database: Database, stranger: Person) -> None:
    await open_arena(database, matchups=7)
    for _ in range(7):
        await stranger.vote(await stranger.start("kitchen"))
    response = await stranger.http.post("/arenas/kitchen/battles")
    assert response.headers["location"] == "/arenas/kitchen/done"
    [seen] = await rows(
        database,
        "SELECT count(*) AS n, count(DISTINCT matchup_id) AS different FROM vote JOIN battle "
        "ON battle.id = vote.battle_id",
    )
    assert seen == {"n": 7, "different": 7}


async def test_the_least_covered_come_first(database: Database, visitors: Visitors) -> None:
    await open_arena(database, matchups=12)
    for _ in range(3):
        person = await visitors.stranger()
        for _ in range(4):
            await person.vote(await person.start("kitchen"))
    votes = await rows(
        database, "SELECT count(*) AS n FROM vote JOIN battle b ON b.id = battle_id GROUP BY b.matchup_id"
    )
    assert max(row["n"] for row in votes) <= 2, "somebody's prepared battle may stand between, no more"
    assert len(votes) >= 10


async def test_new_matchups_are_caught_up_first(database: Database, stranger: Person) -> None:
    arena = await open_arena(database, matchups=3)
    for _ in range(3):
        await stranger.vote(await stranger.start("kitchen"))
    async with database.session() as session:
        await session.execute(text("UPDATE matchup SET external_id = 'old-' || external_id, coverage = 5"))
        await session.execute(text("UPDATE prompt SET fingerprint = decode(md5(text), 'hex')"))
    await add_matchups(database, arena, 2)
    newcomer = await new_annotator(database)
    async with database.single_statements() as connection:
        drawer = Drawer(connection, arena.id, newcomer, 60)
        await drawer.next_battle()
    [drawn] = await rows(
        database,
        f"SELECT m.external_id, b.propensity FROM battle b JOIN matchup m ON m.id = "
        f"b.matchup_id WHERE b.annotator_id = '{newcomer}'",
    )
    assert not str(drawn["external_id"]).startswith("old-")
    assert drawn["propensity"] == 0.5


async def test_the_stored_propensity_is_the_frequency_of_the_draw(database: Database) -> None:
    arena = await open_arena(database, matchups=4)
    drawn: Counter[object] = Counter()
    async with database.single_statements() as connection:
        for _ in range(400):
            person = new_id()
            await connection.execute(text("INSERT INTO annotator (id, kind) VALUES (:id, 'human')"), {"id": person})
            await connection.execute(text("UPDATE matchup SET coverage = 0"))
            await Drawer(connection, arena.id, person, 60).next_battle()
    for row in await rows(database, "SELECT matchup_id, propensity FROM battle"):
        assert row["propensity"] == 0.25
        drawn[row["matchup_id"]] += 1
    # 400 draws of 4: the standard deviation of each count is 8.7, so that 5 of them are a one in a million event.
    assert all(abs(count - 100) < 44 for count in drawn.values())
    assert len(drawn) == 4


async def test_sides_are_balanced_for_a_person_and_a_pair_and_fair_at_the_first(database: Database) -> None:
    arena = await open_arena(database, matchups=8, models=("left-one", "right-one"))
    first_sides: Counter[object] = Counter()
    for _ in range(60):
        person = await new_annotator(database)
        async with database.single_statements() as connection:
            for _ in range(8):
                drawer = Drawer(connection, arena.id, person, 60)
                battle_id = await drawer.next_battle()
                await connection.execute(text("UPDATE battle SET state = 'voted' WHERE id = :id"), {"id": battle_id})
        shown = await rows(database, f"SELECT first_contestant FROM battle WHERE annotator_id = '{person}' ORDER BY id")
        sides = [row["first_contestant"] for row in shown]
        first_sides[sides[0]] += 1
        for start in range(0, 8, 2):
            assert sides[start] != sides[start + 1], "after two showings both have stood on A equally often"
    assert all(12 <= count <= 48 for count in first_sides.values())


async def test_two_tabs_get_the_same_battle(database: Database, stranger: Person) -> None:
    await open_arena(database)
    await stranger.start("kitchen")
    await stranger.vote(await stranger.start("kitchen"))
    first, second = await asyncio.gather(stranger.start("kitchen"), stranger.start("kitchen"))
    assert first == second


async def test_many_people_at_once_never_break_a_draw(database: Database) -> None:
    arena = await open_arena(database, matchups=10)
    people = [await new_annotator(database) for _ in range(16)]

    async def draw(person: UUID) -> object:
        async with database.single_statements() as connection:
            return await Drawer(connection, arena.id, person, 60).next_battle()

    drawn = await asyncio.gather(*(draw(person) for person in people))
    assert all(drawn)
    [covered] = await rows(database, "SELECT sum(coverage) AS n FROM matchup")
    assert covered["n"] == 16


async def test_a_lapsed_battle_frees_its_matchup_and_can_still_be_voted_on(
    database: Database, stranger: Person
) -> None:
    await open_arena(database, matchups=2)
    battle_id = await stranger.start("kitchen")
    async with database.single_statements() as connection:
        early = await expire_leases(connection, datetime.now(UTC))
        late = await expire_leases(connection, datetime.now(UTC) + timedelta(hours=2))
    assert (early.lapsed, late.lapsed) == (0, 1)
    assert late.returned == 1, "what was only prepared goes back whole"
    assert await rows(database, "SELECT sum(coverage) AS n FROM matchup") == [{"n": 0}]
    assert (await stranger.vote(battle_id)).status_code == 201
    assert await rows(database, "SELECT sum(coverage) AS n FROM matchup") == [{"n": 1}]


async def test_a_lapsed_battle_comes_back_when_nothing_else_is_left(database: Database, stranger: Person) -> None:
    await open_arena(database, matchups=1)
    battle_id = await stranger.start("kitchen")
    async with database.single_statements() as connection:
        await expire_leases(connection, datetime.now(UTC) + timedelta(hours=2))
    assert await stranger.start("kitchen") == battle_id


async def test_skipping_gives_the_matchup_back_to_others(database: Database, stranger: Person) -> None:
    await open_arena(database, matchups=1)
    battle_id = await stranger.start("kitchen")
    await stranger.http.post(f"/battles/{battle_id}/skip")
    assert await rows(database, "SELECT coverage FROM matchup") == [{"coverage": 0}]


async def test_the_next_battle_is_prepared_before_it_is_asked_for(database: Database, stranger: Person) -> None:
    await open_arena(database)
    first = await stranger.start("kitchen")
    [prepared] = await rows(database, "SELECT id FROM battle WHERE state = 'prepared'")
    assert (await stranger.http.get(f"/battles/{prepared['id']}")).status_code == 404, "not before its turn"
    await stranger.vote(first)
    assert await stranger.start("kitchen") == prepared["id"]
