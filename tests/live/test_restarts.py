"""Parts of a real site die in the middle of a stream: no battle is left hanging, and nothing written is lost."""

import asyncio
import tempfile
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.folders import roomy_memory
from tests.live.real_server import (
    PATIENCE_SECONDS,
    RealSite,
    answers,
    ask,
    both_have,
    browser,
    page_shows,
    real_site,
    see,
    state_of,
    to_the_end,
)
from tests.processes import start, stop

pytestmark = pytest.mark.fault

ONE = " ".join(f"one{number}" for number in range(60))
OTHER = " ".join(f"other{number}" for number in range(60))
RESPONSES = """
    SELECT r.blocks->0->>'text', r.finish_reason FROM response r JOIN battle b USING (matchup_id, arena_id)
    WHERE b.id = %(id)s
"""
STATE = "SELECT state, writing_until IS NOT NULL FROM battle WHERE id = %(id)s"
CALLS = "SELECT finish_reason FROM model_call WHERE battle_id = %(id)s"


@pytest.fixture(scope="module")
async def site() -> AsyncIterator[RealSite]:
    slow = {"tokens_per_second": 20.0, "first_fragment_seconds": 0.05}
    contestants = {"planted-aardvark-7b": {"outputs": [ONE], **slow}, "planted-bison-13b": {"outputs": [OTHER], **slow}}
    with tempfile.TemporaryDirectory(prefix="pref-", dir=roomy_memory()) as folder:
        async with real_site(Path(folder), contestants) as site:
            yield site


async def interrupt(site: RealSite, http: httpx.AsyncClient, battle_id: uuid.UUID, *, kill: bool) -> None:
    """Stop the web process while the answers are being watched."""
    with_stream = answers(http, battle_id)
    events = await with_stream.__aenter__()
    await see(events, both_have(10))
    await asyncio.to_thread(site.kill if kill else site.terminate)
    try:
        async for _ in events:
            pass
    except httpx.TransportError:
        pass
    finally:
        await asyncio.gather(with_stream.__aexit__(None, None, None), return_exceptions=True)


async def is_written_to_its_end(site: RealSite, http: httpx.AsyncClient, battle_id: uuid.UUID) -> None:
    """Write the answers again, after which the battle is as if nothing had happened."""
    assert (await to_the_end(http, battle_id))[-1] == ("ended", {"state": "shown"})
    assert {text for text, _ in site.rows(RESPONSES, id=battle_id)} == {ONE, OTHER}
    vote = await http.post(f"/api/battles/{battle_id}/vote", json={"choice": "side_a", "revision": 0})
    assert vote.status_code == 201, vote.text


async def test_a_killed_web_process_leaves_a_battle_that_can_be_written_again_once_its_claim_lapsed(
    site: RealSite,
) -> None:
    async with browser(site.address) as http:
        battle_id = await ask(http)
        await interrupt(site, http, battle_id, kill=True)
        assert site.rows(STATE, id=battle_id) == [("writing", True)]
        await asyncio.to_thread(site.serve)
        # Nobody can know yet that the process is gone, so for a while it looks like another tab.
        assert await state_of(http, battle_id) in ("elsewhere", "interrupted")
        site.rows("UPDATE battle SET writing_until = now() - interval '1 second' WHERE id = %(id)s", id=battle_id)
        await page_shows(http, battle_id, "interrupted")
        await is_written_to_its_end(site, http, battle_id)


async def test_a_server_that_is_told_to_stop_stores_what_was_written_first(site: RealSite) -> None:
    async with browser(site.address) as http:
        battle_id = await ask(http)
        await interrupt(site, http, battle_id, kill=False)
        stored = site.rows(RESPONSES, id=battle_id)
        assert {reason for _, reason in stored} == {"stopped"}, "the stream was stopped, not waited for to its end"
        assert all(len(text) >= 10 and any(whole.startswith(text) for whole in (ONE, OTHER)) for text, _ in stored)
        assert site.rows(STATE, id=battle_id) == [("writing", False)]
        assert len(site.rows(CALLS, id=battle_id)) == 2
        await asyncio.to_thread(site.serve)
        await page_shows(http, battle_id, "interrupted")
        await is_written_to_its_end(site, http, battle_id)


async def test_answers_are_stored_completely_after_postgres_went_away_in_the_middle(site: RealSite) -> None:
    async with browser(site.address) as http:
        await asyncio.gather(*(http.get("/arenas/talk") for _ in range(10)))  # many connections that will be dead
        battle_id = await ask(http)
        async with answers(http, battle_id) as events:
            await see(events, both_have(10))
            await asyncio.to_thread(site.restart_postgres)
            rest = [event async for event in events]
        assert rest[-1] == ("ended", {"state": "shown"})
        assert {text for text, _ in site.rows(RESPONSES, id=battle_id)} == {ONE, OTHER}
        calls = await site.until(CALLS, lambda rows: len(rows) == 2, id=battle_id)
        assert {reason for (reason,) in calls} == {"stop"}
        await page_shows(http, battle_id, "shown")


async def test_answers_that_end_while_postgres_is_away_are_stored_when_it_is_back(site: RealSite) -> None:
    async with browser(site.address) as http:
        battle_id = await ask(http)
        async with answers(http, battle_id) as events:
            await see(events, both_have(len(ONE) - 60))
            await asyncio.to_thread(site.server.stop)
            await see(events, lambda shown: shown.get("side_a", "")[-2:] == "59" == shown.get("side_b", "")[-2:])
            await asyncio.sleep(1)
            await asyncio.to_thread(site.server.start)
            async with asyncio.timeout(PATIENCE_SECONDS):
                rest = [event async for event in events]
        assert rest[-1] == ("ended", {"state": "shown"})
        assert {text for text, _ in site.rows(RESPONSES, id=battle_id)} == {ONE, OTHER}
        await site.until(CALLS, lambda rows: len(rows) == 2, id=battle_id)


async def test_the_workers_death_does_not_matter_to_a_stream(site: RealSite) -> None:
    worker = start("worker", url=site.server.url, data_dir=site.folder)
    try:
        async with browser(site.address) as http:
            battle_id = await ask(http)
            async with answers(http, battle_id) as events:
                await see(events, both_have(10))
                worker.kill()
                rest = [event async for event in events]
            assert rest[-1] == ("ended", {"state": "shown"})
            assert {text for text, _ in site.rows(RESPONSES, id=battle_id)} == {ONE, OTHER}
    finally:
        stop(worker)
