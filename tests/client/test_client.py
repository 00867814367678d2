"""The Python client against a real server: from pairs to a dataset, refusals in words, and both of its forms."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from preferendum_client import AsyncClient, Client, PreferendumError, Release

from app.accounts.service import create_api_token, create_user, viewer_of_user
from app.accounts.viewer import SCOPES
from app.config import PROJECT_FOLDER
from app.db.engine import Database
from app.release_files.verify import verify_release
from tests.conftest import copy_of
from tests.people import PASSWORD, Person
from tests.processes import served

PAIRS = [
    {
        "id": f"q{number}",
        "prompt": f"Question {number}?",
        "outputs": [{"model": "anna", "text": f"Yes, {number}."}, {"model": "ben", "text": "No."}],
    }
    for number in range(25)
]


@dataclass(frozen=True)
class Site:
    """A served site, and the token of a researcher."""

    address: str
    token: str


@pytest_asyncio.fixture(scope="module")
async def site(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    with copy_of(server_url, template) as url:
        async with Database(url) as database, database.session() as session:
            await create_user(session, "owner@example.org", PASSWORD, "researcher")
            viewer = await viewer_of_user(session, "owner@example.org")
            token = await create_api_token(session, viewer, "client", SCOPES)
        with served(url, tmp_path_factory.mktemp("client"), with_worker=True) as address:
            yield Site(address, token)


async def judge(site: Site, slug: str, choices: list[str]) -> None:
    """Somebody votes once for each choice."""
    async with httpx.AsyncClient(base_url=site.address, headers={"Accept": "text/html"}) as http:
        person = Person(http)
        for choice in choices:
            battle_id = await person.start(slug)
            assert (await person.vote(battle_id, choice)).status_code == 201


@pytest.mark.long
async def test_the_example_of_the_guide_goes_from_pairs_to_a_dataset_that_can_be_checked(
    site: Site, tmp_path: Path
) -> None:
    command = [sys.executable, "-u", str(PROJECT_FOLDER / "docs/examples/hundred_pairs.py"), "--votes", "6"]
    environment = {
        **os.environ,
        "PYTHONPATH": str(PROJECT_FOLDER / "client"),
        "PREFERENDUM_ADDRESS": site.address,
        "PREFERENDUM_TOKEN": site.token,
    }
    script = await asyncio.create_subprocess_exec(
        *command, "--out", str(tmp_path / "out"), env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert script.stdout is not None
    first = (await script.stdout.readline()).decode()
    assert first == f"100 pairs can be judged at {site.address}/arenas/sums\n"
    await judge(site, "sums", ["side_a", "side_b", "side_a", "tie", "both_bad", "side_b"])
    rest = (await script.communicate())[0].decode()
    assert script.returncode == 0, rest
    assert rest.count("vote ") == 6
    assert "ready" in rest
    checks = list(verify_release(tmp_path / "out"))
    assert [check for check in checks if check.problem] == []


def test_pairs_sent_twice_are_there_once_and_come_in_parts(site: Site) -> None:
    with Client(site.address, site.token) as client:
        arena = client.create_arena("twice", "Twice", protocol={"question": "Which is shorter?"})
        assert (arena.slug, arena.state) == ("twice", "draft")
        assert client.send("twice", iter(PAIRS), rows_a_request=10).matchups == 25
        assert client.send("twice", PAIRS).matchups == 0
        assert client.open_arena("twice").state == "open"
        assert client.leaderboard("twice") == []
        assert client.close_arena("twice").state == "closed"


def test_refusals_are_errors_with_the_words_of_the_server(site: Site) -> None:
    with Client(site.address, site.token) as client:
        client.create_arena("refusing", "Refusing")
        with pytest.raises(PreferendumError, match="Choose another") as taken:
            client.create_arena("refusing", "Again")
        assert (taken.value.status, taken.value.kind) == (409, "conflict")
        with pytest.raises(PreferendumError, match="line 2") as unread:
            client.send("refusing", [PAIRS[0], {"id": "x"}])
        assert (unread.value.status, unread.value.errors[0]["line"]) == (422, 2)
        with pytest.raises(PreferendumError, match="no arena"):
            client.leaderboard("nowhere")
        with pytest.raises(PreferendumError):
            next(iter(client.votes("nowhere")))
    with Client(site.address, "not-a-token") as unknown, pytest.raises(PreferendumError, match="token") as stranger:
        unknown.create_arena("other", "Other")
    assert stranger.value.status == 401


@pytest.mark.long
async def test_the_awaited_form_does_the_same(site: Site, tmp_path: Path) -> None:
    states: list[Release] = []
    async with AsyncClient(site.address, site.token) as client:
        await client.create_arena("awaited", "Awaited")
        assert (await client.send("awaited", PAIRS)).matchups == 25
        await client.open_arena("awaited")
        await judge(site, "awaited", ["side_a", "side_b", "tie"])
        votes = [vote async for vote in client.votes("awaited", since="start", follow=False)]
        assert [vote["revision"] for vote in votes] == [1, 1, 1]
        assert {vote["model_a"] for vote in votes} == {"anna"}
        release = await client.release("awaited", "raw-votes", "jsonl", on_progress=states.append)
        assert states[-1] == release
        assert release.files[0].rows == 3
        folder = await client.download(release, tmp_path / "votes")
        assert [check for check in verify_release(folder) if check.problem] == []
        with pytest.raises(PreferendumError, match="format"):
            await client.release("awaited", "no such format")
