"""Releases over HTTP, as a program asks for them."""

import gzip
import hashlib
import uuid
from typing import Any, get_args

import httpx
import orjson
import pytest
from fastapi import FastAPI

from app.accounts.service import create_api_token
from app.arenas.tables import Arena
from app.config import Settings
from app.db.engine import Database
from app.releases import service
from app.releases.formats import FORMATS
from app.releases.schemas import FileType, FormatName, OptionName
from app.releases.writers import WRITERS
from tests.people import Person
from tests.releases.arenas import Cast, arena_with

RELEASES = "/api/arenas/kitchen/releases"


@pytest.fixture
async def arena(database: Database, owner: Person) -> Arena:
    return await arena_with(database, [Cast(), Cast(("model_b",)), Cast(("tie",))], owner=owner.viewer)


async def ask(person: Person, **order: Any) -> dict[str, Any]:
    response = await person.http.post(RELEASES, json={"format": "raw-votes", **order})
    assert response.status_code == 202, response.text
    return response.json()


async def ready(person: Person, database: Database, settings: Settings, **order: Any) -> dict[str, Any]:
    asked = await ask(person, **order)
    await service.write_release(database, settings, uuid.UUID(asked["id"]))
    return (await person.http.get(f"{RELEASES}/{asked['id']}")).json()


async def test_a_release_is_asked_for_watched_and_downloaded(
    arena: Arena, owner: Person, database: Database, settings: Settings
) -> None:
    response = await owner.http.post(RELEASES, json={"format": "trl-preference", "file_type": "jsonl"})
    assert response.status_code == 202
    asked = response.json()
    assert response.headers["location"] == f"{RELEASES}/{asked['id']}"
    assert (asked["state"], asked["kinds"], asked["files"], asked["manifest"]) == ("waiting", ["human"], [], None)

    await service.write_release(database, settings, uuid.UUID(asked["id"]))
    finished = (await owner.http.get(response.headers["location"])).json()
    assert (finished["state"], finished["rows_written"], finished["rows_total"]) == ("ready", 2, 3)
    assert finished["manifest"]["dropped"] == {"tie": 1}

    (file,) = finished["files"]
    download = await owner.http.get(file["url"])
    assert download.status_code == 200
    assert hashlib.sha256(download.content).hexdigest() == file["sha256"]
    assert len(download.content) == file["bytes"]
    assert [set(orjson.loads(line)) for line in download.content.splitlines()] == [{"prompt", "chosen", "rejected"}] * 2
    assert download.headers["content-disposition"] == 'attachment; filename="trl-preference.jsonl"'
    assert download.headers["etag"] == f'"{file["sha256"]}"'
    assert download.headers["cache-control"] == "no-store"


async def test_a_broken_download_is_resumed_with_a_range(
    arena: Arena, owner: Person, database: Database, settings: Settings
) -> None:
    (file,) = (await ready(owner, database, settings))["files"]
    whole = (await owner.http.get(file["url"])).content
    headers = {"Range": "bytes=100-", "If-Range": f'"{file["sha256"]}"'}
    rest = await owner.http.get(file["url"], headers=headers)
    assert rest.status_code == 206
    assert whole[:100] + rest.content == whole


async def test_manifest_and_card_are_downloaded_beside_it_and_nothing_else(
    arena: Arena, owner: Person, database: Database, settings: Settings
) -> None:
    finished = await ready(owner, database, settings)
    base = f"{RELEASES}/{finished['id']}/files"
    assert (await owner.http.get(f"{base}/manifest.json")).json() == finished["manifest"]
    assert (await owner.http.get(f"{base}/README.md")).text.startswith("---\npretty_name:")
    for name in ("..%2F..%2Fpostgres", "%2Fetc%2Fpasswd", "raw-votes.parquet", ".raw-votes.jsonl.partial"):
        assert (await owner.http.get(f"{base}/{name}")).status_code == 404, name


async def test_a_file_that_was_removed_is_said_to_be_gone(
    arena: Arena, owner: Person, database: Database, settings: Settings
) -> None:
    finished = await ready(owner, database, settings)
    (service.release_folder(settings, uuid.UUID(finished["id"])) / "raw-votes.jsonl").unlink()
    response = await owner.http.get(finished["files"][0]["url"])
    assert response.status_code == 503
    assert "Ask for the release again" in response.json()["detail"]


async def test_a_release_has_no_files_before_it_is_ready(arena: Arena, owner: Person) -> None:
    asked = await ask(owner)
    response = await owner.http.get(f"{RELEASES}/{asked['id']}/files/raw-votes.jsonl")
    assert response.status_code == 409


async def test_a_release_is_cancelled_once_and_for_all(
    arena: Arena, owner: Person, database: Database, settings: Settings
) -> None:
    asked = await ask(owner)
    for _ in range(2):
        response = await owner.http.post(f"{RELEASES}/{asked['id']}/cancel")
        assert (response.status_code, response.json()["state"]) == (200, "cancelled")
    finished = await ready(owner, database, settings)
    assert (await owner.http.post(f"{RELEASES}/{finished['id']}/cancel")).status_code == 409


