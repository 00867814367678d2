"""Credentials: encrypted where they are stored, told to nobody, and gone when they should be."""

import stat
import uuid
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from app.accounts.viewer import OPERATOR
from app.config import Settings
from app.db.engine import Database
from app.model_registry.contestants import load_contestants
from app.model_registry.credentials import CredentialError, Vault, resolve, set_at
from tests.model_registry.registering import add_model, add_provider
from tests.people import Person
from tests.releases.releasing import released, words_in
from tests.worlds import open_arena

SECRET = "sk-planted-4d6f9a27c1e85b30"
KEY = "k" * 20 + "0123456789" * 3


def test_a_credential_is_opened_by_its_own_provider_and_key_alone(tmp_path: Path) -> None:
    vault = Vault(Settings(data_dir=tmp_path, secret_key=KEY))
    provider = uuid.uuid4()
    sealed = vault.seal(provider, SecretStr(SECRET))
    assert vault.open(provider, sealed).get_secret_value() == SECRET
    assert SECRET.encode() not in sealed
    with pytest.raises(CredentialError):
        vault.open(uuid.uuid4(), sealed)
    with pytest.raises(CredentialError, match="Set it again"):
        Vault(Settings(data_dir=tmp_path, secret_key=KEY[::-1])).open(provider, sealed)


def test_the_same_credential_is_never_encrypted_to_the_same_bytes(tmp_path: Path) -> None:
    vault = Vault(Settings(data_dir=tmp_path))
    provider = uuid.uuid4()
    assert vault.seal(provider, SecretStr(SECRET)) != vault.seal(provider, SecretStr(SECRET))


