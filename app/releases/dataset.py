"""Writing a dataset: snapshot -> records -> rows -> files, their manifest and card."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from app.arenas.tables import Arena
from app.releases import repository
from app.releases.board import BOARD
from app.releases.card import dataset_card
from app.releases.checksums import SUMS, fact_of, format_sums
from app.releases.conversion import Conversion, Rows
from app.releases.croissant import CROISSANT, croissant
from app.releases.ledger import LEDGER
from app.releases.manifest import MANIFEST, Manifest, as_json, build_manifest, listed_hashes, sealed
from app.releases.order import Order
from app.releases.stream import StoredVote, stream_votes
from app.releases.writers.files import new_file
from app.releases.writers.folder import FolderWriter
from app.releases.writers.ledger_file import LedgerFile

Progress = Callable[[int, int], Awaitable[None]]
Result = TypeVar("Result")

CARD = "README.md"
BESIDE = frozenset({LEDGER, BOARD, CARD, CROISSANT, MANIFEST, SUMS})
"""What every release has beside its data files."""


async def write_dataset(
    session: AsyncSession, arena: Arena, order: Order, folder: Path, on_progress: Progress
) -> Manifest:
    """Write the data files, what is beside them and, last, SHA256SUMS, from what the session's snapshot holds.

    on_progress is told (votes gone through, votes in all) after each batch, and may raise to stop.
    """
    models = await repository.model_facts(session)
    names = {version_id: model.name for version_id, model in models.items()}
    total = await repository.count_votes(session, arena.id)
    watermark, created_at = await repository.watermark(session)
    with FolderWriter(folder, order) as files, LedgerFile(folder) as ledger:
        conversion = Conversion(order, names, ledger.write, masks=arena.mode == "live")
        await _write_rows(session, arena, order, conversion, files, lambda done: on_progress(done, total))
    _write_whole(folder / BOARD, as_json(ledger.counts.board()))
    manifest = build_manifest(
        order,
        arena,
        await repository.list_protocols(session, arena.id),
        [model for model in models.values() if model.name in conversion.tally.models],
        conversion.tally,
        files.facts(),
        ledger.facts(),
        watermark=watermark,
        created_at=created_at,
    )
    _write_whole(folder / CARD, dataset_card(manifest).encode())
    _write_whole(folder / CROISSANT, as_json(croissant(manifest)))
    manifest = sealed(manifest, [fact_of(folder, name) for name in (BOARD, CARD, CROISSANT)])
    _write_whole(folder / MANIFEST, as_json(manifest))
    _write_whole(folder / SUMS, format_sums(listed_hashes(manifest)).encode())
    return manifest


async def _write_rows(
    session: AsyncSession,
    arena: Arena,
    order: Order,
    conversion: Conversion,
    files: FolderWriter,
    on_batch: Callable[[int], Awaitable[None]],
) -> None:
    def write(rows: Rows) -> None:
        for (file, split), of_file in rows.items():
            files.write(file, split, of_file)

    def convert(stored: Sequence[StoredVote]) -> None:
        write(conversion.rows(stored))

    by_prompt = order.form.group is not None
    async with contextlib.aclosing(stream_votes(session, arena.id, by_prompt=by_prompt)) as batches:
        async for stored in batches:
            await _in_thread(convert, stored)
            await on_batch(conversion.tally.votes_read)
    await _in_thread(write, conversion.rest())


async def _in_thread(function: Callable[..., Result], *arguments: Any) -> Result:
    """Run beside the event loop. A cancelled caller waits for the thread: it holds the file that is about to close."""
    work = asyncio.ensure_future(asyncio.to_thread(function, *arguments))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work])
        raise


def _write_whole(path: Path, content: bytes) -> None:
    with new_file(path) as file:
        file.write(content)
