"""The settings of a live arena: who may see and save them, what each section does, and what is refused."""

import uuid
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import text

from app.arenas.schemas import LiveProtocol, LiveSettings
from app.arenas.service import access_arena, current_protocol, live_settings
from app.db.engine import Database
from app.model_registry.credentials import VARIABLE_PREFIX
from tests.live.test_battles import ask, ask_and_wait
from tests.live.worlds import open_live_arena
from tests.people import Person

LIMITS: dict[str, Any] = {
    "longest_prompt": "500",
    "prompts_per_person": "10",
    "prompts_per_address": "20",
    "prompts_per_arena": "30",
    "leak_names": "Aardvark\r\n\r\n  The Maker \r\nAardvark",
    "forbidden_words": "frobnicate",
    "fail_open": "true",
}
BATTLES: dict[str, Any] = {"kinds": ["anonymous"], "max_turns": "5", "max_tokens": "1000"}


async def save(person: Person, section: str, slug: str = "talk", /, **form: Any) -> Response:
    return await person.http.post(f"/arenas/{slug}/live/{section}", data=form)


async def present(database: Database, owner: Person) -> tuple[LiveSettings, LiveProtocol, int]:
    """What is in force: settings, protocol and its version."""
    assert owner.viewer is not None
    async with database.read_session() as session:
        arena = await access_arena(session, owner.viewer, "talk", "manage")
        protocol = await current_protocol(session, arena)
    assert protocol.live is not None
    return live_settings(arena), protocol.live, arena.protocol_version


SAVES: list[tuple[str, dict[str, Any]]] = [
    ("pool", {"versions": str(uuid.uuid4())}),
    (f"pool/{uuid.uuid4()}", {}),
    (f"pool/{uuid.uuid4()}/remove", {}),
    (f"pool/{uuid.uuid4()}/return", {}),
    ("battles", BATTLES),
    ("sampling", {"policy": "uniform"}),
    ("limits", LIMITS),
    ("suggestions", {"prompt_set": "a", "prompts": "b"}),
    ("suggestions/retire", {"prompt_set": "a"}),
    ("suggestions/offer", {"prompt_set": "a"}),
]


async def test_only_the_owner_and_administrators_see_and_save_the_settings(
    database: Database, owner: Person, admin: Person, researcher: Person, stranger: Person
) -> None:
    assert owner.viewer
    await open_live_arena(database, owner=owner.viewer)
    pages = ("/arenas/talk/live", "/arenas/talk/findings", "/api/arenas/talk/sampling", "/api/arenas/talk/pool")
    for page in pages:
        assert (await owner.http.get(page)).status_code == 200
        assert (await admin.http.get(page)).status_code == 200
        assert (await researcher.http.get(page)).status_code == 403
        assert (await stranger.http.get(page, headers={"Accept": "application/json"})).status_code == 401
    before = await present(database, owner)
    for section, form in SAVES:
        assert (await save(researcher, section, **form)).status_code == 403, section
        refused = await stranger.http.post(
            f"/arenas/talk/live/{section}", data=form, headers={"Accept": "application/json"}
        )
        assert refused.status_code == 401, section
    assert await present(database, owner) == before


async def test_an_arena_without_live_battles_has_no_such_settings(database: Database, owner: Person) -> None:
    made = await owner.http.post("/arenas/new", data={"slug": "kitchen", "title": "Kitchen"})
    assert made.status_code == 303
    assert (await owner.http.get("/arenas/kitchen/live")).status_code == 404
    assert (await save(owner, "sampling", "kitchen", policy="uniform")).status_code == 404


async def test_a_new_live_arena_without_models_leads_to_the_registry(owner: Person) -> None:
    made = await owner.http.post("/arenas/new", data={"slug": "talk", "title": "Talk", "mode": "live"})
    assert made.headers["location"] == "/arenas/talk/live"
    page = await owner.http.get("/arenas/talk/live")
    assert '<a class="button primary" href="/models">' in page.text
    assert "no model is open" in page.text


