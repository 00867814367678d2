"""POST /api/rank: what the command says, over HTTP."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.ranking_files import api
from app.web.upload import Most
from tests.people import Person
from tests.ranking_files.files import board, made_up_votes, pair_counts, write_csv, write_jsonl, write_parquet

VOTES = made_up_votes(200)
TYPES = {".csv": "text/csv", ".jsonl": "application/x-ndjson", ".parquet": "application/vnd.apache.parquet"}


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return [
        write_csv(tmp_path / "votes.csv", VOTES),
        write_jsonl(tmp_path / "votes.jsonl", VOTES),
        write_parquet(tmp_path / "votes.parquet", VOTES),
    ]


def ranked(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def refused(response: httpx.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = response.json()
    assert found["status"] == status
    return found


async def test_uploads_bodies_and_json_rows_give_the_board_of_the_command(stranger: Person, files: list[Path]) -> None:
    expected = board(files[0])
    for path in files:
        body = path.read_bytes()
        assert ranked(await stranger.http.post("/api/rank", files={"file": (path.name, body)})) == expected
        sent = await stranger.http.post("/api/rank", content=body, headers={"content-type": TYPES[path.suffix]})
        assert ranked(sent) == expected
    assert ranked(await stranger.http.post("/api/rank", json=VOTES)) == expected


async def test_options_are_those_of_the_command(stranger: Person, files: list[Path]) -> None:
    asked = {"method": "davidson", "intervals": "bootstrap", "anchor": "cat=1200"}
    words = [word for name, value in asked.items() for word in (f"--{name}", value)]
    assert ranked(await stranger.http.post("/api/rank", params=asked, json=VOTES)) == board(files[0], *words)


async def test_pair_counts_are_ranked_as_well(stranger: Person, tmp_path: Path) -> None:
    pairs = pair_counts(VOTES)
    assert ranked(await stranger.http.post("/api/rank", json=pairs)) == board(write_csv(tmp_path / "pairs.csv", pairs))


async def test_rows_that_are_no_votes_come_back_with_their_number(stranger: Person) -> None:
    rows = [*VOTES, {"model_a": "x", "model_b": "x", "winner": "tie"}, {"model_a": "x"}, 5]
    found = refused(await stranger.http.post("/api/rank", json=rows), 422)
    assert found["type"] == "/problems/refused-rows"
    assert [fault["line"] for fault in found["errors"]][:1] == [201]
    assert {fault["line"] for fault in found["errors"]} == {201, 202, 203}


@pytest.mark.parametrize("constant", ["NaN", "Infinity"])
async def test_what_is_no_number_in_json_comes_back_with_row_and_column(stranger: Person, constant: str) -> None:
    row = '{"model_a": "x", "model_b": "y", "a_wins": 3, "b_wins": 2}'
    body = f"[{row}, {row.replace('3', constant)}]".encode()
    sent = await stranger.http.post("/api/rank", content=body, headers={"content-type": "application/json"})
    found = refused(sent, 422)
    assert found["type"] == "/problems/refused-rows"
    assert [(fault["line"], fault["column"]) for fault in found["errors"]] == [(2, "a_wins")]
    assert constant in found["detail"]


async def test_votes_that_connect_nobody_come_back_with_the_components(stranger: Person) -> None:
    rows = [{"model_a": "x", "model_b": "y", "winner": "model_a"}]
    found = refused(await stranger.http.post("/api/rank", json=rows), 422)
    assert found["type"] == "/problems/not-ranked"
    assert sorted(found["components"]) == [["x"], ["y"]]
    assert found["missing"] == [{"winners": ["y"], "losers": ["x"]}]


async def test_a_body_beyond_the_limit_is_refused_however_it_comes(
    stranger: Person, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "MOST", Most(1000, "Send less."))
    body = files[0].read_bytes()
    refused(await stranger.http.post("/api/rank", files={"file": ("votes.csv", body)}), 413)
    refused(await stranger.http.post("/api/rank", content=body, headers={"content-type": "text/csv"}), 413)
    refused(await stranger.http.post("/api/rank", json=VOTES), 413)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"content": b"x", "headers": {"content-type": "text/plain"}}, 415),
        ({"content": b"x"}, 415),
        ({"files": {"file": ("votes.exe", b"x")}}, 415),
        ({"files": {"other": ("votes.csv", b"x")}}, 422),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data"}}, 422),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 422),
        ({"json": {"rows": []}}, 422),
        ({"json": []}, 422),
        ({"json": VOTES, "params": {"method": "glicko"}}, 422),
        ({"json": VOTES, "params": {"anchor": "cat"}}, 422),
        ({"json": VOTES, "params": {"center": "nan"}}, 422),
    ],
)
async def test_what_makes_no_sense_is_a_problem_in_words(stranger: Person, sent: dict[str, Any], status: int) -> None:
    assert len(refused(await stranger.http.post("/api/rank", **sent), status)["detail"]) > 15


async def test_a_file_that_expands_without_end_ends_in_a_problem(stranger: Person, tmp_path: Path) -> None:
    row = {"model_a": "x" * 20_000_000, "model_b": "y", "winner": "tie"}
    path = write_jsonl(tmp_path / "votes.jsonl.gz", [row] * 8)
    assert path.stat().st_size < 1_000_000
    found = refused(await stranger.http.post("/api/rank", files={"file": (path.name, path.read_bytes())}), 422)
    assert json.dumps(found)
