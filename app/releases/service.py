"""Asking for releases, writing them, and finding them again."""

import math
import shutil
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.viewer import OPERATOR, Viewer
from app.arenas.service import access_arena
from app.arenas.tables import Arena
from app.config import Settings
from app.db.engine import Database
from app.db.outbox import emit
from app.db.queue import defer
from app.errors import ConflictError, NotFoundError, UnavailableError
from app.releases import repository
from app.releases.dataset import BESIDE, Progress, write_dataset
from app.releases.manifest import Manifest, order_of, ordered_manifest
from app.releases.order import check_order
from app.releases.stream import snapshot
from app.releases.tables import Release
from app.web.pagination import Page, encode_cursor

log = structlog.get_logger(__name__)

PROGRESS_SECONDS = 2.0


class _NotWantedError(Exception):
    """The release was cancelled while it was being written."""


async def request_release(
    session: AsyncSession,
    viewer: Viewer,
    arena: Arena,
    format: str,  # noqa: A002 (the word of the table, the API and the form)
    file_type: str,
    kinds: Sequence[str] = (),
    *,
    compressed: bool | None = None,
    split: str = "",
    options: Sequence[str] = (),
) -> Release:
    """Put a release on the list, and the job that writes it in the queue: both, or neither if the session rolls back.

    The arena is one that the viewer has the right to export.
    """
    voted = await repository.kinds_of_votes(session, arena.id)
    order = check_order(format, file_type, kinds, voted, compressed=compressed, split=split, options=options)
    release = Release(
        arena_id=arena.id,
        requested_by=None if viewer == OPERATOR else viewer.app_user_id,
        format=order.format,
        file_type=order.file_type,
        manifest=ordered_manifest(order),
    )
    session.add(release)
    await session.flush()
    await session.refresh(release)
    await defer(session, "write_release", release_id=str(release.id))
    return release


async def access_release(session: AsyncSession, viewer: Viewer, arena_slug: str, release_id: uuid.UUID) -> Release:
    """The release, if the viewer may export its arena; the only way to load one."""
    arena = await access_arena(session, viewer, arena_slug, "export")
    release = await repository.find_release(session, arena.id, release_id)
    if release is None:
        raise NotFoundError("This arena has no such release.")
    return release


async def list_releases(
    session: AsyncSession, arena: Arena, before: uuid.UUID | None = None, limit: int = 20
) -> Page[Release]:
    """An arena's releases, newest first, from the cursor on."""
    rows = await repository.list_releases(session, arena.id, before, limit + 1)
    return Page(rows[:limit], encode_cursor(rows[limit - 1].id) if len(rows) > limit else None)


async def cancel_release(session: AsyncSession, viewer: Viewer, arena_slug: str, release_id: uuid.UUID) -> Release:
    """Stop a release that is not finished. Its writer notices within seconds and removes what it has written."""
    release = await access_release(session, viewer, arena_slug, release_id)
    cancelled = await repository.end_release(session, release_id, "cancelled")
    await session.refresh(release)
    if not cancelled and release.state != "cancelled":
        raise ConflictError(f"This release is {release.state} already, so it cannot be cancelled.")
    return release


def release_folder(settings: Settings, release_id: uuid.UUID) -> Path:
    return settings.releases_folder / str(release_id)


def release_file(settings: Settings, release: Release, name: str) -> Path:
    """The path of one of a release's files, by a name that its manifest lists."""
    if release.state != "ready" or release.manifest is None:
        raise ConflictError(f"This release is {release.state}; it has files once it is ready.")
    names = {file["name"] for file in release.manifest["files"]} | BESIDE
    if name not in names:
        raise NotFoundError(f"This release has no such file. It has {', '.join(sorted(names))}.")
    path = release_folder(settings, release.id) / name
    if not path.is_file():
        raise UnavailableError("The file is not on this server any more. Ask for the release again.")
    return path


async def export_arena(
    database: Database,
    viewer: Viewer,
    slug: str,
    folder: Path,
    on_progress: Progress,
    *,
    format: str,  # noqa: A002 (as above)
    file_type: str,
    kinds: Sequence[str] = (),
    compressed: bool | None = None,
    split: str = "",
    options: Sequence[str] = (),
) -> Manifest:
    """Write a dataset into a folder at once, without a release or a job."""
    async with snapshot(database) as session:
        arena = await access_arena(session, viewer, slug, "export")
        voted = await repository.kinds_of_votes(session, arena.id)
        order = check_order(format, file_type, kinds, voted, compressed=compressed, split=split, options=options)
        return await write_dataset(session, arena, order, folder, on_progress)


async def write_release(database: Database, settings: Settings, release_id: uuid.UUID) -> None:
    """What the job does. However often it runs, and wherever it was killed before, it ends in one whole release.

    The lock is held by the transaction that reads: a second worker waits until the first is done or dead.
    """
    async with snapshot(database) as reading:
        await repository.lock_release(reading, release_id)
        async with database.session() as session:
            release = await repository.start_release(session, release_id)
            state = await repository.state_of(session, release_id)
        folder = release_folder(settings, release_id)
        if release is None:
            if state != "ready":
                shutil.rmtree(folder, ignore_errors=True)  # cancelled after its worker had died
            return
        try:
            await _write(database, reading, release, folder)
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            await _end_without_files(database, release, error)
            if not isinstance(error, Exception):
                raise


async def _write(database: Database, reading: AsyncSession, release: Release, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    assert release.manifest is not None
    order = order_of(release.manifest)
    arena = await repository.find_arena(reading, release.arena_id)
    manifest = await write_dataset(reading, arena, order, folder, _reporter(database, release.id))
    async with database.session() as session:
        wanted = await repository.end_release(
            session,
            release.id,
            "ready",
            manifest=manifest,
            rows_written=manifest["rows"],
            rows_total=manifest["votes_read"],
        )
        if wanted:
            await emit(session, release.arena_id, "release.ready", {**_facts(release), "rows": manifest["rows"]})
    if not wanted:
        raise _NotWantedError


def _reporter(database: Database, release_id: uuid.UUID) -> Progress:
    """Saves the progress every few seconds, in transactions of their own, and stops when nobody wants it any more."""
    last_time = -math.inf

    async def report(done: int, total: int) -> None:
        nonlocal last_time
        if time.monotonic() - last_time < PROGRESS_SECONDS:
            return
        async with database.session() as session:
            if not await repository.report_progress(session, release_id, done, total):
                raise _NotWantedError
        last_time = time.monotonic()

    return report


async def _end_without_files(database: Database, release: Release, error: BaseException) -> None:
    """Say in the release's row what became of it; a worker that was told to stop leaves it to the next."""
    async with database.session() as session:
        if isinstance(error, _NotWantedError):
            log.info("release not wanted any more", release=str(release.id))
        elif isinstance(error, Exception):
            log.error("release failed", release=str(release.id), exc_info=error)
            if await repository.end_release(session, release.id, "failed", error=_in_words(error)):
                await emit(session, release.arena_id, "release.failed", _facts(release))
        elif await repository.end_release(session, release.id, "waiting"):
            await defer(session, "write_release", release_id=str(release.id))


def _facts(release: Release) -> dict[str, str]:
    """What events say of a release."""
    return {"release_id": str(release.id), "format": release.format, "file_type": release.file_type}


def _in_words(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"The files could not be written: {error.strerror}. Nothing was kept; ask for the release again."
    return "Something failed on our side and has been logged. Nothing was kept; ask for the release again."