async def test_saving_the_battles_makes_a_next_version_that_keeps_the_rest_of_the_protocol(
    database: Database, owner: Person
) -> None:
    assert owner.viewer
    await open_live_arena(database, owner=owner.viewer, question="Which is kinder?", reveal=False)
    consent = "Be kind.\n\nWe keep this."
    form = BATTLES | {
        "kinds": ["anonymous", "direct"],
        "max_turns": "3",
        "temperature": "0,5",
        "consent_text": consent.replace("\n", "\r\n"),
    }
    assert (await save(owner, "battles", **form)).status_code == 303
    async with database.read_session() as session:
        arena = await access_arena(session, owner.viewer, "talk", "manage")
        protocol = await current_protocol(session, arena)
    assert (arena.protocol_version, protocol.question, protocol.reveal) == (2, "Which is kinder?", False)
    assert protocol.live == LiveProtocol(
        max_turns=3, kinds=("anonymous", "direct"), temperature=0.5, max_tokens=1000, consent_text=consent
    )
    assert (await save(owner, "battles", **form)).status_code == 303
    assert (await present(database, owner))[2] == 2  # nothing changed, so no version and nobody consents anew


@pytest.mark.parametrize(
    ("section", "form", "said"),
    [
        ("battles", BATTLES | {"kinds": []}, "Kinds of battle: choose at least one."),
        ("battles", BATTLES | {"max_turns": "many"}, "Questions in one battle: “many” is not a whole number."),
        ("battles", BATTLES | {"temperature": "hot"}, "Temperature: “hot” is not a number."),
        ("battles", BATTLES | {"max_tokens": "0"}, "Most tokens: input should be greater than or equal to 1."),
        ("sampling", {"policy": "luck"}, "Policy must be one of uniform, weighted, variance-reducing, anchor"),
        ("sampling", {"policy": "weighted", "floor": "0"}, "Floor must be above 0 and at most 1, not 0."),
        ("sampling", {"policy": "weighted", "boost": "nan"}, "Boost: “nan” is not a number."),
        ("limits", LIMITS | {"longest_prompt": "9"}, "Longest question: input should be greater than or equal to 10."),
        ("limits", LIMITS | {"moderation_url": "file:///etc/passwd"}, "Moderation endpoint: "),
        ("limits", LIMITS | {"moderation_url": "http://127.0.0.1:8000"}, "private or reserved network."),
        ("limits", LIMITS | {"moderation_url": "http://169.254.169.254/latest"}, "private or reserved network."),
        ("limits", LIMITS | {"tagging_version": str(uuid.uuid4())}, "must be one that can be called"),
        ("limits", LIMITS | {"tagging_version": "first"}, "must be one of the list"),
        ("pool", {}, "Choose at least one model."),
        ("suggestions", {"prompt_set": "a", "prompts": " \n "}, "There is no prompt in it."),
        ("suggestions", {"prompt_set": "", "prompts": "Why?"}, "Name the set"),
    ],
)
async def test_what_cannot_be_is_refused_with_words_and_changes_nothing(
    database: Database, owner: Person, section: str, form: dict[str, Any], said: str
) -> None:
    assert owner.viewer
    await open_live_arena(database, owner=owner.viewer)
    before = await present(database, owner)
    refused = await save(owner, section, **form)
    assert refused.status_code == 422
    assert said in refused.text
    assert await present(database, owner) == before


async def test_what_was_typed_is_kept_when_it_is_refused(database: Database, owner: Person) -> None:
    assert owner.viewer
    await open_live_arena(database, owner=owner.viewer)
    refused = await save(owner, "battles", **BATTLES | {"max_turns": "200", "system_prompt": "Speak like an owl."})
    assert "Speak like an owl." in refused.text
    assert 'value="200"' in refused.text


async def test_the_policy_is_saved_with_its_settings_and_the_rest_stays(database: Database, owner: Person) -> None:
    assert owner.viewer
    await open_live_arena(database, owner=owner.viewer, settings=LiveSettings(longest_prompt=77))
    form = {"policy": "weighted", "floor": "0,2", "boost": "8", "minimum_exposure": "50", "sharpness": "9"}
    assert (await save(owner, "sampling", **form)).status_code == 303
    settings, _, version = await present(database, owner)
    assert settings.policy == {"policy": "weighted", "floor": 0.2, "minimum_exposure": 50.0, "boost": 8.0}
    assert (settings.longest_prompt, version) == (77, 1)
    page = await owner.http.get("/arenas/talk/live?saved=sampling")
    assert 'name="boost" type="text" value="8"' in page.text
    assert "Saved." in page.text


