"""The pool of a live arena: joining, leaving, coming back, and why a model cannot be drawn."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.arenas.tables import Arena
from app.config import Settings
from app.db.engine import Database
from app.live import repository
from app.live.drawing import able
from app.model_registry.calls import record_call
from tests.live.test_battles import ask, rows
from tests.live.worlds import open_live_arena
from tests.model_registry.registering import add_model, add_provider
from tests.people import Person

FOUR = {f"planted-{name}": {"outputs": [f"Words of {name}."]} for name in ("ant", "bee", "cat", "dog")}


async def arena_of(database: Database, owner: Person, contestants: dict[str, Any]) -> Arena:
    assert owner.viewer
    return await open_live_arena(database, contestants, owner=owner.viewer)


async def versions(database: Database) -> dict[str, uuid.UUID]:
    found = await rows(database, "SELECT m.name, v.id FROM model m JOIN model_version v ON v.model_id = m.id")
    return {row.name: row.id for row in found}


async def members(owner: Person) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in (await owner.http.get("/api/arenas/talk/pool")).json()}


async def test_models_join_leave_and_come_back_as_they_were(
    database: Database, owner: Person, admin: Person, stranger: Person
) -> None:
    await arena_of(database, owner, {})
    await add_provider(admin)
    for name in ("owl-7b", "owl-8b"):
        await add_model(admin, name, state="active")
    await add_model(admin, "owl-9b", state="draft")
    by_name = await versions(database)
    page = await owner.http.get("/arenas/talk/live")
    assert all(str(version) in page.text for version in by_name.values())
    form = {"versions": [str(by_name["owl-7b"]), str(by_name["owl-8b"])], "role": "anchor", "weight": "2,5"}
    assert (await owner.http.post("/arenas/talk/live/pool", data=form)).status_code == 303
    assert {name: (one["role"], one["weight"]) for name, one in (await members(owner)).items()} == {
        "owl-7b": ("anchor", 2.5),
        "owl-8b": ("anchor", 2.5),
    }
    owl = f"/arenas/talk/live/pool/{by_name['owl-7b']}"
    assert (await owner.http.post(f"{owl}/remove")).status_code == 303
    assert (await members(owner))["owl-7b"]["left_at"] is not None
    assert (await ask(stranger)).status_code == 503
    assert (await owner.http.post(f"{owl}/return")).status_code == 303
    back = (await members(owner))["owl-7b"]
    assert (back["left_at"], back["role"], back["weight"]) == (None, "anchor", 2.5)
    assert (await owner.http.post(owl, data={"role": "contestant", "weight": "1"})).status_code == 303
    assert (await members(owner))["owl-7b"]["role"] == "contestant"


async def test_a_removed_model_keeps_its_battles_and_is_drawn_no_more(
    database: Database, owner: Person, stranger: Person
) -> None:
    await arena_of(database, owner, FOUR)
    by_name = await versions(database)
    for name in ("planted-ant", "planted-bee"):
        gone = await owner.http.delete(f"/api/arenas/talk/pool/{by_name[name]}")
        assert gone.status_code == 204
    await ask(stranger)
    drawn = (await rows(database, "SELECT contestants FROM battle"))[0][0]
    assert set(drawn) == {by_name["planted-cat"], by_name["planted-dog"]}
    assert (await owner.http.put(f"/api/arenas/talk/pool/{by_name['planted-ant']}", json={})).status_code == 204
    await owner.http.delete(f"/api/arenas/talk/pool/{by_name['planted-dog']}")
    assert (await members(owner))["planted-dog"]["battles"] == 1


async def test_a_weight_that_cannot_be_is_refused(database: Database, owner: Person) -> None:
    await arena_of(database, owner, FOUR)
    ant = (await versions(database))["planted-ant"]
    for weight in ("0", "-1", "1e9", "inf", "heavy"):
        refused = await owner.http.post(f"/arenas/talk/live/pool/{ant}", data={"weight": weight})
        assert refused.status_code == 422, weight
        assert "Weight: " in refused.text
    assert (await owner.http.put(f"/api/arenas/talk/pool/{ant}", json={"weight": 0})).status_code == 422
    assert (await members(owner))["planted-ant"]["weight"] == 1.0


async def test_what_nothing_can_call_does_not_join(database: Database, owner: Person) -> None:
    await arena_of(database, owner, FOUR)
    by_name = await versions(database)
    async with database.session() as session:
        await session.execute(text("DELETE FROM arena_model"))
        await session.execute(
            text("UPDATE model_version SET provider_id = NULL WHERE id = :id"), {"id": by_name["planted-ant"]}
        )
        await session.execute(
            text("UPDATE model_version SET state = 'retired' WHERE id = :id"), {"id": by_name["planted-bee"]}
        )
    page = await owner.http.get("/arenas/talk/live")
    assert 'value="' + str(by_name["planted-cat"]) in page.text
    for name, status in (("planted-ant", 409), ("planted-bee", 409), ("planted-cat", 204)):
        put = await owner.http.put(f"/api/arenas/talk/pool/{by_name[name]}", json={})
        assert put.status_code == status, name
    assert (await owner.http.put(f"/api/arenas/talk/pool/{uuid.uuid4()}", json={})).status_code == 404
    both = {"versions": [str(by_name["planted-dog"]), str(by_name["planted-bee"])]}
    assert (await owner.http.post("/arenas/talk/live/pool", data=both)).status_code == 409
    assert list(await members(owner)) == ["planted-cat"]  # one that may not join takes the others with it


async def test_the_page_says_why_too_few_can_be_drawn_and_agrees_with_the_draw(
    database: Database, owner: Person, settings: Settings
) -> None:
    arena = await arena_of(database, owner, FOUR)
    by_name = await versions(database)
    page = await owner.http.get("/arenas/talk/live")
    assert "No pair can be drawn now" not in page.text
    async with database.session() as session:
        await session.execute(
            text("UPDATE model_version SET state = 'paused' WHERE id = :id"), {"id": by_name["planted-ant"]}
        )
        await session.execute(
            text("UPDATE provider SET credential_variable = 'PREFERENDUM_CREDENTIAL_NOWHERE' WHERE name = :name"),
            {"name": "of planted-bee"},
        )
        await session.execute(
            text("UPDATE model_version SET daily_budget = 0.5 WHERE id = :id"), {"id": by_name["planted-cat"]}
        )
        record_call(
            session,
            version_id=by_name["planted-cat"],
            started_at=datetime.now(UTC),
            duration_seconds=1.0,
            attempts=1,
            cost=Decimal("0.5"),
        )
        for number in range(5):
            record_call(
                session,
                version_id=by_name["planted-dog"],
                started_at=datetime.now(UTC) - timedelta(seconds=5 - number),
                duration_seconds=0.1,
                attempts=1,
                error="service_failed",
            )
    told = {name: one["why_not"] for name, one in (await members(owner)).items()}
    assert "paused" in told["planted-ant"]
    assert "PREFERENDUM_CREDENTIAL_NOWHERE" in told["planted-bee"]
    assert "budget of $0.50" in told["planted-cat"]
    assert "last 5 calls failed" in told["planted-dog"]
    page = await owner.http.get("/arenas/talk/live")
    assert "No pair can be drawn now" in page.text
    assert "last 5 calls failed" in page.text
    async with database.read_session() as session:
        assert await able(session, settings, await repository.pool(session, arena.id)) == set()


async def test_two_models_of_four_can_be_drawn_and_only_the_others_say_why(
    database: Database, owner: Person, settings: Settings
) -> None:
    arena = await arena_of(database, owner, FOUR)
    by_name = await versions(database)
    async with database.session() as session:
        await session.execute(
            text("UPDATE model_version SET state = 'draft' WHERE id = ANY(:ids)"),
            {"ids": [by_name["planted-ant"], by_name["planted-bee"]]},
        )
    fit = {one["id"] for one in (await members(owner)).values() if one["why_not"] is None}
    async with database.read_session() as session:
        drawn = await able(session, settings, await repository.pool(session, arena.id))
    assert fit == {str(version) for version in drawn}
    assert len(fit) == 2
