"""Whoever leaves in the middle stops the models, loses nothing, and can come back: a real server and real sockets."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.db.engine import Database
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
from tests.live.worlds import open_live_arena
from tests.providers.fake_services import FakeService, Reply, openai_chunk, serving

SLOW = 20.0
ONE = " ".join(f"one{number}" for number in range(80))
OTHER = " ".join(f"other{number}" for number in range(80))
CALLS = "SELECT finish_reason, duration_seconds FROM model_call WHERE battle_id = %(id)s"
RESPONSES = """
    SELECT r.slot, r.blocks->0->>'text', r.finish_reason FROM response r JOIN battle b USING (matchup_id, arena_id)
    WHERE b.id = %(id)s ORDER BY r.slot
"""


@dataclass
class World:
    """A site with an arena `talk` of slow writers, and one `service` of models behind a service on loopback."""

    site: RealSite
    service: FakeService


@pytest.fixture(scope="module")
async def world() -> AsyncIterator[World]:
    slow = {"tokens_per_second": SLOW, "first_fragment_seconds": 0.05}
    contestants = {"planted-aardvark-7b": {"outputs": [ONE], **slow}, "planted-bison-13b": {"outputs": [OTHER], **slow}}
    with tempfile.TemporaryDirectory(prefix="pref-", dir=roomy_memory()) as folder:
        async with serving() as service, real_site(Path(folder), contestants) as site:
            async with Database(site.server.url) as database:
                served: dict[str, dict[str, list[str]]] = {
                    name: {"outputs": ["none"]} for name in ("served-1", "served-2")
                }
                await open_live_arena(database, served, slug="service")
            site.rows(
                "UPDATE provider SET kind = 'openai', base_url = %(url)s, allow_private = true, options = '{}' "
                "WHERE name LIKE 'of served-%%'",
                url=f"{service.origin}/v1",
            )
            service.script = _writes_for_ever
            yield World(site, service)


async def _writes_for_ever(reply: Reply) -> None:
    await reply.head()
    while True:
        await reply.send(openai_chunk("word "))
        await asyncio.sleep(0.02)


async def test_leaving_closes_the_connections_to_the_models_though_they_would_write_for_ever(world: World) -> None:
    async with browser(world.site.address) as http:
        battle_id = await ask(http, slug="service")
        async with answers(http, battle_id) as events:
            await see(events, both_have(10))
            first, second = world.service.requests[-2:]
        async with asyncio.timeout(PATIENCE_SECONDS):  # that it is a second is measured in `bench.streaming`
            await asyncio.gather(first.left.wait(), second.left.wait())


async def test_what_was_written_is_kept_shown_on_coming_back_and_written_again(world: World) -> None:
    site = world.site
    async with browser(site.address) as http:
        battle_id = await ask(http)
        async with answers(http, battle_id) as events:
            await see(events, both_have(20))
        calls = await site.until(CALLS, lambda rows: len(rows) == 2, id=battle_id)
        assert {reason for reason, _ in calls} == {"stopped"}
        kept = site.rows(RESPONSES, id=battle_id)
        for (_, text, reason), whole in zip(kept, _by_slot(site, battle_id), strict=True):
            assert 20 <= len(text) < len(whole)
            assert whole.startswith(text)
            assert reason == "stopped"
        page = await page_shows(http, battle_id, "interrupted")
        assert all(text.split()[2] in page for _, text, _ in kept)
        assert "again" in page.lower()
        vote = await http.post(f"/api/battles/{battle_id}/vote", json={"choice": "side_a", "revision": 0})
        assert vote.status_code == 409

        site.rows("UPDATE provider SET options = options - 'tokens_per_second' WHERE kind = 'replay'")
        try:
            assert (await to_the_end(http, battle_id))[-1] == ("ended", {"state": "shown"})
        finally:
            site.rows("UPDATE provider SET options = options || %(o)s::jsonb WHERE kind = 'replay'", o=_options(SLOW))
        assert [text for _, text, _ in site.rows(RESPONSES, id=battle_id)] == _by_slot(site, battle_id)
        vote = await http.post(f"/api/battles/{battle_id}/vote", json={"choice": "side_a", "revision": 0})
        assert vote.status_code == 201


async def test_a_second_tab_is_told_that_the_answers_are_written_elsewhere(world: World) -> None:
    async with browser(world.site.address) as http:
        battle_id = await ask(http)
        async with answers(http, battle_id) as events:
            await see(events, both_have(5))
            assert await state_of(http, battle_id) == "elsewhere"
            second = await http.post(f"/battles/{battle_id}/answers", headers={"Accept": "text/event-stream"})
            assert second.status_code == 409
            vote = await http.post(f"/api/battles/{battle_id}/vote", json={"choice": "tie", "revision": 0})
            assert vote.status_code == 409
            await see(events, both_have(30))  # the first tab was not disturbed
        await page_shows(http, battle_id, "interrupted")


async def test_without_scripts_too_whoever_leaves_stops_the_models(world: World) -> None:
    site = world.site
    async with browser(site.address) as http:
        battle_id = await ask(http)
        posted = asyncio.create_task(http.post(f"/battles/{battle_id}/answers"))
        held = "SELECT 1 FROM battle WHERE id = %(id)s AND writing_until IS NOT NULL"
        await site.until(held, lambda rows: len(rows) == 1, id=battle_id)
        await asyncio.sleep(0.5)
        posted.cancel()
        await asyncio.gather(posted, return_exceptions=True)
        calls = await site.until(CALLS, lambda rows: len(rows) == 2, id=battle_id)
        assert {reason for reason, _ in calls} == {"stopped"}
        await page_shows(http, battle_id, "interrupted")


async def test_asking_anew_while_answers_are_written_stops_the_models_and_ends_the_battle(world: World) -> None:
    site = world.site
    async with browser(site.address) as http:
        battle_id = await ask(http, slug="service")
        async with answers(http, battle_id) as events:
            await see(events, both_have(5))
            await ask(http, "Another question?", slug="service")
            rest = [event async for event in events]
        assert rest[-1][0] == "ended"
        calls = await site.until(CALLS, lambda rows: len(rows) == 2, id=battle_id)
        assert {reason for reason, _ in calls} == {"stopped"}
        assert await state_of(http, battle_id) == "skipped"


def _options(tokens_per_second: float) -> str:
    return f'{{"tokens_per_second": {tokens_per_second}}}'


def _by_slot(site: RealSite, battle_id: object) -> list[str]:
    """What each slot's model would say if it were let."""
    found = site.rows(
        "SELECT p.options->'outputs'->>0 FROM battle b JOIN matchup_slot s USING (matchup_id, arena_id) "
        "JOIN model_version v ON v.id = s.model_version_id JOIN provider p ON p.id = v.provider_id "
        "WHERE b.id = %(id)s ORDER BY s.slot",
        id=battle_id,
    )
    return [row[0] for row in found]
