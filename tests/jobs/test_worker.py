"""The worker does what was asked for, also what another worker left behind."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from croniter import croniter
from sqlalchemy import text

from app.config import Settings
from app.db.engine import Database
from app.db.queue import defer
from app.jobs import worker
from app.jobs.worker import run_worker
from tests.people import Person
from tests.worlds import open_arena

PATIENCE_SECONDS = 30


@pytest.fixture
async def working(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    monkeypatch.setattr(worker, "EVERY_TEN_SECONDS", worker.EVERY_SECOND)
    stop = asyncio.Event()
    task = asyncio.create_task(run_worker(database, settings, stop))
    yield
    stop.set()
    await task


async def eventually(database: Database, question: str) -> None:
    """Wait until the database answers yes."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            async with database.read_session() as session:
                if (await session.execute(text(question))).scalar():
                    return
            await asyncio.sleep(0.1)


async def test_votes_become_a_board_without_being_told(database: Database, stranger: Person, working: None) -> None:
    await open_arena(database)
    await stranger.vote(await stranger.start("kitchen"))
    await eventually(database, "SELECT max(votes) = 1 FROM leaderboard_snapshot")
    await stranger.vote(await stranger.start("kitchen"))
    await eventually(database, "SELECT max(votes) = 2 FROM leaderboard_snapshot")


async def test_other_methods_and_how_sure_a_board_is_follow_by_themselves(
    database: Database, stranger: Person, working: None
) -> None:
    await open_arena(database)
    for choice in ("side_a", "side_b", "side_a", "side_b", "tie", "side_a"):
        await stranger.vote(await stranger.start("kitchen"), choice)
    await eventually(database, "SELECT count(DISTINCT method) > 1 FROM leaderboard_snapshot")
    await eventually(database, "SELECT count(*) > 0 FROM leaderboard_analysis")


@pytest.mark.parametrize(
    ("cron", "seconds"), [(worker.EVERY_SECOND, 1), (worker.EVERY_TEN_SECONDS, 10), (worker.EVERY_MINUTE, 60)]
)
def test_the_clock_strikes_as_often_as_it_says(cron: str, seconds: int) -> None:
    strokes = croniter(cron, datetime(2026, 1, 1, 11, 3, 17, tzinfo=UTC))
    times = [strokes.get_next(datetime) for _ in range(20)]
    assert {(later - earlier).total_seconds() for earlier, later in pairwise(times)} == {seconds}


async def test_a_release_that_was_asked_for_on_the_page_is_written(
    database: Database, owner: Person, working: None
) -> None:
    await open_arena(database, owner=owner.viewer)
    await owner.vote(await owner.start("kitchen"))
    asked = await owner.http.post("/api/arenas/kitchen/releases", json={"format": "raw-votes", "file_type": "jsonl"})
    assert asked.status_code == 202
    await eventually(database, "SELECT state = 'ready' FROM release")
    release = (await owner.http.get(asked.headers["location"])).json()
    assert release["state"] == "ready"
    assert release["manifest"]["rows"] == 1


async def test_a_job_exists_only_if_its_request_was_committed(database: Database) -> None:
    async with database.session() as session:
        await defer(session, "write_release", release_id="00000000-0000-0000-0000-000000000000")
        await session.rollback()
    async with database.session() as session:
        assert (await session.execute(text("SELECT count(*) FROM procrastinate_jobs"))).scalar() == 0
        await defer(session, "write_release", release_id="00000000-0000-0000-0000-000000000000")
    async with database.read_session() as session:
        assert (await session.execute(text("SELECT count(*) FROM procrastinate_jobs"))).scalar() == 1


async def test_a_job_whose_worker_died_is_taken_up_by_another(
    database: Database, settings: Settings, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "EVERY_MINUTE", worker.EVERY_SECOND)
    await open_arena(database, owner=owner.viewer)
    await owner.vote(await owner.start("kitchen"))
    await owner.http.post("/api/arenas/kitchen/releases", json={"format": "raw-votes", "file_type": "jsonl"})
    async with database.session() as session:  # as a worker leaves it that was killed an hour ago
        await session.execute(
            text("""
                INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour');
            """)
        )
        await session.execute(
            text("""
                UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)
            """)
        )
    stop = asyncio.Event()
    task = asyncio.create_task(run_worker(database, settings, stop))
    await eventually(database, "SELECT state = 'ready' FROM release")
    stop.set()
    await task
