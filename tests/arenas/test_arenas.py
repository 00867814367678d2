"""Who sees, votes in, changes and exports which arena."""

from app.accounts.viewer import OPERATOR
from app.arenas.service import change_state, create_arena
from app.db.engine import Database
from tests.people import Person
from tests.worlds import add_matchups, open_arena


async def test_a_draft_is_its_owners_and_the_administrators_alone(
    database: Database, stranger: Person, researcher: Person, owner: Person, admin: Person
) -> None:
    async with database.session() as session:
        arena = await create_arena(session, owner.viewer, slug="secret", title="A secret plan")
    await add_matchups(database, arena, 2)
    paths = ("/arenas/secret", "/api/arenas/secret", "/arenas/secret/leaderboard", "/arenas/secret/history")
    for outsider in (stranger, researcher):
        for path in paths:
            assert (await outsider.http.get(path)).status_code == 404, path
        assert (await outsider.http.post("/arenas/secret/battles")).status_code == 404
        assert "A secret plan" not in (await outsider.http.get("/")).text
        assert "A secret plan" not in (await outsider.http.get("/api/arenas")).text
    for insider in (owner, admin):
        for path in paths:
            assert (await insider.http.get(path)).status_code == 200, path
        assert "A secret plan" in (await insider.http.get("/")).text


async def test_only_the_owner_and_administrators_change_an_arena(
    database: Database, stranger: Person, researcher: Person, owner: Person, admin: Person
) -> None:
    await open_arena(database, owner=owner.viewer)
    assert (await stranger.http.patch("/api/arenas/kitchen", json={"title": "X"})).status_code == 401
    assert (await researcher.http.patch("/api/arenas/kitchen", json={"title": "X"})).status_code == 403
    assert (await researcher.http.get("/arenas/kitchen/manage")).status_code == 403
    assert (await owner.http.patch("/api/arenas/kitchen", json={"title": "New"})).json()["title"] == "New"
    assert (await admin.http.patch("/api/arenas/kitchen", json={"title": "Newer"})).json()["title"] == "Newer"


async def test_a_changed_protocol_is_a_new_version_and_the_old_one_stays(database: Database, owner: Person) -> None:
    await open_arena(database, owner=owner.viewer)
    before = await owner.start("kitchen")
    changed = await owner.http.patch(
        "/api/arenas/kitchen", json={"protocol": {"question": "Which is funnier?", "options": ["model_a", "model_b"]}}
    )
    assert changed.json()["protocol_version"] == 2
    same = await owner.http.patch(
        "/api/arenas/kitchen", json={"protocol": {"question": "Which is funnier?", "options": ["model_a", "model_b"]}}
    )
    assert same.json()["protocol_version"] == 2, "saving without a change makes no version"
    assert (await owner.http.get(f"/api/battles/{before}")).json()["question"] == "Which answer is better?"
    assert (await owner.vote(before, "tie")).status_code == 201, "a battle is judged by the protocol it was drawn under"


async def test_the_settings_page_saves_what_it_shows(database: Database, owner: Person) -> None:
    await open_arena(database, owner=owner.viewer)
    form = {
        "title": "The kitchen, renamed",
        "description": "",
        "state": "closed",
        "question": "Which is tastier?",
        "guidelines": "",
        "extra_options": ["tie"],
        "reveal": "true",
        "undo_seconds": "20",
    }
    assert (await owner.http.post("/arenas/kitchen/manage", data=form)).status_code == 303
    page = (await owner.http.get("/arenas/kitchen/manage")).text
    assert "The kitchen, renamed" in page
    assert "Which is tastier?" in page
    protocol = (await owner.http.get("/api/arenas/kitchen/protocol")).json()
    assert protocol["options"] == ["model_a", "model_b", "tie"]
    bad = await owner.http.post("/arenas/kitchen/manage", data={**form, "question": ""})
    assert bad.status_code == 422
    assert "question" in bad.text


async def test_making_an_arena_by_hand_says_what_is_wrong_and_keeps_what_was_typed(
    database: Database, owner: Person, stranger: Person
) -> None:
    form = {"slug": "Not A Slug!", "title": "Tea or coffee", "description": "Hot drinks"}
    refused = await owner.http.post("/arenas/new", data=form)
    assert refused.status_code == 422
    assert "Tea or coffee" in refused.text
    assert "Hot drinks" in refused.text
    made = await owner.http.post("/arenas/new", data={**form, "slug": "drinks"})
    assert (made.status_code, made.headers["location"]) == (303, "/arenas/drinks/manage")
    taken = await owner.http.post("/arenas/new", data={**form, "slug": "drinks"})
    assert taken.status_code == 422
    assert "already" in taken.text
    assert (await stranger.http.post("/arenas/new", data={**form, "slug": "mine"})).status_code == 401


async def test_a_closed_arena_can_still_be_read(database: Database, stranger: Person) -> None:
    await open_arena(database)
    async with database.session() as session:
        await change_state(session, OPERATOR, "kitchen", "closed")
    assert (await stranger.http.get("/arenas/kitchen")).status_code == 200
    assert (await stranger.http.get("/arenas/kitchen/leaderboard")).status_code == 200
