"""Who adds and changes which providers, and which addresses are refused."""

import socket
from collections.abc import Sequence

import pytest

from app.model_registry.addresses import NAME_IS_UNKNOWN
from app.providers import addresses
from tests.model_registry.registering import HOSTED, add_model, add_provider
from tests.people import Person, Visitors


async def test_researchers_add_hosted_services_and_nobody_without_an_account(
    stranger: Person, researcher: Person, visitors: Visitors
) -> None:
    annotator = await visitors.account("annotator@example.org", "annotator")
    assert (await stranger.http.post("/api/providers", json=HOSTED)).status_code == 401
    assert (await annotator.http.post("/api/providers", json=HOSTED)).status_code == 403
    assert (await researcher.http.post("/api/providers", json=HOSTED)).status_code == 201
    again = await researcher.http.post("/api/providers", json=HOSTED)
    assert again.status_code == 409
    assert "already" in again.json()["detail"]


@pytest.mark.parametrize(
    "values",
    [
        {"base_url": "http://127.0.0.1:8080/v1", "allow_private": True},
        {"kind": "replay", "base_url": None, "options": {"outputs": ["Hello."]}},
        {"kind": "fault", "base_url": None, "options": {"mood": "slow"}},
    ],
)
async def test_only_administrators_add_what_reaches_inside_or_pretends(
    researcher: Person, admin: Person, values: dict[str, object]
) -> None:
    refused = await researcher.http.post("/api/providers", json={**HOSTED, **values})
    assert refused.status_code == 403
    assert "Only an administrator" in refused.json()["detail"]
    made = await admin.http.post("/api/providers", json={**HOSTED, **values})
    assert made.status_code == 201, made.text
    path = f"/api/providers/{made.json()['id']}"
    assert (await researcher.http.patch(path, json={"credential": "mine"})).status_code == 403
    assert (await researcher.http.delete(path)).status_code == 403
    page = (await researcher.http.get(f"/models/providers/{made.json()['id']}")).text
    assert "Only administrators change this provider" in page
    assert (await admin.http.delete(path)).status_code == 204


async def test_the_form_offers_researchers_what_they_may_add(researcher: Person, admin: Person) -> None:
    theirs = (await researcher.http.get("/models/providers/new")).text
    all_of_it = (await admin.http.get("/models/providers/new")).text
    for offered in ('value="fault"', 'name="allow_private"', 'name="credential_variable"'):
        assert offered not in theirs
        assert offered in all_of_it
    form = {"name": "hosted", "kind": "openai", "base_url": HOSTED["base_url"], "allow_private": "true"}
    assert (await researcher.http.post("/models/providers/new", data=form)).status_code == 422
    made = await admin.http.post("/models/providers/new", data=form)
    assert made.status_code == 303
    assert "add a model" in (await admin.http.get(made.headers["location"])).text


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://127.0.0.1:8080/v1", "network"),
        ("http://[::1]/v1", "network"),
        ("https://10.0.0.5/v1", "network"),
        ("http://169.254.169.254/latest", "network"),
        ("https://2130706433/v1", "unusual form"),
        ("ftp://9.9.9.7/v1", "http"),
        ("https://user:pass@9.9.9.7/v1", "name or password"),
        ("not an address", "http"),
        (None, "address"),
    ],
)
async def test_an_address_that_cannot_be_is_refused_at_once_with_the_reason(
    researcher: Person, address: str | None, reason: str
) -> None:
    refused = await researcher.http.post("/api/providers", json={**HOSTED, "base_url": address})
    assert refused.status_code == 422, refused.text
    assert reason in refused.json()["detail"]
    form = {"name": "hosted", "kind": "openai", "base_url": address or ""}
    page = await researcher.http.post("/models/providers/new", data=form)
    assert page.status_code == 422
    assert "Not added" in page.text
    provider = await add_provider(researcher)
    path = f"/models/providers/{provider['id']}/address"
    assert (await researcher.http.post(path, data={"base_url": address or ""})).status_code == 422
    kept = (await researcher.http.get(f"/api/providers/{provider['id']}")).json()
    assert kept["base_url"] == HOSTED["base_url"]


async def test_a_provider_that_serves_something_stays(researcher: Person) -> None:
    provider = await add_provider(researcher)
    path = f"/models/providers/{provider['id']}"
    await add_model(researcher)
    refused = await researcher.http.post(f"{path}/remove")
    assert refused.status_code == 409
    assert "serves 1 version" in refused.text
    unused = await add_provider(researcher, name="unused")
    assert (await researcher.http.post(f"/models/providers/{unused['id']}/remove")).status_code == 303
    assert (await researcher.http.get(f"/models/providers/{unused['id']}")).status_code == 404
    assert (await researcher.http.get(path)).status_code == 200


UNKNOWN = "https://unknown.example/v1"


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names lead to, as the machine's resolver would say; all others are unknown."""
    known: dict[str, list[str]] = {}

    async def resolve(host: str, port: int) -> Sequence[str]:
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return known[host]

    monkeypatch.setattr(addresses, "resolve_host", resolve)
    return known


@pytest.mark.usefixtures("names")
async def test_an_unknown_name_is_no_reason_to_refuse_a_provider_but_is_said(researcher: Person) -> None:
    made = await researcher.http.post("/api/providers", json={**HOSTED, "base_url": UNKNOWN})
    assert made.status_code == 201
    assert made.json()["warning"] == NAME_IS_UNKNOWN
    typed = {"name": "other", "kind": "openai", "base_url": UNKNOWN}
    added = await researcher.http.post("/models/providers/new", data=typed)
    assert added.status_code == 303
    assert NAME_IS_UNKNOWN in (await researcher.http.get(added.headers["location"])).text
    moved = await researcher.http.post(
        added.headers["location"].partition("?")[0] + "/address", data={"base_url": UNKNOWN}
    )
    assert moved.status_code == 303
    assert (await add_provider(researcher, name="third"))["warning"] is None


async def test_a_name_that_leads_inside_is_refused(researcher: Person, names: dict[str, list[str]]) -> None:
    names["unknown.example"] = ["9.9.9.9", "10.0.0.5"]
    refused = await researcher.http.post("/api/providers", json={**HOSTED, "base_url": UNKNOWN})
    assert refused.status_code == 422
    assert "private" in refused.json()["detail"]


async def test_the_form_says_what_each_kind_needs(admin: Person) -> None:
    page = (await admin.http.get("/models/providers/new")).text
    for said in (
        "Needs an address; hosted",
        "Needs an address and a credential",
        "Needs the option outputs",
        "Needs nothing",
    ):
        assert said in page


async def test_whoever_may_allow_the_own_network_is_told_how(researcher: Person, admin: Person) -> None:
    inside = {**HOSTED, "base_url": "http://10.0.0.5/v1"}
    asked, own = [(await person.http.post("/api/providers", json=inside)).json() for person in (researcher, admin)]
    assert asked["detail"].endswith("An administrator can allow that for this provider.")
    assert "Tick “In the server's own network”" in own["detail"]
    assert "An administrator can" not in own["detail"]
