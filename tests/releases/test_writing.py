"""A release from asking to the end, whatever that is: ready, failed, cancelled, or taken over by another worker."""

import asyncio
import hashlib
import uuid
from collections.abc import Sequence
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.viewer import OPERATOR
from app.arenas.tables import Arena
from app.config import Settings
from app.db.engine import Database
from app.errors import ConflictError, InvalidInputError
from app.releases import repository, service
from app.releases.formats import Row
from app.releases.writers import WRITERS
from tests.releases.arenas import arena_with
from tests.releases.releasing import BESIDE, MIXED, REVISIONS, ask, jobs, names_in, read, released, reload


async def test_the_release_and_its_job_come_together_or_not_at_all(database: Database) -> None:
    arena = await arena_with(database, [])
    release = await ask(database, arena, "raw-votes")
    assert await jobs(database) == [("write_release", {"release_id": str(release.id)})]
    assert release.state == "waiting"
    with pytest.raises(RuntimeError):
        await _ask_and_fail(database, arena)
    assert len(await jobs(database)) == 1


async def _ask_and_fail(database: Database, arena: Arena) -> None:
    async with database.session() as session:
        await service.request_release(session, OPERATOR, arena, "raw-votes", "jsonl")
        raise RuntimeError


@pytest.mark.parametrize("order", [("csv", "jsonl"), ("raw-votes", "xlsx"), ("raw-votes", "jsonl", ["martian"])])
async def test_what_there_is_not_cannot_be_asked_for(database: Database, order: Any) -> None:
    arena = await arena_with(database, [])
    with pytest.raises(InvalidInputError):
        await ask(database, arena, *order)


async def test_an_arena_without_votes_has_a_release_without_rows(database: Database, settings: Settings) -> None:
    arena = await arena_with(database, [])
    release, folder = await released(database, settings, arena, "trl-preference", "parquet")
    assert (release.state, release.rows_written) == ("ready", 0)
    assert pq.read_table(folder / "trl-preference.parquet").column_names == ["prompt", "chosen", "rejected"]


async def test_a_worker_that_was_killed_is_followed_by_one_that_starts_afresh(
    database: Database, settings: Settings
) -> None:
    arena = await arena_with(database, MIXED)
    release = await ask(database, arena, "raw-votes")
    folder = service.release_folder(settings, release.id)
    async with database.session() as session:
        await repository.start_release(session, release.id)
    folder.mkdir(parents=True)
    (folder / ".raw-votes.jsonl.partial").write_bytes(b'{"torn')
    await service.write_release(database, settings, release.id)
    assert (await reload(database, release)).state == "ready"
    assert names_in(folder) == sorted([*BESIDE, "raw-votes.jsonl"])
    assert len(read(folder, "raw-votes.jsonl")) == REVISIONS


async def test_two_workers_with_the_same_release_make_one(database: Database, settings: Settings) -> None:
    arena = await arena_with(database, MIXED)
    release = await ask(database, arena, "raw-votes")
    await asyncio.gather(*(service.write_release(database, settings, release.id) for _ in range(3)))
    folder = service.release_folder(settings, release.id)
    finished = await reload(database, release)
    data = (folder / "raw-votes.jsonl").read_bytes()
    assert hashlib.sha256(data).hexdigest() == finished.manifest["files"][0]["sha256"]
    before = finished.finished_at
    await service.write_release(database, settings, release.id)
    assert (await reload(database, release)).finished_at == before


async def test_a_cancelled_release_is_not_written(database: Database, settings: Settings) -> None:
    arena = await arena_with(database, MIXED)
    release = await ask(database, arena, "raw-votes")
    async with database.session() as session:
        await service.cancel_release(session, OPERATOR, arena.slug, release.id)
    await service.write_release(database, settings, release.id)
    assert (await reload(database, release)).state == "cancelled"
    assert not service.release_folder(settings, release.id).exists()


