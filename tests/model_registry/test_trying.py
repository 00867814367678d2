"""Testing a model: the reply, what it took, what went wrong, and the record that every test leaves."""

import uuid
from decimal import Decimal
from functools import partial
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from app.config import Settings
from app.db.engine import Database
from app.model_registry import trying
from app.model_registry.schemas import TrialIn
from app.model_registry.tables import ModelCall
from app.model_registry.words import FAILURES
from app.providers import addresses
from app.providers.protocol import ERRORS
from tests.model_registry.registering import add_model, add_provider
from tests.people import Person, Visitors

REPLY = "Hello! I can help with owls."
REPLAY = {"name": "replay", "kind": "replay", "base_url": None, "options": {"outputs": [REPLY]}}
FAULT = {"name": "fault", "kind": "fault", "base_url": None, "options": {"stall_seconds": 60}}
ASKED = {"prompt": "What can you do?"}


async def replayed(admin: Person, **version: Any) -> dict[str, Any]:
    """A version that always gives the same reply."""
    await add_provider(admin, **REPLAY)
    model = await add_model(admin, provider="replay", served_as="x", input_price=1, output_price=2, **version)
    return model["versions"][0]


async def calls_of(database: Database, version: dict[str, Any]) -> list[ModelCall]:
    async with database.read_session() as session:
        statement = select(ModelCall).where(ModelCall.model_version_id == uuid.UUID(version["id"]))
        return list(await session.scalars(statement))


async def test_a_test_says_what_was_replied_how_quickly_and_for_how_much(
    database: Database, admin: Person, researcher: Person
) -> None:
    version = await replayed(admin)
    response = await researcher.http.post(f"/api/models/versions/{version['id']}/test", json=ASKED)
    assert response.status_code == 200, response.text
    outcome = response.json()
    assert (outcome["text"], outcome["error"], outcome["finish_reason"]) == (REPLY, None, "stop")
    assert (outcome["input_tokens"], outcome["output_tokens"]) == (4, 6)
    assert Decimal(outcome["cost"]) == Decimal("0.000016")
    assert 0 <= outcome["first_fragment_seconds"] <= outcome["duration_seconds"]
    assert outcome["words"].startswith("First words after")
    [call] = await calls_of(database, version)
    assert (call.output_tokens, call.cost, call.attempts, call.error) == (6, Decimal("0.000016"), 1, None)
    assert call.arena_id is None


async def test_only_researchers_and_administrators_test_models(
    database: Database, admin: Person, researcher: Person, stranger: Person, visitors: Visitors
) -> None:
    version = await replayed(admin)
    annotator = await visitors.account("annotator@example.org", "annotator")
    for path, form in (
        (f"/models/versions/{version['id']}/test", True),
        (f"/api/models/versions/{version['id']}/test", False),
    ):
        body = {"data": ASKED} if form else {"json": ASKED}
        assert (await stranger.http.post(path, **body)).status_code == 401
        assert (await annotator.http.post(path, **body)).status_code == 403
        assert (await researcher.http.post(path, **body)).status_code == 200
    assert len(await calls_of(database, version)) == 2


async def test_the_reply_streams_into_the_page(database: Database, admin: Person) -> None:
    version = await replayed(admin)
    response = await admin.http.post(
        f"/models/versions/{version['id']}/test", data=ASKED, headers={"Accept": "text/event-stream"}
    )
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"].startswith("no-store")
    events = [block.split("\n", 1) for block in response.text.strip().split("\n\n")]
    told = [(name.removeprefix("event: "), orjson.loads(data.removeprefix("data: "))) for name, data in events]
    assert "".join(data["text"] for name, data in told if name == "fragment") == REPLY
    assert len(told) > 3
    assert told[-1][0] == "ended"
    assert told[-1][1]["error"] is None
    assert len(await calls_of(database, version)) == 1


async def test_without_scripts_the_reply_stands_on_the_page_that_answers(admin: Person) -> None:
    version = await replayed(admin)
    page = await admin.http.post(f"/models/versions/{version['id']}/test", data={"prompt": "Who are <you>?"})
    assert page.status_code == 200
    assert REPLY in page.text
    assert "First words after" in page.text
    assert "Who are &lt;you&gt;?" in page.text


@pytest.mark.parametrize(
    ("mood", "error", "said"),
    [
        ("refuse", "refused", "Check the credential"),
        ("break_middle", "broke_off", "look into the log"),
        ("rubbish", "not_understood", "something else may answer there"),
        ("stall_first", "first_fragment_timeout", "Seconds until it begins"),
        ("stall_middle", "whole_timeout", "Seconds until it is done"),
        ("nonsense", "misconfigured", "Add a provider"),
    ],
)
async def test_every_failure_says_what_happened_and_what_to_do_and_is_recorded(
    database: Database, admin: Person, mood: str, error: str, said: str
) -> None:
    await add_provider(admin, **FAULT)
    limits = {"first_fragment_seconds": 0.05, "whole_seconds": 0.1}
    model = await add_model(admin, provider="fault", served_as=mood, **limits)
    version = model["versions"][0]
    page = await admin.http.post(f"/models/versions/{version['id']}/test", data=ASKED)
    assert page.status_code == 200
    assert FAILURES[error].why in page.text.replace("&#39;", "'")
    assert said in page.text
    [call] = await calls_of(database, version)
    assert (call.error, call.finish_reason) == (error, None)
    [told] = (await admin.http.get(f"/api/models/{model['id']}")).json()["versions"]
    assert told["last_24_hours"]["errors"] == 1
    assert told["last_24_hours"]["last_error"] == error