async def test_limits_names_and_words_are_saved_and_in_force(
    database: Database, owner: Person, stranger: Person
) -> None:
    assert owner.viewer
    await open_live_arena(database, owner=owner.viewer)
    assert (await save(owner, "limits", **LIMITS | {"moderation_url": "https://9.9.9.9/v1"})).status_code == 303
    settings, _, version = await present(database, owner)
    assert settings == LiveSettings(
        longest_prompt=500,
        prompts_per_person=10,
        prompts_per_address=20,
        prompts_per_arena=30,
        leak_names=("Aardvark", "The Maker"),
        forbidden_words=("frobnicate",),
        use_word_list=False,
        moderation_url="https://9.9.9.9/v1",
    )
    assert version == 1
    assert (await save(owner, "limits", **LIMITS)).status_code == 303
    assert (await present(database, owner))[0].moderation_url is None
    assert (await ask(stranger, "How do I frobnicate?")).status_code == 403
    assert (await ask(stranger, "x" * 501)).status_code == 422
    assert (await ask(stranger, "How do I bake?")).status_code == 303


async def test_a_key_of_the_server_goes_only_where_an_administrator_sent_it(
    database: Database, owner: Person, admin: Person
) -> None:
    assert owner.viewer
    await open_live_arena(database, owner=owner.viewer)
    key = VARIABLE_PREFIX + "MODERATION"
    there = LIMITS | {"moderation_url": "https://9.9.9.9/v1"}
    refused = await save(owner, "limits", **there, moderation_variable=key)
    assert refused.status_code == 403
    assert "Only an administrator" in refused.text
    other = await save(admin, "limits", **there, moderation_variable="PREFERENDUM_DATABASE_URL")
    assert other.status_code == 422
    assert "begins with PREFERENDUM_CREDENTIAL_" in other.text
    assert (await save(admin, "limits", **there, moderation_variable=key)).status_code == 303
    assert (await present(database, owner))[0].moderation_variable == key
    page = await owner.http.get("/arenas/talk/live")
    assert 'name="moderation_variable"' not in page.text
    # The owner may go on changing the rest, but a new address does not get the key.
    assert (await save(owner, "limits", **there)).status_code == 303
    assert (await present(database, owner))[0].moderation_variable == key
    assert (await save(owner, "limits", **there | {"moderation_url": "https://9.9.9.10/v1"})).status_code == 303
    assert (await present(database, owner))[0].moderation_variable is None


async def test_programs_cannot_have_a_key_or_a_request_sent_where_people_could_not(
    database: Database, owner: Person, admin: Person
) -> None:
    assert owner.viewer
    await open_live_arena(database, owner=owner.viewer)

    async def patch(who: Person, **live: Any) -> Response:
        return await who.http.patch("/api/arenas/talk", json={"live": live})

    with_key = {"moderation_url": "https://9.9.9.9/v1", "moderation_variable": VARIABLE_PREFIX + "X"}
    assert (await patch(owner, **with_key)).status_code == 403
    inside = await patch(owner, moderation_url="http://169.254.169.254/latest")
    assert (inside.status_code, "private or reserved network." in inside.text) == (422, True)
    assert (await present(database, owner))[0].moderation_url is None
    assert (await patch(owner, moderation_url="https://9.9.9.9/v1")).status_code == 200
    assert (await patch(admin, **with_key)).status_code == 200
    assert (await patch(owner, **with_key, longest_prompt=99)).status_code == 200
    assert (await patch(owner, **with_key | {"moderation_url": "https://9.9.9.10/v1"})).status_code == 403


async def test_what_a_program_leaves_out_stays_as_it_is_and_can_be_read(
    database: Database, owner: Person, stranger: Person
) -> None:
    assert owner.viewer
    await open_live_arena(database, owner=owner.viewer, live=LiveProtocol(max_turns=3, system_prompt="Be brief."))
    for live in ({"prompts_per_person": 3}, {"leak_names": ["Zorblax"]}, {"forbidden_words": ["flumph"]}):
        assert (await owner.http.patch("/api/arenas/talk", json={"live": live})).status_code == 200
    read = (await owner.http.get("/api/arenas/talk/live")).json()
    told = (read["prompts_per_person"], read["leak_names"], read["forbidden_words"], read["longest_prompt"])
    assert told == (3, ["Zorblax"], ["flumph"], 8_000)
    assert (await stranger.http.get("/api/arenas/talk/live")).status_code == 401
    changes = {"protocol": {"question": "Which one?", "live": {"max_turns": 2}}}
    assert (await owner.http.patch("/api/arenas/talk", json=changes)).status_code == 200
    protocol = (await owner.http.get("/api/arenas/talk/protocol")).json()
    assert (protocol["question"], protocol["live"]["max_turns"]) == ("Which one?", 2)
    assert protocol["live"]["system_prompt"] == "Be brief."


