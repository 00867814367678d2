"""Asking for a release and writing it: what is in it, and what happens when something goes wrong."""

import asyncio
import hashlib
import uuid
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.viewer import OPERATOR
from app.arenas.tables import Arena
from app.config import Settings
from app.db.engine import Database
from app.errors import ConflictError, InvalidInputError
from app.releases import repository, service
from app.releases.formats import Row
from app.releases.tables import Release
from app.releases.writers import WRITERS
from tests.releases.arenas import Cast, arena_with, minutes

GREETED_DIFFERENTLY = (("Hello", "Hi!", "Good day."), ("Which dish?", "Carbonara.", "Amatriciana."))
MIXED = [
    Cast(cast_at=minutes(1)),
    Cast(("model_b",), cast_at=minutes(2)),
    Cast(("tie",)),
    Cast(("both_bad",)),
    Cast(("model_a", None)),
    Cast(("model_a", None, "model_b"), after_reveal=True),
    Cast(exclusion="standing"),
    Cast(exclusion="lifted", cast_at=minutes(3)),
    Cast(turns=GREETED_DIFFERENTLY),
    Cast(kind="judge"),
    Cast(kind="simulated"),
]
REVISIONS = sum(len(cast.verdicts) for cast in MIXED)


async def ask(
    database: Database, arena: Arena, format_name: str, file_type: str = "jsonl", kinds: Sequence[str] = ()
) -> Release:
    async with database.session() as session:
        return await service.request_release(session, OPERATOR, arena, format_name, file_type, kinds)


async def reload(database: Database, release: Release) -> Release:
    async with database.read_session() as session:
        return await session.scalar(select(Release).where(Release.id == release.id))


async def released(
    database: Database, settings: Settings, arena: Arena, *order: Any, **options: Any
) -> tuple[Release, Path]:
    """A release that a worker has written, and the folder of its files."""
    release = await ask(database, arena, *order, **options)
    await service.write_release(database, settings, release.id)
    return await reload(database, release), service.release_folder(settings, release.id)


def read(folder: Path, name: str) -> list[dict[str, Any]]:
    path = folder / name
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


async def jobs(database: Database) -> list[tuple[str, Any]]:
    async with database.read_session() as session:
        rows = await session.execute(text("SELECT task_name, args FROM procrastinate_jobs ORDER BY id"))
        return [(row.task_name, row.args) for row in rows]


@pytest.mark.parametrize("file_type", WRITERS)
async def test_raw_votes_hold_every_revision_of_every_vote(
    database: Database, settings: Settings, file_type: str
) -> None:
    arena = await arena_with(database, MIXED)
    release, folder = await released(database, settings, arena, "raw-votes", file_type)
    rows = read(folder, f"raw-votes.{file_type}")
    assert (release.state, release.rows_written, release.rows_total) == ("ready", REVISIONS, REVISIONS)
    assert len(rows) == REVISIONS
    expected = {
        (str(cast.battle_id), revision, winner, cast.kind, cast.after_reveal)
        for cast in MIXED
        for revision, winner in enumerate(cast.verdicts, start=1)
    }
    found = {
        (row["battle_id"], row["revision"], row["winner"], row["annotator_kind"], row["after_reveal"]) for row in rows
    }
    assert found == expected
    assert sum(row["current"] for row in rows) == len(MIXED)
    assert {(row["model_a"], row["model_b"]) for row in rows} == {
        ("planted-aardvark-7b", "planted-bison-13b@quantised")
    }
    assert {tuple(row["prompt_tags"]) for row in rows} == {("dinner", "pasta")}


async def test_the_counts_of_the_board_can_be_recomputed_from_raw_votes_alone(
    database: Database, settings: Settings
) -> None:
    arena = await arena_with(database, MIXED)
    _, folder = await released(database, settings, arena, "raw-votes")
    counted = Counter(
        (row["annotator_kind"], row["model_a"], row["model_b"], row["winner"])
        for row in read(folder, "raw-votes.jsonl")
        if row["current"]
        and row["winner"] is not None
        and not row["after_reveal"]
        and all(exclusion["lifted_at"] for exclusion in row["exclusions"])
    )
    async with database.read_session() as session:
        rows = await session.execute(
            text("""
                SELECT n.kind, v.winner, count(*) AS votes FROM vote v
                JOIN battle b ON b.id = v.battle_id AND b.revision = v.revision
                JOIN annotator n ON n.id = v.annotator_id
                WHERE v.winner IS NOT NULL AND NOT v.after_reveal AND NOT EXISTS (
                    SELECT 1 FROM vote_exclusion x WHERE x.battle_id = b.id AND x.lifted_at IS NULL)
                GROUP BY n.kind, v.winner
            """)
        )
        names = ("planted-aardvark-7b", "planted-bison-13b@quantised")
        assert counted == {(row.kind, *names, row.winner): row.votes for row in rows}


