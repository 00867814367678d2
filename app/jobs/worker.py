"""The worker: what runs beside the requests, and when.

A task calls a feature's service and nothing else. Any number of workers can run: jobs are claimed with SKIP LOCKED,
periodic ones are enqueued once however many workers see the clock strike, and a job whose worker was killed is taken up
again by another.
"""

import asyncio
import contextlib
import gc
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import procrastinate
import structlog
from procrastinate.exceptions import ConnectorException

from app.battles.draw import expire_leases
from app.config import Settings
from app.db.engine import Database
from app.events.dispatch import Dispatcher
from app.leaderboards.service import analyse_boards, refresh_slices, refresh_stale
from app.live.tagging import Tagger
from app.model_registry.credentials import Vault
from app.providers.calling import Caller
from app.providers.http import make_client
from app.releases.service import write_release
from app.web.rate_limits import forget_old_windows

log = structlog.get_logger(__name__)

EVERY_SECOND = "* * * * * *"
EVERY_TEN_SECONDS = "* * * * * */10"  # the seconds come last
EVERY_MINUTE = "* * * * *"
STALLED_AFTER_SECONDS = 30
RECONNECT_SECONDS = 1.0


def build_queue(database: Database, settings: Settings, client: httpx.AsyncClient) -> procrastinate.App:
    """The queue with all its tasks, bound to one database. client: for calls to models."""
    tagger = Tagger(database, settings, client, Caller())
    queue = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=database.url, min_size=1, max_size=4))

    @queue.periodic(cron=EVERY_SECOND)
    @queue.task(name="refresh_leaderboards", queueing_lock="refresh_leaderboards")
    async def refresh_leaderboards(timestamp: int) -> None:  # noqa: ARG001 (procrastinate passes the stroke of the clock)
        await refresh_stale(database)

    @queue.periodic(cron=EVERY_TEN_SECONDS)
    @queue.task(name="refresh_slices", queueing_lock="refresh_slices")
    async def refresh_parts(timestamp: int) -> None:  # noqa: ARG001
        await refresh_slices(database)
        await analyse_boards(database)

    @queue.periodic(cron=EVERY_MINUTE)
    @queue.task(name="expire_leases", queueing_lock="expire_leases")
    async def expire(timestamp: int) -> None:  # noqa: ARG001
        async with database.single_statements() as connection:
            done = await expire_leases(connection, datetime.now(UTC))
        if done.lapsed or done.returned:
            log.info("leases expired", lapsed=done.lapsed, returned=done.returned)
        async with database.direct() as direct:
            await forget_old_windows(direct, datetime.now(UTC))

    @queue.periodic(cron=EVERY_TEN_SECONDS)
    @queue.task(name="tag_prompts", queueing_lock="tag_prompts")
    async def tag_prompts(timestamp: int) -> None:  # noqa: ARG001
        if tagged := await tagger.tag_new_prompts():
            log.info("prompts tagged", prompts=tagged)

    @queue.periodic(cron=EVERY_MINUTE)
    @queue.task(name="retry_stalled_jobs", queueing_lock="retry_stalled_jobs")
    async def retry_stalled_jobs(timestamp: int) -> None:  # noqa: ARG001
        for job in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS):
            log.warning("job taken up again: its worker is gone", job=job.id, task=job.task_name)
            await queue.job_manager.retry_job(job)

    @queue.task(name="write_release")
    async def release(release_id: str) -> None:
        await write_release(database, settings, uuid.UUID(release_id))

    return queue


async def run_worker(database: Database, settings: Settings, stop: asyncio.Event) -> None:
    """Work until told to stop; what has begun is finished first. A database that goes away is waited for."""
    gc.freeze()  # what was imported stays; looking through it again would cost every few boards a tenth of a second
    async with make_client() as client, _telling(database, settings, stop):
        while not stop.is_set():
            try:
                await _work_until(stop, build_queue(database, settings, client))
            except (ConnectorException, OSError) as error:
                log.warning("the database cannot be reached; trying again", error=str(error))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), RECONNECT_SECONDS)


@contextlib.asynccontextmanager
async def _telling(database: Database, settings: Settings, stop: asyncio.Event) -> AsyncIterator[None]:
    """Webhooks beside the queue: a receiver that takes its time must not take the place of a board or a release."""
    async with make_client() as client:
        task = asyncio.create_task(Dispatcher(database, Vault(settings), client).run(stop))
        try:
            yield
            await task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _work_until(stop: asyncio.Event, queue: procrastinate.App) -> None:
    async with queue.open_async():
        worker = asyncio.create_task(
            queue.run_worker_async(
                concurrency=3,
                delete_jobs="successful",
                install_signal_handlers=False,
                fetch_job_polling_interval=1.0,
                shutdown_graceful_timeout=10.0,
            )
        )
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({worker, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not worker.done():
            worker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await worker
        else:
            worker.result()