async def test_what_a_killed_worker_left_of_a_cancelled_release_is_removed(
    database: Database, settings: Settings
) -> None:
    arena = await arena_with(database, MIXED)
    release = await ask(database, arena, "raw-votes")
    folder = service.release_folder(settings, release.id)
    async with database.session() as session:
        await repository.start_release(session, release.id)
        await service.cancel_release(session, OPERATOR, arena.slug, release.id)
    folder.mkdir(parents=True)
    (folder / ".raw-votes.jsonl.partial").write_bytes(b'{"torn')
    await service.write_release(database, settings, release.id)
    assert not folder.exists()


async def test_a_release_cancelled_while_it_is_written_stops_and_leaves_nothing(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PROGRESS_SECONDS", 0.0)
    arena = await arena_with(database, MIXED)
    release = await ask(database, arena, "raw-votes")
    folder, seen = service.release_folder(settings, release.id), []
    report = repository.report_progress

    async def cancel_first(session: AsyncSession, release_id: uuid.UUID, done: int, total: int) -> bool:
        seen.append((done, total, names_in(folder)))
        async with database.session() as other:
            await service.cancel_release(other, OPERATOR, arena.slug, release_id)
        return await report(session, release_id, done, total)

    monkeypatch.setattr(repository, "report_progress", cancel_first)
    await service.write_release(database, settings, release.id)
    assert seen == [(4, REVISIONS, [".raw-votes.jsonl.partial", ".votes.parquet.partial"])]
    assert (await reload(database, release)).state == "cancelled"
    assert not folder.exists()


async def test_the_progress_can_be_watched(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PROGRESS_SECONDS", 0.0)
    arena = await arena_with(database, MIXED)
    release = await ask(database, arena, "raw-votes")
    seen, report = [], repository.report_progress

    async def watch(session: AsyncSession, *args: Any) -> bool:
        wanted = await report(session, *args)
        await session.commit()
        now = await reload(database, release)
        seen.append((now.state, now.rows_written, now.rows_total))
        return wanted

    monkeypatch.setattr(repository, "report_progress", watch)
    await service.write_release(database, settings, release.id)
    assert seen == [("writing", 4, REVISIONS), ("writing", REVISIONS, REVISIONS)]


async def test_a_full_disk_fails_the_release_in_words_and_leaves_nothing(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullDisk(WRITERS["jsonl"]):
        def write(self, rows: Sequence[Row]) -> None:
            raise OSError(28, "No space left on device")

    monkeypatch.setitem(WRITERS, "jsonl", FullDisk)
    arena = await arena_with(database, MIXED)
    release, folder = await released(database, settings, arena, "raw-votes")
    assert release.state == "failed"
    assert release.error == (
        "The files could not be written: No space left on device. Nothing was kept; ask for the release again."
    )
    assert not folder.exists()


async def test_a_worker_told_to_stop_hands_the_release_to_the_next(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    arena = await arena_with(database, MIXED)
    release = await ask(database, arena, "raw-votes")
    writing = asyncio.Event()

    async def forever(*_: Any) -> None:
        writing.set()
        await asyncio.sleep(3600)

    with monkeypatch.context() as patch:
        patch.setattr(repository, "report_progress", forever)
        work = asyncio.create_task(service.write_release(database, settings, release.id))
        await writing.wait()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
    assert (await reload(database, release)).state == "waiting"
    assert not service.release_folder(settings, release.id).exists()
    assert await jobs(database) == [("write_release", {"release_id": str(release.id)})] * 2
    await service.write_release(database, settings, release.id)
    assert (await reload(database, release)).state == "ready"


async def test_what_is_finished_cannot_be_cancelled(database: Database, settings: Settings) -> None:
    arena = await arena_with(database, [])
    release, folder = await released(database, settings, arena, "raw-votes")
    async with database.session() as session:
        with pytest.raises(ConflictError, match="ready already"):
            await service.cancel_release(session, OPERATOR, arena.slug, release.id)
    assert (folder / "manifest.json").exists()


async def test_a_release_that_is_gone_is_nothing_to_write(database: Database, settings: Settings) -> None:
    await service.write_release(database, settings, uuid.uuid4())
    assert not settings.releases_folder.exists()