async def test_a_failure_is_told_once(admin: Person) -> None:
    await add_provider(admin, **FAULT)
    [version] = (await add_model(admin, provider="fault", served_as="stall_first", first_fragment_seconds=0.05))[
        "versions"
    ]
    outcome = (await admin.http.post(f"/api/models/versions/{version['id']}/test", json=ASKED)).json()
    assert outcome["words"].count("begin within 0.05 s") == 1
    assert FAILURES["first_fragment_timeout"].why not in outcome["words"]


async def test_who_may_allow_an_address_is_told_once(admin: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [["9.9.9.9"], ["10.0.0.5"]]

    async def resolve(host: str, port: int) -> list[str]:
        return answers.pop(0)

    monkeypatch.setattr(addresses, "resolve_host", resolve)
    monkeypatch.setattr(trying, "make_client", partial(trying.make_client, resolve=resolve))
    await add_provider(admin, base_url="https://moved.example/v1")
    [version] = (await add_model(admin))["versions"]
    outcome = (await admin.http.post(f"/api/models/versions/{version['id']}/test", json=ASKED)).json()
    assert outcome["error"] == "forbidden_address"
    assert outcome["words"].count("An administrator can allow") == 1


def test_every_kind_of_failure_has_words_and_advice() -> None:
    assert set(FAILURES) == set(ERRORS)


async def test_a_version_that_has_spent_its_budget_is_not_called(database: Database, admin: Person) -> None:
    version = await replayed(admin, daily_budget="0.00")
    path = f"/api/models/versions/{version['id']}"
    refused = await admin.http.post(f"{path}/test", json=ASKED)
    assert refused.status_code == 409
    assert "Raise the budget" in refused.json()["detail"]
    assert await calls_of(database, version) == []
    await admin.http.patch(path, json={"daily_budget": 1})
    assert (await admin.http.post(f"{path}/test", json=ASKED)).status_code == 200


async def test_what_cannot_be_called_is_said_before_anything_is_sent(database: Database, admin: Person) -> None:
    version = await replayed(admin)
    path = f"/api/models/versions/{version['id']}"
    await admin.http.patch(path, json={"state": "retired"})
    retired = await admin.http.post(f"{path}/test", json=ASKED)
    assert (retired.status_code, "Bring it back" in retired.json()["detail"]) == (409, True)
    await add_provider(admin, credential_variable="PREFERENDUM_CREDENTIAL_MISSING")
    lost = (await add_model(admin, "elk"))["versions"][0]
    refused = await admin.http.post(f"/api/models/versions/{lost['id']}/test", json=ASKED)
    assert (refused.status_code, "not set on this server" in refused.json()["detail"]) == (409, True)
    assert (await admin.http.post(f"/api/models/versions/{uuid.uuid4()}/test", json=ASKED)).status_code == 404
    assert await calls_of(database, lost) == []


async def test_a_test_goes_out_also_while_the_circuit_is_open(database: Database, admin: Person) -> None:
    await add_provider(admin, **FAULT)
    broken = await add_model(admin, provider="fault", served_as="refuse")
    version = broken["versions"][0]

    async def circuit() -> str:
        return (await admin.http.get(f"/api/models/{broken['id']}")).json()["versions"][0]["circuit"]["state"]

    for _ in range(5):
        await admin.http.post(f"/api/models/versions/{version['id']}/test", json=ASKED)
    assert await circuit() == "open"
    sixth = await admin.http.post(f"/api/models/versions/{version['id']}/test", json=ASKED)
    assert sixth.json()["error"] == "refused", "it was asked again, and did not answer from memory"
    assert len(await calls_of(database, version)) == 6


async def test_a_test_that_somebody_leaves_is_stopped_and_recorded(
    database: Database, admin: Person, settings: Settings
) -> None:
    await add_provider(admin, **FAULT)
    version = (await add_model(admin, provider="fault", served_as="stall_middle"))["versions"][0]
    assert admin.viewer is not None
    trial = await trying.ready(database, admin.viewer, settings, uuid.UUID(version["id"]), TrialIn(**ASKED))
    running = trial.run()
    assert isinstance(await anext(running), str)
    await running.aclose()
    [call] = await calls_of(database, version)
    assert (call.finish_reason, call.error) == ("stopped", None)


async def test_a_version_is_asked_with_its_own_settings_and_briefly(
    database: Database, admin: Person, settings: Settings
) -> None:
    version = await replayed(
        admin, settings={"system_prompt": "Be brief.", "temperature": 0.3, "max_tokens": 9_000, "extra": {"top_k": 4}}
    )
    assert admin.viewer is not None
    trial = await trying.ready(database, admin.viewer, settings, uuid.UUID(version["id"]), TrialIn(**ASKED))
    call = trying.call_of(trial.contestant, trial.prompt)
    assert [(message.role, message.text) for message in call.messages] == [
        ("system", "Be brief."),
        ("user", "What can you do?"),
    ]
    sampling = call.sampling
    assert (sampling.temperature, sampling.max_tokens, dict(sampling.extra)) == (0.3, trying.MOST_TOKENS, {"top_k": 4})
