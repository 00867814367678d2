"""Asking for releases and writing them, as tests do it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import select, text

from app.accounts.viewer import OPERATOR
from app.arenas.tables import Arena
from app.config import Settings
from app.db.engine import Database
from app.releases import service
from app.releases.tables import Release
from tests.releases.arenas import Cast, minutes

GREETED_DIFFERENTLY = (("Hello", "Hi!", "Good day."), ("Which dish?", "Carbonara.", "Amatriciana."))
BESIDE = ["README.md", "SHA256SUMS", "croissant.json", "leaderboard.json", "manifest.json", "votes.parquet"]
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
    database: Database,
    arena: Arena,
    format_name: str,
    file_type: str = "jsonl",
    kinds: Sequence[str] = (),
    **details: Any,
) -> Release:
    async with database.session() as session:
        return await service.request_release(session, OPERATOR, arena, format_name, file_type, kinds, **details)


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
    if path.suffix == ".arrow":
        return pa.ipc.open_file(path).read_all().to_pylist()
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def words_in(path: Path) -> str:
    """All that a file says, as text."""
    return repr(pq.read_table(path).to_pylist()) if path.suffix == ".parquet" else path.read_text(encoding="utf-8")


async def jobs(database: Database) -> list[tuple[str, Any]]:
    async with database.read_session() as session:
        rows = await session.execute(text("SELECT task_name, args FROM procrastinate_jobs ORDER BY id"))
        return [(row.task_name, row.args) for row in rows]
