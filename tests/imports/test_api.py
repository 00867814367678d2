"""Imports over the API: who may, what comes of them, and what is refused without a trace."""

from collections.abc import Sequence
from typing import Any

import pytest

from app.imports import api
from app.web.upload import Most
from tests.people import Person

IMPORTS = "/api/arenas/kitchen/imports"


def rows(count: int, text: str = "Six minutes.") -> list[dict[str, Any]]:
    return [
        {
            "id": f"q{number}",
            "prompt": f"Question {number}?",
            "outputs": [{"model": "anna", "text": text}, {"model": "ben", "text": "It depends."}],
        }
        for number in range(count)
    ]


@pytest.fixture
async def kitchen(owner: Person) -> None:
    made = await owner.http.post("/api/arenas", json={"slug": "kitchen", "title": "The kitchen"})
    assert made.status_code == 201


async def test_a_hundred_pairs_are_sent_as_json_and_can_be_judged(
    kitchen: None, owner: Person, stranger: Person
) -> None:
    sent = await owner.http.post(IMPORTS, json=rows(100))
    assert sent.status_code == 201, sent.text
    assert sent.json() == {
        "format": "neutral",
        "matchups": {"in_rows": 100, "new": 100},
        "votes": {"in_rows": 0, "new": 0},
        "models": {"in_rows": 2, "new": 2},
        "annotators": {"in_rows": 0, "new": 0},
    }
    again = (await owner.http.post(IMPORTS, json=rows(101))).json()
    assert again["matchups"] == {"in_rows": 101, "new": 1}
    assert (await owner.http.patch("/api/arenas/kitchen", json={"state": "open"})).status_code == 200
    assert (await stranger.vote(await stranger.start("kitchen"))).status_code == 201


async def test_files_are_taken_as_they_are(kitchen: None, owner: Person) -> None:
    lines = b"".join(b'{"prompt": "Hi", "chosen": "Yes %d.", "rejected": "No."}\n' % number for number in range(3))
    sent = await owner.http.post(f"{IMPORTS}?chosen_by=human", files={"file": ("pairs.jsonl", lines)})
    assert sent.status_code == 201, sent.text
    assert (sent.json()["format"], sent.json()["votes"]["new"]) == ("trl-preference", 3)


async def test_only_who_may_manage_the_arena_may_import(
    kitchen: None, stranger: Person, researcher: Person, admin: Person
) -> None:
    assert (await stranger.http.post(IMPORTS, json=rows(1))).status_code == 404
    assert (await researcher.http.post(IMPORTS, json=rows(1))).status_code == 404
    assert (await admin.http.post(IMPORTS, json=rows(1))).status_code == 201
    assert (await admin.http.post("/api/arenas/nowhere/imports", json=rows(1))).status_code == 404


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        ({"json": [*rows(2), {"id": "q5", "prompt": "?"}]}, 422, "line 3"),
        ({"json": {"id": "q1"}}, 422, "not a list of rows"),
        ({"content": b"\xff\xfe{", "headers": {"content-type": "application/x-ndjson"}}, 422, "UTF-16"),
        ({"files": {"file": ("pairs.exe", b"x")}}, 415, ".jsonl"),
        ({"content": b"x", "headers": {"content-type": "text/plain"}}, 415, "multipart/form-data"),
        ({"json": rows(200)}, 413, "in parts"),
    ],
)
async def test_what_cannot_be_loaded_is_said_and_loads_nothing(
    kitchen: None, owner: Person, monkeypatch: pytest.MonkeyPatch, sent: dict[str, Any], status: int, words: str
) -> None:
    monkeypatch.setattr(api, "MOST", Most(10_000, "Send the rows in parts."))
    refused = await owner.http.post(IMPORTS, **sent)
    assert (refused.status_code, words in refused.text) == (status, True), refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    assert (await owner.http.post(IMPORTS, json=rows(2))).json()["matchups"]["new"] == 2


async def test_another_text_under_the_same_id_is_a_conflict_that_names_the_row(kitchen: None, owner: Person) -> None:
    assert (await owner.http.post(IMPORTS, json=rows(2))).status_code == 201
    other: Sequence[dict[str, Any]] = [*rows(1), *rows(2, "Seven minutes.")[1:]]
    refused = await owner.http.post(IMPORTS, json=other)
    assert refused.status_code == 409, refused.text
    assert "q1" in refused.json()["detail"]
    assert refused.json()["count"] == 1