async def test_the_list_goes_back_page_by_page_without_a_gap(arena: Arena, owner: Person) -> None:
    asked = [(await ask(owner))["id"] for _ in range(5)]
    seen, url = [], f"{RELEASES}?limit=2"
    while url:
        response = await owner.http.get(url)
        seen.append([release["id"] for release in response.json()])
        url = response.links.get("next", {}).get("url")
    newest_first = asked[::-1]
    assert seen == [newest_first[:2], newest_first[2:4], newest_first[4:]]


@pytest.mark.parametrize(
    "order",
    [
        {"format": "csv"},
        {"file_type": "xlsx"},
        {"kinds": ["martian"]},
        {"weight": 2},
        {"format": "trl-preference", "file_type": "csv"},
        {"split": "60/60"},
        {"split": "many"},
        {"options": ["margin"]},
        {"compressed": "perhaps"},
        {"format": "arena-hard", "split": "90/10"},
    ],
)
async def test_an_order_that_cannot_be_met_is_refused_in_words(arena: Arena, owner: Person, order: Any) -> None:
    response = await owner.http.post(RELEASES, json={"format": "raw-votes", **order})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_release_may_be_split_compressed_and_have_options(
    arena: Arena, owner: Person, database: Database, settings: Settings
) -> None:
    order = {"format": "trl-unpaired", "compressed": True, "split": "50/50", "options": ["ties"]}
    finished = await ready(owner, database, settings, **order)
    assert {name: finished[name] for name in order} == order
    assert [(file["name"], file["split"]) for file in finished["files"]] == [
        ("trl-unpaired-train.jsonl.gz", "train"),
        ("trl-unpaired-test.jsonl.gz", "test"),
    ]
    lines = []
    for file in finished["files"]:
        download = await owner.http.get(file["url"])
        assert hashlib.sha256(download.content).hexdigest() == file["sha256"]
        lines += gzip.decompress(download.content).splitlines()
    assert [orjson.loads(line)["label"] for line in lines] == [True, False, False, True, True, True]


async def test_a_format_of_several_files_is_downloaded_file_by_file(
    arena: Arena, owner: Person, database: Database, settings: Settings
) -> None:
    finished = await ready(owner, database, settings, format="arena-hard")
    judgements = "model_judgment/human/planted-bison-13b@quantised.jsonl"
    assert {file["name"] for file in finished["files"]} == {
        "question.jsonl",
        "model_answer/planted-aardvark-7b.jsonl",
        "model_answer/planted-bison-13b@quantised.jsonl",
        judgements,
    }
    downloads = {file["name"]: await owner.http.get(file["url"]) for file in finished["files"]}
    for file in finished["files"]:
        assert hashlib.sha256(downloads[file["name"]].content).hexdigest() == file["sha256"]
    rows = [orjson.loads(line) for line in downloads[judgements].content.splitlines()]
    assert [[game["score"] for game in row["games"]] for row in rows] == [
        ["A>B", "B>A"],
        ["B>A", "A>B"],
        ["A=B", "A=B"],
    ]
    assert finished["manifest"]["rows"] == 1 + 2 + 3


async def test_the_names_of_the_api_are_those_of_the_registries() -> None:
    assert list(get_args(FormatName)) == list(FORMATS)
    assert set(get_args(FileType)) == set(WRITERS)
    assert set(get_args(OptionName)) == {option for form in FORMATS.values() for option in form.options}


async def test_nobody_but_the_owner_and_administrators_gets_at_releases(
    arena: Arena,
    owner: Person,
    admin: Person,
    researcher: Person,
    stranger: Person,
    database: Database,
    settings: Settings,
) -> None:
    finished = await ready(owner, database, settings)
    one = f"{RELEASES}/{finished['id']}"
    requests = [
        ("GET", RELEASES, 200),
        ("POST", RELEASES, 202),
        ("GET", one, 200),
        ("GET", finished["files"][0]["url"], 200),
        ("GET", f"{one}/files/manifest.json", 200),
        ("POST", f"{one}/cancel", 409),
    ]
    for method, url, expected in requests:
        body = {"format": "raw-votes"} if (method, url) == ("POST", RELEASES) else None
        for person, status in ((owner, expected), (admin, expected), (researcher, 403), (stranger, 401)):
            response = await person.http.request(method, url, json=body)
            assert response.status_code == status, (method, url, status, response.text)


async def test_a_release_is_found_under_its_own_arena_alone(
    arena: Arena, owner: Person, database: Database, settings: Settings
) -> None:
    finished = await ready(owner, database, settings)
    await arena_with(database, [], slug="garden", owner=owner.viewer)
    here = f"{RELEASES}/{finished['id']}"
    assert (await owner.http.get(here)).status_code == 200
    assert (await owner.http.get(here.replace("kitchen", "garden"))).status_code == 404
    assert (await owner.http.get(f"{RELEASES}/{uuid.uuid4()}")).status_code == 404


@pytest.mark.parametrize(("scope", "status"), [("export", 202), ("read", 403)])
async def test_a_token_needs_the_scope_export(
    arena: Arena, owner: Person, app: FastAPI, database: Database, scope: str, status: int
) -> None:
    async with database.session() as session:
        token = await create_api_token(session, owner.viewer, "trainer", [scope])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://arena.test") as program:
        headers = {"Authorization": f"Bearer {token}"}
        response = await program.post(RELEASES, json={"format": "raw-votes"}, headers=headers)
    assert response.status_code == status, response.text
