"""Enqueuing a job inside the request's own transaction: it exists if, and only if, the request commits."""

from typing import Any

import procrastinate
from sqlalchemy.ext.asyncio import AsyncSession

# Never opened: the insert goes through the session's connection. The worker has an app of its own, with the tasks.
_enqueuer = procrastinate.App(connector=procrastinate.PsycopgConnector())


async def defer(session: AsyncSession, task_name: str, **arguments: Any) -> None:
    """Enqueue a task by its name; the arguments must be JSON."""
    raw = await (await session.connection()).get_raw_connection()
    task = _enqueuer.configure_task(task_name, connection=raw.driver_connection)
    await task.defer_async(**arguments)