@pytest.mark.parametrize(
    "live",
    [
        {"policy": {"policy": "weighted", "boost": 0}},
        {"policy": {"policy": "luck"}},
        {"policy": {"policy": "weighted", "boost": 10**400}},
        {"moderation_url": "https://9.9.9.9/v1", "moderation_variable": "PREFERENDUM_SECRET_KEY"},
        {"moderation_variable": "PREFERENDUM_CREDENTIAL_X"},
        {"leak_names": ["a\u0000b"]},
        {"moderation_url": "ftp://9.9.9.9"},
    ],
)
async def test_programs_cannot_store_settings_that_would_fail_later(
    database: Database, admin: Person, live: dict[str, Any]
) -> None:
    await open_live_arena(database)
    assert (await admin.http.patch("/api/arenas/talk", json={"live": {"longest_prompt": 100}})).status_code == 200
    assert (await admin.http.patch("/api/arenas/talk", json={"live": live})).status_code == 422


async def test_the_page_shows_what_the_policy_comes_to_and_the_api_says_the_same(
    database: Database, owner: Person, stranger: Person
) -> None:
    assert owner.viewer
    names = ("aardvark-7b", "bison-13b", "caribou-70b")
    contestants = {name: {"outputs": [f"Words of number {place}."]} for place, name in enumerate(names)}
    weighted = LiveSettings(policy={"policy": "weighted", "floor": 0.1, "boost": 1})
    await open_live_arena(database, contestants, owner=owner.viewer, settings=weighted)
    await ask_and_wait(stranger)
    models = (await owner.http.get("/api/arenas/talk/sampling/exposure")).json()
    heavy = next(model for model in models if model["name"] == "caribou-70b")
    put = await owner.http.put(f"/api/arenas/talk/pool/{heavy['id']}", json={"weight": 4})
    assert put.status_code == 204
    models = (await owner.http.get("/api/arenas/talk/sampling/exposure")).json()
    assert [model["name"] for model in models] == list(names)
    assert sum(model["battles"] for model in models) == 2
    # Pairs 1, 4 and 4 of 9, mixed with a floor of a tenth.
    shares = [0.9 * 5 / 9 + 0.1 * 2 / 3, 0.9 * 5 / 9 + 0.1 * 2 / 3, 0.9 * 8 / 9 + 0.1 * 2 / 3]
    assert [model["share"] for model in models] == pytest.approx(shares)
    pairs = (await owner.http.get("/api/arenas/talk/sampling/pairs?most=2")).json()
    assert [pair["probability"] for pair in pairs] == pytest.approx([0.9 * 4 / 9 + 0.1 / 3] * 2)
    assert all("caribou-70b" in (pair["name_a"], pair["name_b"]) for pair in pairs)
    whole = (await owner.http.get("/api/arenas/talk/sampling")).json()
    assert (whole["models"], len(whole["pairs"]), whole["why_no_pair"]) == (models, 3, None)
    page = (await owner.http.get("/arenas/talk/live")).text
    assert "86.7 %" in page
    assert "43.3 %" in page


async def test_votes_on_a_pair_are_counted_beside_its_chance(database: Database, owner: Person) -> None:
    assert owner.viewer
    arena = await open_live_arena(database, owner=owner.viewer)
    pair = (await owner.http.get("/api/arenas/talk/sampling/pairs")).json()[0]
    assert (pair["votes"], pair["probability"]) == (0, 1.0)
    first, second = sorted((pair["model_a"], pair["model_b"]))
    async with database.session() as session:
        await session.execute(
            text(
                "INSERT INTO pair_count (arena_id, slice, kind, model_a, model_b, wins_a, wins_b, ties, both_bad)"
                " VALUES (:arena, 'overall', 'human', :a, :b, 4, 2, 1, 1)"
            ),
            {"arena": arena.id, "a": first, "b": second},
        )
    assert (await owner.http.get("/api/arenas/talk/sampling/pairs")).json()[0]["votes"] == 8


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("/arenas/talk/live/sampling", "/arenas/talk/live#sampling"),
        ("/arenas/talk/live/limits", "/arenas/talk/live#limits"),
        ("/arenas/talk/live/suggestions", "/arenas/talk/live#suggestions"),
        ("/arenas/talk/ask", "/arenas/talk"),
    ],
)
async def test_the_address_of_a_refused_form_opened_again_leads_back_to_the_form(
    database: Database, owner: Person, address: str, leads_to: str
) -> None:
    assert owner.viewer
    await open_live_arena(database, owner=owner.viewer)
    response = await owner.http.get(address, follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (303, leads_to)
