"""Signing in and out, sessions, API tokens, and what each role may do."""

import re

import pytest
from sqlalchemy import text

from app.accounts.service import create_user
from app.db.engine import Database
from app.errors import ConflictError, InvalidInputError
from tests.people import PASSWORD, Person, Visitors
from tests.worlds import open_arena


async def test_signing_in_gives_a_new_session_and_signing_out_ends_it(visitors: Visitors, database: Database) -> None:
    await open_arena(database)
    person = await visitors.stranger()
    await person.start("kitchen")
    anonymous = person.http.cookies["session"]
    async with database.session() as session:
        await create_user(session, "ana@example.org", PASSWORD, "researcher")
    await person.http.post("/sign-in", data={"email": "ANA@example.org", "password": PASSWORD})
    signed_in = person.http.cookies["session"]
    assert signed_in != anonymous
    assert (await person.http.get("/account")).status_code == 200
    await person.http.post("/sign-out")
    person.http.cookies.set("session", signed_in, domain="arena.test")
    assert (await person.http.get("/account")).status_code == 401, "the old cookie is worth nothing any more"
    person.http.cookies.set("session", anonymous, domain="arena.test")
    assert (await person.http.get("/arenas/kitchen/history")).text.count("/battles/0") == 0


async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(visitors: Visitors, owner: Person) -> None:
    person = await visitors.stranger()
    wrong = await person.http.post("/sign-in", data={"email": "owner@example.org", "password": "wrong password"})
    unknown = await person.http.post("/sign-in", data={"email": "nobody@example.org", "password": "wrong password"})
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.text.replace("owner@", "X@") == unknown.text.replace("nobody@", "X@")
    assert "session" not in person.http.cookies


async def test_only_hashes_of_secrets_are_stored(visitors: Visitors, database: Database, owner: Person) -> None:
    made = await owner.http.post("/account/tokens", data={"name": "notebook", "scopes": ["read"]})
    token = re.search(r"pref_[\w-]{40,}", made.text)
    assert token
    cookie = owner.http.cookies["session"]
    async with database.read_session() as session:
        tables = ("app_user", "login_session", "api_token")
        dump = [str(row) for table in tables for row in await session.execute(text(f"SELECT * FROM {table}"))]
    for secret in (token[0], cookie, PASSWORD):
        assert not any(secret in row for row in dump)
    again = await owner.http.get("/account")
    assert token[0] not in again.text, "a token is shown once"


async def test_a_token_can_do_what_its_scopes_say_and_no_more(
    visitors: Visitors, database: Database, owner: Person
) -> None:
    await open_arena(database, owner=owner.viewer)
    token = await make_token(owner, ["read"])
    program = await visitors.stranger()
    program.http.headers["Authorization"] = f"Bearer {token}"
    assert (await program.http.get("/api/arenas/kitchen")).status_code == 200
    refused = await program.http.patch("/api/arenas/kitchen", json={"title": "Mine"})
    assert refused.status_code == 403
    assert (await program.http.post("/api/arenas/kitchen/battles")).status_code == 403
    program.http.headers["Authorization"] = f"Bearer {await make_token(owner, ['manage', 'vote'])}"
    assert (await program.http.patch("/api/arenas/kitchen", json={"title": "Mine"})).status_code == 200
    battle = (await program.http.post("/api/arenas/kitchen/battles")).json()
    voted = await program.http.post(f"/api/battles/{battle['id']}/vote", json={"choice": "tie"})
    assert voted.status_code == 201


async def test_a_revoked_token_is_refused_and_said_so(visitors: Visitors, owner: Person, database: Database) -> None:
    token = await make_token(owner, ["read"])
    program = await visitors.stranger()
    program.http.headers["Authorization"] = f"Bearer {token}"
    assert (await program.http.get("/api/arenas")).status_code == 200
    async with database.read_session() as session:
        token_id = (await session.execute(text("SELECT id FROM api_token"))).scalar_one()
    assert (await owner.http.post(f"/account/tokens/{token_id}/revoke")).status_code == 303
    refused = await program.http.get("/api/arenas")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"


async def test_nobody_revokes_anothers_token(owner: Person, researcher: Person, database: Database) -> None:
    await make_token(owner, ["read"])
    async with database.read_session() as session:
        token_id = (await session.execute(text("SELECT id FROM api_token"))).scalar_one()
    assert (await researcher.http.post(f"/account/tokens/{token_id}/revoke")).status_code == 404
    assert (await owner.http.post(f"/account/tokens/{token_id}/revoke")).status_code == 303


async def test_a_disabled_account_is_out_at_once(owner: Person, database: Database) -> None:
    assert (await owner.http.get("/account")).status_code == 200
    async with database.session() as session:
        await session.execute(text("UPDATE app_user SET disabled_at = now()"))
    assert (await owner.http.get("/account")).status_code == 401


async def test_the_way_back_after_signing_in_stays_on_this_site(visitors: Visitors, owner: Person) -> None:
    person = await visitors.stranger()
    for to in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        form = {"email": "owner@example.org", "password": PASSWORD, "to": to}
        assert (await person.http.post("/sign-in", data=form)).headers["location"] == "/"
    form = {"email": "owner@example.org", "password": PASSWORD, "to": "/account"}
    assert (await person.http.post("/sign-in", data=form)).headers["location"] == "/account"


@pytest.mark.parametrize(("email", "password"), [("not an address", PASSWORD), ("a@example.org", "short")])
async def test_accounts_need_an_address_and_a_long_password(database: Database, email: str, password: str) -> None:
    async with database.session() as session:
        with pytest.raises(InvalidInputError):
            await create_user(session, email, password, "researcher")


async def test_one_address_has_one_account(database: Database, owner: Person) -> None:
    async with database.session() as session:
        with pytest.raises(ConflictError):
            await create_user(session, "Owner@Example.org", PASSWORD, "admin")


async def test_the_cookie_is_for_this_host_and_not_for_scripts(visitors: Visitors, database: Database) -> None:
    await open_arena(database)
    person = await visitors.stranger()
    response = await person.http.post("/arenas/kitchen/battles")
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    visitors.app.state.settings.public_url = "https://arena.example"
    secure = (await (await visitors.stranger()).http.post("/arenas/kitchen/battles")).headers["set-cookie"]
    assert secure.startswith("__Host-session=")
    assert "secure" in secure.lower()


async def make_token(person: Person, scopes: list[str]) -> str:
    made = await person.http.post("/account/tokens", data={"name": "program", "scopes": scopes})
    token = re.search(r"pref_[\w-]{40,}", made.text)
    assert token, made.text
    return token[0]
