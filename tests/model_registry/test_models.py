"""Who adds models and versions, what of them can change, and what never does."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from app.db.engine import Database
from app.model_registry import calls
from tests.model_registry.registering import add_model, add_provider, ask_to_add_model
from tests.people import Person, Visitors
from tests.worlds import open_arena


@pytest.fixture
async def annotator(visitors: Visitors) -> Person:
    return await visitors.account("annotator@example.org", "annotator")


async def test_researchers_and_administrators_see_models_and_nobody_else(
    stranger: Person, annotator: Person, researcher: Person, admin: Person
) -> None:
    model = await add_model(researcher) if await add_provider(researcher) else {}
    paths = ("/models", "/models/new", "/models/apply", "/models/providers", f"/models/{model['id']}", "/api/models")
    for path in (*paths, "/models/providers/new", "/api/providers", f"/api/models/{model['id']}"):
        assert (await stranger.http.get(path)).status_code == 401, path
        assert (await annotator.http.get(path)).status_code == 403, path
        for insider in (researcher, admin):
            assert (await insider.http.get(path)).status_code == 200, path


async def test_researchers_and_administrators_add_models_and_nobody_else(
    stranger: Person, annotator: Person, researcher: Person, admin: Person
) -> None:
    await add_provider(researcher)
    assert (await ask_to_add_model(stranger)).status_code == 401
    assert (await ask_to_add_model(annotator)).status_code == 403
    assert (await ask_to_add_model(researcher, "owl")).status_code == 201
    assert (await ask_to_add_model(admin, "elk")).status_code == 201


async def test_a_token_that_may_only_read_changes_nothing(researcher: Person, stranger: Person) -> None:
    await add_provider(researcher)
    page = await researcher.http.post("/account/tokens", data={"name": "reader", "scopes": ["read"]})
    token = page.text.split("pref_")[1].split("<")[0]
    stranger.http.headers["Authorization"] = f"Bearer pref_{token}"
    assert (await stranger.http.get("/api/models")).status_code == 200
    refused = await ask_to_add_model(stranger)
    assert refused.status_code == 403
    assert "manage" in refused.json()["detail"]


async def test_a_model_is_added_by_form_with_its_first_version(researcher: Person) -> None:
    await add_provider(researcher)
    form = {
        "name": "owl-7b",
        "organisation": "Owls Inc.",
        "link": "https://owls.example/7b",
        "modalities": ["text", "image"],
        "aliases": "Owl\nOwlet\n",
        "label": "2026-11",
        "provider": "hosted",
        "served_as": "owl-7b-instruct",
        "system_prompt": "Be brief.",
        "temperature": "0.7",
        "stop": "END",
        "input_price": "0.15",
    }
    made = await researcher.http.post("/models/new", data=form)
    assert made.status_code == 303, made.text
    [model] = (await researcher.http.get("/api/models")).json()
    assert model["aliases"] == ["Owl", "Owlet"]
    assert model["modalities"] == ["text", "image"]
    [version] = model["versions"]
    assert version["settings"] == {"system_prompt": "Be brief.", "temperature": 0.7, "stop": ["END"]}
    assert (version["display_name"], version["state"], version["input_price"]) == (
        "owl-7b@2026-11",
        "draft",
        "0.150000",
    )
    page = (await researcher.http.get(made.headers["location"])).text
    for shown in ("Owls Inc.", "https://owls.example/7b", "owl-7b-instruct", "temperature 0.7", "$0.15"):
        assert shown in page, shown


async def test_a_form_that_is_refused_keeps_what_was_typed_and_adds_nothing(researcher: Person) -> None:
    await add_provider(researcher)
    form = {
        "name": "owl-7b",
        "organisation": "Owls Inc.",
        "provider": "hosted",
        "served_as": "owl",
        "temperature": "hot",
    }
    refused = await researcher.http.post("/models/new", data=form)
    assert refused.status_code == 422
    assert "temperature" in refused.text
    assert "Owls Inc." in refused.text
    gone = await researcher.http.post("/models/new", data={**form, "temperature": "1", "provider": "elsewhere"})
    assert gone.status_code == 422
    assert "no provider elsewhere" in gone.text
    assert (await researcher.http.get("/api/models")).json() == []
    assert (await researcher.http.post("/models/new", data={**form, "temperature": "1"})).status_code == 303


async def test_what_shapes_answers_never_changes_and_prices_do(researcher: Person) -> None:
    await add_provider(researcher)
    model = await add_model(researcher)
    path = f"/api/models/versions/{model['versions'][0]['id']}"
    for shaping in ({"settings": {"temperature": 1}}, {"served_as": "other"}, {"provider": "other"}, {"label": "x"}):
        assert (await researcher.http.patch(path, json=shaping)).status_code == 422, shaping
    changed = await researcher.http.patch(path, json={"input_price": "2.5", "daily_budget": 10, "max_concurrency": 3})
    assert changed.status_code == 200, changed.text
    after = changed.json()
    assert (after["input_price"], after["daily_budget"], after["max_concurrency"]) == ("2.500000", "10.00", 3)
    assert after["settings"] == {"temperature": 0.5}
    assert (await researcher.http.patch(path, json={"daily_budget": None})).json()["daily_budget"] is None
    assert (await researcher.http.patch(path, json={"max_concurrency": None})).status_code == 422


async def test_another_setting_is_another_version_under_another_label(researcher: Person) -> None:
    await add_provider(researcher)
    model = await add_model(researcher)
    path = f"/models/{model['id']}/versions/new"
    page = (await researcher.http.get(path)).text
    assert "owl-7b-instruct" in page, "the form begins with what the newest version has"
    form = {"provider": "hosted", "served_as": "owl-7b-instruct", "temperature": "1"}
    taken = await researcher.http.post(path, data=form)
    assert taken.status_code == 422
    assert "label" in taken.text
    assert (await researcher.http.post(path, data={**form, "label": "warm"})).status_code == 303
    versions = (await researcher.http.get(f"/api/models/{model['id']}")).json()["versions"]
    assert [version["display_name"] for version in versions] == ["owl-7b", "owl-7b@warm"]
    assert [version["settings"]["temperature"] for version in versions] == [0.5, 1.0]


async def test_a_version_goes_through_its_states_and_back(researcher: Person, stranger: Person) -> None:
    await add_provider(researcher)
    model = await add_model(researcher)
    version = model["versions"][0]["id"]
    for state, was in (("active", "draft"), ("paused", "active"), ("retired", "paused")):
        changed = await researcher.http.post(f"/models/versions/{version}/state", data={"state": state})
        assert changed.status_code == 303, changed.text
        page = (await researcher.http.get(changed.headers["location"])).text
        assert f"owl-7b is {state}." in page
        assert f"Undo: make it {was} again" in page
    undone = await researcher.http.post(f"/models/versions/{version}/state", data={"state": "paused"})
    assert undone.status_code == 303
    back = await researcher.http.patch(f"/api/models/versions/{version}", json={"state": "draft"})
    assert back.json()["state"] == "draft", "nothing has called it yet"
    skipped = await researcher.http.patch(f"/api/models/versions/{version}", json={"state": "paused"})
    assert skipped.status_code == 409
    assert (await stranger.http.post(f"/models/versions/{version}/state", data={"state": "active"})).status_code == 401


async def test_a_version_that_an_arena_has_called_is_never_a_draft_again(
    database: Database, researcher: Person
) -> None:
    await add_provider(researcher)
    version = (await add_model(researcher, state="active"))["versions"][0]["id"]
    arena = await open_arena(database, matchups=0)
    async with database.session() as session:
        calls.record_call(
            session, version_id=version, arena_id=arena.id, started_at=datetime.now(UTC), duration_seconds=1, attempts=1
        )
    refused = await researcher.http.patch(f"/api/models/versions/{version}", json={"state": "draft"})
    assert refused.status_code == 409
    assert "pause it instead" in refused.json()["detail"]
    paused = await researcher.http.post(f"/models/versions/{version}/state", data={"state": "paused"})
    assert "make it active again" in (await researcher.http.get(paused.headers["location"])).text


async def test_imported_models_are_listed_and_there_is_nothing_to_call(database: Database, researcher: Person) -> None:
    await open_arena(database)
    page = (await researcher.http.get("/models")).text
    assert "planted-aardvark-7b" in page
    assert "Add a provider" in page, "an empty registry leads on"
    model = (await researcher.http.get("/api/models")).json()[0]
    assert model["versions"][0]["provider"] is None
    assert "never called" in (await researcher.http.get(f"/models/{model['id']}")).text
    path = f"/api/models/versions/{model['versions'][0]['id']}"
    assert (await researcher.http.patch(path, json={"state": "paused"})).status_code == 409


async def test_what_is_known_of_a_model_changes_and_its_name_does_not(researcher: Person) -> None:
    await add_provider(researcher)
    model = await add_model(researcher)
    path = f"/api/models/{model['id']}"
    assert (await researcher.http.patch(path, json={"name": "eagle"})).status_code == 422
    form = {"organisation": "Owls", "licence": "MIT", "link": "", "modalities": "text", "aliases": ""}
    assert (await researcher.http.post(f"/models/{model['id']}", data=form)).status_code == 303
    assert (await researcher.http.get(path)).json()["licence"] == "MIT"
    refused = await researcher.http.post(f"/models/{model['id']}", data={**form, "link": "javascript:alert(1)"})
    assert refused.status_code == 422
    assert "Not saved" in refused.text
    assert (await researcher.http.get(path)).json()["link"] is None


async def test_the_list_says_what_the_calls_of_a_day_cost_and_how_long_they_took(
    database: Database, researcher: Person
) -> None:
    await add_provider(researcher)
    model = await add_model(researcher, input_price=1, output_price=2, daily_budget=1)
    version = model["versions"][0]["id"]
    now = datetime.now(UTC)
    async with database.session() as session:
        for begins, whole, price, error in (
            (0.2, 2.0, "0.40", None),
            (0.4, 4.0, "0.70", None),
            (None, 9.0, None, "time"),
        ):
            calls.record_call(
                session,
                version_id=version,
                started_at=now,
                first_fragment_seconds=begins,
                duration_seconds=whole,
                attempts=1,
                cost=Decimal(price) if price else None,
                error=error,
            )
    [told] = (await researcher.http.get(f"/api/models/{model['id']}")).json()["versions"]
    day = told["last_24_hours"]
    assert (day["calls"], day["errors"], Decimal(day["cost"])) == (3, 1, Decimal("1.10"))
    assert day["median_first_fragment_seconds"] == pytest.approx(0.3)
    assert day["median_duration_seconds"] == pytest.approx(3.0)
    page = (await researcher.http.get("/models")).text
    for shown in ("(1 failed)", "0.30 s", "3.00 s", "$1.10 of $1.00", "used up"):
        assert shown in page, shown
