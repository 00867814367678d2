"""Headers on every response, requests of other sites, and errors as their readers want them."""

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.routing import Route

from app.db.engine import Database
from app.main import ROUTERS
from app.web.headers import SECURITY_HEADERS
from tests.people import Person
from tests.worlds import open_arena


async def test_every_page_file_and_error_carries_the_security_headers(database: Database, stranger: Person) -> None:
    await open_arena(database)
    for path in ("/", "/arenas/kitchen", "/nowhere", "/api/arenas", "/static/css/base.css", "/healthz", "/sign-in"):
        response = await stranger.http.get(path)
        for name, value in SECURITY_HEADERS.items():
            assert response.headers[name] == value, (path, name)
    assert "unsafe" not in SECURITY_HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in SECURITY_HEADERS["Content-Security-Policy"]


async def test_what_is_personal_is_never_stored_by_a_cache(database: Database, stranger: Person) -> None:
    await open_arena(database)
    battle_id = await stranger.start("kitchen")
    for path in (f"/battles/{battle_id}", "/arenas/kitchen/history", f"/api/battles/{battle_id}"):
        assert (await stranger.http.get(path)).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_another_site_cannot_make_a_browser_vote_but_our_own_page_can(
    database: Database, stranger: Person, headers: dict[str, str]
) -> None:
    await open_arena(database)
    battle_id = await stranger.start("kitchen")
    form = {"choice": "side_a", "revision": "0"}
    refused = await stranger.http.post(f"/battles/{battle_id}/vote", data=form, headers=headers)
    assert refused.status_code == 403
    ours = {"Sec-Fetch-Site": "same-origin", "Origin": "http://arena.test"}
    assert (await stranger.http.post(f"/battles/{battle_id}/vote", data=form, headers=ours)).status_code == 303


async def test_text_that_no_database_can_hold_is_refused_wherever_it_stands(
    database: Database, researcher: Person, stranger: Person
) -> None:
    await open_arena(database)
    arena = {"slug": "nul", "title": "a\0b"}
    assert (await researcher.http.post("/api/arenas", json=arena)).status_code == 422
    assert (await researcher.http.post("/api/arenas", json=arena | {"title": "ab"})).status_code == 201
    assert (await stranger.http.get("/api/arenas/kit%00chen")).status_code == 422
    assert (await stranger.http.get("/api/arenas/kitchen")).status_code == 200


async def test_head_is_answered_as_get_without_the_body(database: Database, stranger: Person) -> None:
    await open_arena(database)
    for path in ("/", "/arenas/kitchen/leaderboard", "/static/css/base.css", "/nowhere"):
        head, get = await stranger.http.head(path), await stranger.http.get(path)
        assert (head.status_code, head.content) == (get.status_code, b"")
        assert head.headers["content-type"] == get.headers["content-type"]


async def test_a_program_gets_problem_json_and_a_browser_a_page(stranger: Person) -> None:
    page = await stranger.http.get("/arenas/nowhere")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    problem = await stranger.http.get("/arenas/nowhere", headers={"Accept": "application/json"})
    assert problem.headers["content-type"] == "application/problem+json"
    assert set(problem.json()) >= {"type", "title", "status", "detail"}


@pytest.mark.parametrize(
    "path", ["/models/abc", "/models/providers/abc", "/battles/abc", "/arenas/Not_A_Slug/findings"]
)
async def test_an_address_that_cannot_be_is_a_page_that_does_not_exist(researcher: Person, path: str) -> None:
    page = await researcher.http.get(path)
    assert page.status_code == 404
    assert "No page has this address" in page.text
    assert "UUID" not in page.text
    assert (await researcher.http.get("/api/models/abc")).status_code == 422, "a program is told what is wrong with it"


async def test_bad_input_is_named_field_by_field(database: Database, stranger: Person) -> None:
    await open_arena(database)
    battle_id = await stranger.start("kitchen")
    response = await stranger.http.post(f"/api/battles/{battle_id}/vote", json={"choice": "left"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["where"] == "body → choice"


async def test_a_database_that_is_away_is_said_so_and_asked_again_later(app: FastAPI, stranger: Person) -> None:
    app.state.database = Database("postgresql:///nothing?host=/nonexistent")
    response = await stranger.http.get("/", headers={"Accept": "application/json"})
    assert response.status_code == 503
    assert response.headers["retry-after"] == "2"
    assert "Nothing was changed" in response.json()["detail"]
    await app.state.database.close()


async def test_reading_never_writes(app: FastAPI, database: Database, owner: Person) -> None:
    """Every GET route, asked by somebody with all rights, leaves the count of written rows as it was."""
    await open_arena(database, owner=owner.viewer)
    battle_id = await owner.start("kitchen")
    await owner.vote(battle_id)
    before = await written_rows(database)
    asked = 0
    for route in all_routes(app):
        if "GET" not in (route.methods or ()):
            continue
        path = route.path.replace("{slug}", "kitchen").replace("{battle_id}", str(battle_id))
        if path.endswith("/stream"):
            path += "?follow=false"
        if "{" not in path:
            response = await owner.http.get(path)
            assert response.status_code < 500, (path, response.text)
            asked += 1
    assert asked > 15
    assert await written_rows(database) == before


def all_routes(app: FastAPI) -> list[Route]:
    return [route for router in ROUTERS for route in router.routes if isinstance(route, Route)]


async def written_rows(database: Database) -> list[tuple[object, ...]]:
    async with database.session() as session:
        tables = await session.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'procrastinate%'")
        )
        counts = []
        for table in sorted(tables):
            result = await session.execute(text(f'SELECT count(*), max(xmin::text::bigint) FROM "{table}"'))
            counts.append((table, *result.one()))
        return counts