def test_without_a_key_one_is_made_that_only_its_owner_reads(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new")
    provider = uuid.uuid4()
    sealed = Vault(settings).seal(provider, SecretStr(SECRET))
    file = tmp_path / "new" / "secret.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [found.name for found in file.parent.iterdir()] == ["secret.key"]
    assert Vault(settings).open(provider, sealed).get_secret_value() == SECRET, "another process reads the same key"
    file.chmod(0o644)
    with pytest.raises(CredentialError, match="chmod 600"):
        Vault(settings).open(provider, sealed)
    file.unlink()
    with pytest.raises(CredentialError, match="Set it again"):
        Vault(settings).open(provider, sealed)


def test_a_key_can_come_from_a_file_and_must_not_be_short(tmp_path: Path) -> None:
    (tmp_path / "given").write_text(KEY + "\n")
    provider = uuid.uuid4()
    sealed = Vault(Settings(data_dir=tmp_path, secret_key_file=tmp_path / "given")).seal(provider, SecretStr(SECRET))
    assert Vault(Settings(data_dir=tmp_path, secret_key=KEY)).open(provider, sealed).get_secret_value() == SECRET
    with pytest.raises(CredentialError, match="at least 32"):
        Vault(Settings(data_dir=tmp_path, secret_key="short")).seal(provider, SecretStr(SECRET))
    assert KEY not in repr(Settings(data_dir=tmp_path, secret_key=KEY))


def test_only_variables_of_the_prefix_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vault, provider = Vault(Settings(data_dir=tmp_path)), uuid.uuid4()
    monkeypatch.setenv("PREFERENDUM_CREDENTIAL_OWL", SECRET)
    monkeypatch.setenv("PREFERENDUM_DATABASE_URL_COPY", SECRET)
    found = resolve(vault, provider, None, "PREFERENDUM_CREDENTIAL_OWL")
    assert found is not None
    assert found.get_secret_value() == SECRET
    with pytest.raises(CredentialError, match="begins with"):
        resolve(vault, provider, None, "PREFERENDUM_DATABASE_URL_COPY")
    monkeypatch.delenv("PREFERENDUM_CREDENTIAL_OWL")
    with pytest.raises(CredentialError, match="not set on this server"):
        resolve(vault, provider, None, "PREFERENDUM_CREDENTIAL_OWL")


async def test_a_planted_credential_stands_nowhere_that_anybody_can_read(
    database: Database, owner: Person, admin: Person, settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    arena = await open_arena(database, owner=owner.viewer)
    provider = await add_provider(owner, credential=SECRET)
    model = await add_model(owner)
    refusals = [
        await owner.http.post("/api/providers", json={"name": "x", "kind": "no", "credential": SECRET}),
        await owner.http.post(
            "/models/providers/new", data={"name": "", "credential": SECRET, "base_url": "https://9.9.9.7"}
        ),
        await owner.http.post("/models/providers/new", data={"name": "hosted", "credential": SECRET, "kind": "openai"}),
        await owner.http.post("/models/apply", data={"text": "providers: [{credential: x}]"}),
        await owner.http.post(f"/models/providers/{provider['id']}/credential", data={"credential": f"{SECRET} x"}),
        await owner.http.post("/api/providers", content=b'{"credential": "' + SECRET.encode()),
    ]
    assert [response.status_code for response in refusals] == [422] * 6
    answers = [response.text for response in refusals]
    for person in (owner, admin):
        for path in (
            "/models",
            f"/models/{model['id']}",
            "/models/providers",
            f"/models/providers/{provider['id']}",
            "/api/models",
            "/api/providers",
            f"/api/providers/{provider['id']}",
            "/api/openapi.json",
            "/arenas/kitchen/releases",
        ):
            response = await person.http.get(path)
            assert response.status_code == 200, path
            answers.append(response.text)
    async with database.session() as session:
        contestants = await load_contestants(session, [uuid.UUID(model["versions"][0]["id"])], settings)
        tables = await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        for table in list(tables):
            rows = await session.scalars(text(f'SELECT t::text FROM "{table}" t'))
            answers.extend(rows)
            binary = SECRET.encode().hex()
            assert not any(binary in row for row in answers[-1000:])
    _, release = await released(database, settings, arena, "raw-votes")
    answers += [words_in(file) for file in release.iterdir()]
    [contestant] = contestants.values()
    assert contestant.credential is not None
    assert contestant.credential.get_secret_value() == SECRET, "the planted credential is there, and usable"
    answers += [repr(contestant), str(contestant), *capfd.readouterr()]
    assert not any(SECRET in answer for answer in answers)
    assert not any("planted-4d6f" in answer for answer in answers)


async def test_pages_say_since_when_a_credential_is_set_and_no_more(owner: Person) -> None:
    provider = await add_provider(owner, credential=SECRET)
    told = (await owner.http.get(f"/api/providers/{provider['id']}")).json()["credential"]
    assert told["kind"] == "stored"
    assert told["set_at"] is not None
    assert told["problem"] is None
    assert "set on" in (await owner.http.get(f"/models/providers/{provider['id']}")).text


async def test_a_credential_is_replaced_and_removed_by_form(
    database: Database, owner: Person, stranger: Person, settings: Settings
) -> None:
    provider = await add_provider(owner, credential=SECRET)
    version = uuid.UUID((await add_model(owner))["versions"][0]["id"])
    path = f"/models/providers/{provider['id']}/credential"

    async def in_use() -> str | None:
        async with database.read_session() as session:
            credential = (await load_contestants(session, [version], settings))[version].credential
        return credential and credential.get_secret_value()

    assert (await stranger.http.post(path, data={"credential": "another"})).status_code == 401
    assert (await owner.http.post(path, data={"credential": "  "})).status_code == 422
    assert await in_use() == SECRET
    assert (await owner.http.post(path, data={"credential": "another"})).status_code == 303
    assert await in_use() == "another"
    assert (await owner.http.post(path, data={"remove": "true"})).status_code == 303
    assert await in_use() is None


async def test_a_new_address_takes_the_credential_away(owner: Person) -> None:
    """Otherwise whoever may change the address could have somebody's credential sent to a machine of their own."""
    provider = await add_provider(owner, credential=SECRET)
    path = f"/api/providers/{provider['id']}"
    same = await owner.http.patch(path, json={"base_url": provider["base_url"]})
    assert same.json()["credential"]["kind"] == "stored"
    moved = await owner.http.patch(path, json={"base_url": "https://9.9.9.9/v1"})
    assert moved.json()["credential"]["kind"] == "none"
    both = await owner.http.patch(path, json={"base_url": "https://9.9.9.7/v1", "credential": SECRET})
    assert both.json()["credential"]["kind"] == "stored"
    page = await owner.http.post(f"/models/providers/{provider['id']}/address", data={"base_url": "https://9.9.9.9/v1"})
    assert "is removed" in (await owner.http.get(page.headers["location"])).text


async def test_only_administrators_take_a_credential_from_the_environment(
    owner: Person, admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an address of one's own, a variable could be read out by naming it."""
    monkeypatch.setenv("PREFERENDUM_CREDENTIAL_OWL", SECRET)
    provider = await add_provider(owner)
    path = f"/api/providers/{provider['id']}"
    assert (await owner.http.patch(path, json={"credential_variable": "PREFERENDUM_CREDENTIAL_OWL"})).status_code == 403
    for name in ("PREFERENDUM_DATABASE_URL", "PATH", "PREFERENDUM_CREDENTIAL_"):
        assert (await admin.http.patch(path, json={"credential_variable": name})).status_code == 422, name
    named = await admin.http.patch(path, json={"credential_variable": "PREFERENDUM_CREDENTIAL_OWL"})
    assert named.json()["credential"] == {
        "kind": "variable",
        "set_at": None,
        "variable": "PREFERENDUM_CREDENTIAL_OWL",
        "problem": None,
    }
    assert SECRET not in (await admin.http.get(f"/models/providers/{provider['id']}")).text
    moved = await owner.http.patch(path, json={"base_url": "https://9.9.9.9/v1"})
    assert moved.json()["credential"]["kind"] == "none"


async def test_a_lost_key_is_said_and_keeps_no_page_from_opening(
    database: Database, owner: Person, settings: Settings
) -> None:
    provider = await add_provider(owner, credential=SECRET)
    version = uuid.UUID((await add_model(owner))["versions"][0]["id"])
    (settings.data_dir / "secret.key").unlink()
    page = await owner.http.get(f"/models/providers/{provider['id']}")
    assert "Set it again" in page.text
    async with database.read_session() as session:
        contestant = (await load_contestants(session, [version], settings))[version]
    assert contestant.credential is None
    assert contestant.problem is not None
    assert "Set it again" in contestant.problem


def test_the_time_of_a_credential_is_read_without_the_key(tmp_path: Path) -> None:
    sealed = Vault(Settings(data_dir=tmp_path)).seal(OPERATOR.app_user_id or uuid.uuid4(), SecretStr(SECRET))
    assert set_at(sealed).year >= 2024