@pytest.mark.parametrize("file_type", WRITERS)
async def test_trl_preference_holds_the_decisive_votes_that_count_in_their_order(
    database: Database, settings: Settings, file_type: str
) -> None:
    arena = await arena_with(database, MIXED)
    release, folder = await released(database, settings, arena, "trl-preference", file_type)
    prompt = [{"role": "user", "content": "What is the dish called?"}]
    carbonara = [{"role": "assistant", "content": "Carbonara."}]
    amatriciana = [{"role": "assistant", "content": "Amatriciana."}]
    assert read(folder, f"trl-preference.{file_type}") == [
        {"prompt": prompt, "chosen": carbonara, "rejected": amatriciana},
        {"prompt": prompt, "chosen": amatriciana, "rejected": carbonara},
        {"prompt": prompt, "chosen": carbonara, "rejected": amatriciana},
    ]
    assert release.manifest["dropped"] == {
        "replaced by a later revision": 3,
        "taken back": 1,
        "tie": 1,
        "both bad": 1,
        "cast after the names were seen": 1,
        "excluded": 1,
        "conversations differ before the last turn": 1,
        "annotator is judge": 1,
        "annotator is simulated": 1,
    }
    assert release.manifest["rows"] + sum(release.manifest["dropped"].values()) == REVISIONS
    assert release.manifest["votes_read"] == REVISIONS


async def test_kinds_of_annotators_mix_only_when_that_is_asked_for(database: Database, settings: Settings) -> None:
    arena = await arena_with(database, MIXED)
    usual, _ = await released(database, settings, arena, "trl-preference")
    judged, _ = await released(database, settings, arena, "trl-preference", kinds=["judge", "simulated"])
    raw, _ = await released(database, settings, arena, "raw-votes")
    assert usual.manifest["counts"]["annotator_kind"] == {"human": 3}
    assert judged.manifest["counts"]["annotator_kind"] == {"judge": 1, "simulated": 1}
    assert raw.manifest["kinds"] == ["human", "judge", "simulated"]


async def test_an_arena_without_human_votes_releases_the_simulated_ones_and_says_so(
    database: Database, settings: Settings
) -> None:
    arena = await arena_with(database, [Cast(kind="simulated"), Cast(kind="judge")])
    release, folder = await released(database, settings, arena, "trl-preference")
    assert release.manifest["kinds"] == ["simulated"]
    assert release.rows_written == 1
    assert "kinds of annotators: simulated" in (folder / "README.md").read_text()


async def test_the_manifest_tells_what_is_in_the_files_and_hashes_them(database: Database, settings: Settings) -> None:
    arena = await arena_with(database, MIXED)
    release, folder = await released(database, settings, arena, "raw-votes", "parquet")
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    data = (folder / "raw-votes.parquet").read_bytes()
    assert manifest == release.manifest
    assert manifest["files"] == [
        {
            "name": "raw-votes.parquet",
            "bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "rows": REVISIONS,
        }
    ]
    assert sorted(path.name for path in folder.iterdir()) == ["README.md", "manifest.json", "raw-votes.parquet"]
    assert manifest["arena"]["slug"] == "kitchen"
    assert manifest["protocols"][0]["document"]["options"] == ["model_a", "model_b", "tie", "both_bad"]
    assert [model["name"] for model in manifest["models"]] == ["planted-aardvark-7b", "planted-bison-13b@quantised"]
    assert manifest["models"][0]["licence"] == "Apache-2.0"
    assert manifest["columns"][0] == {
        "name": "battle_id",
        "type": "string",
        "nullable": False,
        "description": "the battle's UUID",
    }
    assert manifest["counts"]["source"] == {"web": REVISIONS}


async def test_people_appear_under_pseudonyms_that_no_other_release_shares(
    database: Database, settings: Settings
) -> None:
    arena = await arena_with(database, MIXED)
    texts, pseudonyms = [], []
    for _ in range(2):
        _, folder = await released(database, settings, arena, "raw-votes")
        rows = read(folder, "raw-votes.jsonl")
        texts.append("".join(path.read_text() for path in folder.iterdir()))
        pseudonyms.append({row["battle_id"]: row["annotator"] for row in rows})
    async with database.read_session() as session:
        annotators = (await session.execute(text("SELECT id::text FROM annotator"))).scalars().all()
    assert len(set(pseudonyms[0].values())) == len(MIXED)
    assert not set(pseudonyms[0].values()) & set(pseudonyms[1].values())
    for secret in (*annotators, "owner@example.org"):
        assert secret not in texts[0]


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


@pytest.mark.parametrize("order", [("csv", "jsonl"), ("raw-votes", "csv"), ("raw-votes", "jsonl", ["martian"])])
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
    assert sorted(path.name for path in folder.iterdir()) == ["README.md", "manifest.json", "raw-votes.jsonl"]
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
        seen.append((done, total, [path.name for path in folder.iterdir()]))
        async with database.session() as other:
            await service.cancel_release(other, OPERATOR, arena.slug, release_id)
        return await report(session, release_id, done, total)

    monkeypatch.setattr(repository, "report_progress", cancel_first)
    await service.write_release(database, settings, release.id)
    assert seen == [(4, REVISIONS, [".raw-votes.jsonl.partial"])]
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
