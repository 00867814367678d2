"""The worker's part of webhooks: finds what is to be told, and tells it.

Each webhook that has something to do gets a task of its own, so that none holds up another. No database session is held
while something is sent.
"""

import asyncio
import contextlib
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import httpx
import structlog
from psycopg import Error as PsycopgError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.db.engine import Database
from app.events import leases, signatures
from app.events.collecting import collect, end_overlaps, forget
from app.events.recording import record
from app.events.sending import Outcome, send
from app.events.tables import Webhook, WebhookDelivery
from app.model_registry.credentials import CredentialError, Vault

log = structlog.get_logger(__name__)

TICK_SECONDS: Final = 1.0
MOST_WEBHOOKS: Final = 100
"""At which one worker is at the same time."""
PARALLEL: Final = 5
"""Requests to one receiver at the same time. One that fails is asked one at a time."""
_MOST_ROUNDS: Final = 200
_GRACE_SECONDS: Final = 5.0
_TIDY_SECONDS: Final = 60.0
_AWAY = (DBAPIError, PsycopgError, PoolTimeoutError, OSError)


class Dispatcher:
    """One for each worker. `run` goes on until told to stop; `work_once` is one pass, and waits for its end."""

    def __init__(self, database: Database, vault: Vault, client: httpx.AsyncClient) -> None:
        self._database, self._vault, self._client = database, vault, client
        self._lease = uuid.uuid4()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_stopping = False
        self._tidy_at = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Every second, until told to stop; what is under way then gets a few seconds, and is else sent again."""
        try:
            while not stop.is_set():
                try:
                    await self._begin()
                    await self._tidy()
                except _AWAY as error:
                    log.warning("webhooks wait for the database", error=str(error))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), TICK_SECONDS)
        finally:
            self._is_stopping = True
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=_GRACE_SECONDS)
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def work_once(self) -> None:
        """Do all that is to be done now."""
        await self._begin()
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def _begin(self) -> None:
        room = MOST_WEBHOOKS - len(self._tasks)
        if room <= 0:
            return
        async with self._database.session() as session:
            taken = await leases.take_webhooks(session, self._lease, room)
        for webhook_id in taken:
            task = asyncio.create_task(self._serve(webhook_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _tidy(self) -> None:
        """Once a minute; that other workers do the same does no harm."""
        if time.monotonic() < self._tidy_at:
            return
        self._tidy_at = time.monotonic() + _TIDY_SECONDS
        async with self._database.session() as session:
            await end_overlaps(session)
            await forget(session)

    async def _serve(self, webhook_id: uuid.UUID) -> None:
        """Collect and send for one webhook until nothing is due; then others have their turn."""
        try:
            for _ in range(_MOST_ROUNDS):
                if self._is_stopping or not await self._round(webhook_id):
                    break
        except _AWAY as error:
            log.warning("a webhook waits for the database", webhook=str(webhook_id), error=str(error))
        except Exception:  # one webhook's trouble must not end the others'
            log.exception("a webhook could not be served", webhook=str(webhook_id))
        finally:
            with contextlib.suppress(*_AWAY):
                async with self._database.session() as session:
                    await leases.release(session, self._lease, webhook_id)

    async def _round(self, webhook_id: uuid.UUID) -> bool:
        """Whether there may be more to do."""
        async with self._database.session() as session:
            webhook = await leases.renew(session, self._lease, webhook_id)
            if webhook is None:
                return False
            has_more = await collect(session, webhook)
            deliveries = await leases.due(session, webhook, 1 if webhook.failures else PARALLEL)
        if not deliveries:
            return has_more
        outcomes = await self._send_all(webhook, deliveries)
        async with self._database.session() as session:
            await record(session, list(zip(deliveries, outcomes, strict=True)))
        return True

    async def _send_all(self, webhook: Webhook, deliveries: Sequence[WebhookDelivery]) -> Sequence[Outcome]:
        try:
            keys = self._keys(webhook)
        except CredentialError:
            lost = Outcome(None, "The stored secret was encrypted under another key: replace it.", 0.0)
            return [lost] * len(deliveries)
        return await asyncio.gather(
            *(send(self._client, webhook.url, keys, each.event_id, each.body.encode()) for each in deliveries)
        )

    def _keys(self, webhook: Webhook) -> list[bytes]:
        """The present secret first, then the previous one while it still signs."""
        sealed = [webhook.secret]
        if webhook.previous_secret and webhook.previous_until and webhook.previous_until > datetime.now(UTC):
            sealed.append(webhook.previous_secret)
        return [signatures.key_of(self._vault.open(webhook.id, each).get_secret_value()) for each in sealed]
